/* SPDX-License-Identifier: BSD-2-Clause */
/* Minimised BTF is as good as the whole: every program that loads here gets the same field offsets
 * from both.
 *
 *   test_types FULL MINIMISED      two BTF files of this kernel */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "catalogue.h"
#include "object.h"
#include "report.h"
#include "sigpath.skel.h"

#define RING_BYTES 4096

/* A program's instructions, owned. */
struct code {
	struct bpf_insn *insn;
	size_t cnt;
};

static void code__done(struct code *c)
{
	free(c->insn);
	*c = (struct code){0};
}

static int take(const struct bpf_program *prog, struct code *ret)
{
	size_t cnt = bpf_program__insn_cnt(prog);

	ret->insn = malloc(cnt * sizeof(*ret->insn));
	if (!ret->insn)
		return -ENOMEM;
	memcpy(ret->insn, bpf_program__insns(prog), cnt * sizeof(*ret->insn));
	ret->cnt = cnt;
	return 0;
}

/* The program as compiled, and as it was loaded with the types of that file. */
static int load(const char *btf, const char *name, struct code *before, struct code *after)
{
	struct object_opts opts = {.btf_path = btf, .ring_bytes = RING_BYTES};
	struct bpf_program *prog;
	struct object o;
	int rc = object__open(&o, &opts);

	if (rc)
		goto out;
	prog = bpf_object__find_program_by_name(o.skel->obj, name);
	rc = prog ? 0 : -ENOENT;
	if (rc)
		goto out;
	bpf_program__set_autoload(prog, true);
	rc = take(prog, before);
	rc = rc ? rc : object__load(&o);
	rc = rc ? rc : take(prog, after);
out:
	if (o.skel)
		object__done(&o);
	return rc;
}

/* Map descriptors differ from load to load. */
static bool has_map(const struct bpf_insn *i)
{
	return i->code == (BPF_LD | BPF_DW | BPF_IMM) && i->src_reg;
}

/* Instructions that differ where a field's offset or size would show. */
static unsigned int count_changes(const struct code *a, const struct code *b)
{
	unsigned int cnt = 0;

	for (size_t i = 0; i < a->cnt && i < b->cnt; i++)
		cnt += a->insn[i].code != b->insn[i].code || a->insn[i].off != b->insn[i].off ||
		       (a->insn[i].imm != b->insn[i].imm && !has_map(&a->insn[i]) &&
			a->insn[i].code != (BPF_JMP | BPF_CALL));
	return cnt;
}

/* How many instructions the types changed, -1 where the program does not load here. */
static int compare(const char *name, const char *full, const char *min)
{
	struct code compiled = {0}, whole = {0}, again = {0}, small = {0};
	int rc = load(full, name, &compiled, &whole), changed = -1;

	if (rc)
		goto out;
	rc = load(min, name, &again, &small);
	changed = (int)count_changes(&compiled, &whole);
	if (rc)
		report__bad(name, "loads with %s, not with %s: %s", full, min, strerror(-rc));
	else if (whole.cnt != small.cnt || count_changes(&whole, &small))
		report__bad(name, "%zu and %zu instructions, %u of them differ", whole.cnt,
			    small.cnt, count_changes(&whole, &small));
out:
	code__done(&compiled);
	code__done(&whole);
	code__done(&again);
	code__done(&small);
	return changed;
}

int main(int argc, char **argv)
{
	unsigned int loaded = 0, relocated = 0;

	report__start();
	if (argc != 3) {
		fprintf(stderr, "usage: test_types FULL MINIMISED\n");
		return 2;
	}
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		char names[96], *save = NULL;

		snprintf(names, sizeof(names), "%s", candidates[i].progs);
		for (char *name = strtok_r(names, ",", &save); name;
		     name = strtok_r(NULL, ",", &save)) {
			int changed = compare(name, argv[1], argv[2]);

			loaded += changed >= 0;
			relocated += changed > 0;
		}
	}
	if (!relocated)
		report__bad("types", "of %u programs that load here none reads the kernel's fields",
			    loaded);
	else if (!report_failures)
		report__ok("types_minimised (%u programs, %u read the kernel's fields)", loaded,
			   relocated);
	return report__status();
}
