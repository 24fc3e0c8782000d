/* SPDX-License-Identifier: BSD-2-Clause */
/* The BPF object, through the skeleton that carries its bytes. */
#include "object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "feature.h"
#include "sigpath.skel.h"

static uint8_t kernel_read(void)
{
	return (feature__has(FEATURE_PROBE_READ) ? READ_PROBE : 0) |
	       (feature__has(FEATURE_RDONLY_CAST) ? READ_CAST : 0);
}

/* Where no types are known libbpf refuses the whole object for the programs that need some: with
 * types of which there are none it loads the others. A descriptor, or -errno. */
static int blank_btf(void)
{
	struct btf *btf = btf__new_empty();
	int fd = -ENOMEM;
	const void *data;
	uint32_t len;

	if (libbpf_get_error(btf))
		return fd;
	data = btf__raw_data(btf, &len);
	fd = data ? memfd_create("sp_blank_btf", MFD_CLOEXEC) : -ENOMEM;
	if (fd >= 0 && write(fd, data, len) != (ssize_t)len) {
		close(fd);
		fd = -EIO;
	}
	btf__free(btf);
	return fd;
}

int object__open(struct object *o, const struct object_opts *opts)
{
	LIBBPF_OPTS(bpf_object_open_opts, bpf_opts, .btf_custom_path = opts->btf_path);
	struct bpf_program *prog;
	char blank[64];

	memset(o, 0, sizeof(*o));
	o->blank_btf_fd = -1;
	if (!opts->btf_path && !feature__has(FEATURE_TYPES)) {
		o->blank_btf_fd = blank_btf();
		snprintf(blank, sizeof(blank), "/proc/self/fd/%d", o->blank_btf_fd);
		bpf_opts.btf_custom_path = blank;
	}
	o->skel = sigpath_bpf__open_opts(&bpf_opts);
	if (!o->skel) {
		int err = errno;

		object__done(o);
		return -err;
	}
	bpf_object__for_each_program (prog, o->skel->obj)
		bpf_program__set_autoload(prog, false);
	object__knobs(o)->kernel_read = kernel_read();
	if (object__knobs(o)->kernel_read & READ_CAST)
		object__knobs(o)->cast_type = (uint32_t)rdonly_cast__type();
	return bpf_map__set_max_entries(o->skel->maps.sp_ring, opts->ring_bytes);
}

void object__done(struct object *o)
{
	for (unsigned int i = 0; i < o->link_cnt; i++)
		bpf_link__destroy(o->link[i]);
	o->link_cnt = 0;
	sigpath_bpf__destroy(o->skel);
	o->skel = NULL;
	if (o->blank_btf_fd >= 0)
		close(o->blank_btf_fd);
	o->blank_btf_fd = -1;
}

struct knobs *object__knobs(struct object *o)
{
	return (struct knobs *)&o->skel->rodata->sp_knobs;
}

/* Calls fn for each program of a candidate; stops at the first error. */
static int each_prog(struct object *o, const struct candidate *c,
		     int (*fn)(struct object *o, struct bpf_program *prog, const void *ctx),
		     const void *ctx)
{
	char names[96], *save = NULL;
	int err = 0;

	snprintf(names, sizeof(names), "%s", c->progs);
	for (char *name = strtok_r(names, ",", &save); name && !err;
	     name = strtok_r(NULL, ",", &save)) {
		struct bpf_program *prog = bpf_object__find_program_by_name(o->skel->obj, name);

		err = prog ? fn(o, prog, ctx) : -ENOENT;
	}
	return err;
}

static int enable_one(struct object *o, struct bpf_program *prog, const void *ctx)
{
	(void)o;
	(void)ctx;
	return bpf_program__set_autoload(prog, true);
}

int object__enable(struct object *o, const struct candidate *c)
{
	return each_prog(o, c, enable_one, NULL);
}

/* Where the programs call bpf_rdonly_cast: the kernel's own, or nothing where it is not used. */
static int set_casts(struct bpf_program *prog, int func_id)
{
	size_t cnt = bpf_program__insn_cnt(prog);
	struct bpf_insn *insns = calloc(cnt, sizeof(*insns));
	int err;

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(prog), cnt * sizeof(*insns));
	for (size_t i = 0; i < cnt; i++) {
		struct bpf_insn *insn = &insns[i];

		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg ||
		    insn->imm != RDONLY_CAST_CALL)
			continue;
		insn->imm = func_id;
		if (func_id)
			insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
		else
			insn->code = BPF_ALU64 | BPF_MOV | BPF_K; /* r0 = 0 */
	}
	err = bpf_program__set_insns(prog, insns, cnt);
	free(insns);
	return err;
}

static int link_casts(struct object *o)
{
	bool is_used = object__knobs(o)->kernel_read & READ_CAST;
	int func_id = is_used ? rdonly_cast__id() : 0, err = 0;
	struct bpf_program *prog;

	if (func_id < 0)
		return func_id;
	bpf_object__for_each_program (prog, o->skel->obj)
		if (!err && bpf_program__autoload(prog))
			err = set_casts(prog, func_id);
	return err;
}

int object__load(struct object *o)
{
	int err = link_casts(o);

	if (!err)
		err = bpf_object__load_skeleton(o->skel->skeleton);

	if (err)
		snprintf(o->reason, sizeof(o->reason), "load: %s", strerror(-err));
	return err;
}

struct attach_ctx {
	const struct candidate *c;
	const char *cgroup2;
};

static struct bpf_link *attach_cgroup(struct bpf_program *prog, const char *cgroup2)
{
	struct bpf_link *link;
	int fd, err;

	if (!cgroup2) {
		errno = ENOENT;
		return NULL;
	}
	fd = open(cgroup2, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_cgroup(prog, fd);
	err = errno;
	close(fd);
	errno = err;
	return link;
}

static int attach_one(struct object *o, struct bpf_program *prog, const void *arg)
{
	const struct attach_ctx *ctx = arg;
	struct bpf_link *link;

	if (o->link_cnt == OBJECT_LINKS_MAX)
		return -E2BIG;
	if (ctx->c->mech == MECH_CGROUP_SKB || ctx->c->mech == MECH_CGROUP_SENDMSG)
		link = attach_cgroup(prog, ctx->cgroup2);
	else
		link = bpf_program__attach(prog);
	if (!link) {
		int err = errno;

		snprintf(o->reason, sizeof(o->reason), "attach: %s", strerror(err));
		return -err;
	}
	o->link_of[o->link_cnt] = ctx->c;
	o->link[o->link_cnt++] = link;
	return 0;
}

int object__attach(struct object *o, const struct candidate *c, const struct object_opts *opts)
{
	struct attach_ctx ctx = {.c = c, .cgroup2 = opts->cgroup2};

	if (mechanism__is_on_interface(c->mech))
		return 0;
	return each_prog(o, c, attach_one, &ctx);
}

int object__prog_fd(const struct object *o, const char *name)
{
	struct bpf_program *prog =
		o->skel ? bpf_object__find_program_by_name(o->skel->obj, name) : NULL;
	int fd = prog ? bpf_program__fd(prog) : -1;

	return fd < 0 ? -ENOENT : fd;
}

int object__ring_fd(const struct object *o)
{
	return o->skel ? bpf_map__fd(o->skel->maps.sp_ring) : -ENOENT;
}

int object__counters(const struct object *o, uint64_t *count, unsigned int cnt)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *percpu;
	int fd;

	memset(count, 0, cnt * sizeof(*count));
	if (!o->skel)
		return 0;
	fd = bpf_map__fd(o->skel->maps.sp_counters);
	if (cpus < 0)
		return cpus;
	percpu = calloc(cpus, sizeof(*percpu));
	if (!percpu)
		return -ENOMEM;
	for (uint32_t i = 0; i < cnt; i++) {
		if (bpf_map_lookup_elem(fd, &i, percpu))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			count[i] += percpu[cpu];
	}
	free(percpu);
	return 0;
}

uint64_t object__misses(const struct object *o)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	if (!o->skel)
		return 0;
	bpf_object__for_each_program (prog, o->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			sum += info.recursion_misses;
	}
	return sum;
}

static uint64_t fd_memlock(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	fclose(f);
	return bytes;
}

uint64_t object__memlock(const struct object *o)
{
	struct bpf_map *map;
	uint64_t sum = 0;

	if (!o->skel)
		return 0;
	bpf_object__for_each_map (map, o->skel->obj)
		if (bpf_map__fd(map) >= 0)
			sum += fd_memlock(bpf_map__fd(map));
	return sum;
}

unsigned int object__progs(const struct object *o, struct object_prog *ret, unsigned int max)
{
	struct bpf_program *prog;
	unsigned int cnt = 0;

	if (!o->skel)
		return 0;
	bpf_object__for_each_program (prog, o->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);

		if (cnt == max || bpf_program__fd(prog) < 0 ||
		    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			continue;
		ret[cnt++] = (struct object_prog){.name = bpf_program__name(prog),
						  .runs = info.run_cnt,
						  .run_ns = info.run_time_ns,
						  .misses = info.recursion_misses};
	}
	return cnt;
}

unsigned int object__map_cnt(const struct object *o)
{
	struct bpf_map *map;
	unsigned int cnt = 0;

	if (!o->skel)
		return 0;
	bpf_object__for_each_map (map, o->skel->obj)
		cnt += bpf_map__fd(map) >= 0;
	return cnt;
}

uint64_t object__ring_bytes(const struct object *o)
{
	return o->skel ? bpf_map__max_entries(o->skel->maps.sp_ring) : 0;
}
