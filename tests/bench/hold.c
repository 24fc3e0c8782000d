/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads a BPF object, attaches its programs and holds them until it is ended: bpftool 7.1 cannot.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct bpf_object *obj = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_program *prog;

	if (!obj || bpf_object__load(obj)) {
		fprintf(stderr, "hold: cannot load %s\n", argc == 2 ? argv[1] : "(no file)");
		return 1;
	}
	bpf_object__for_each_program (prog, obj) {
		if (!bpf_program__attach(prog)) {
			fprintf(stderr, "hold: cannot attach %s\n", bpf_program__name(prog));
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
