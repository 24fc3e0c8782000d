/* SPDX-License-Identifier: BSD-2-Clause */
/* One probe function per feature, one table, one cache. */
#include "feature.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/btf.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "facts.h"

int cgroup2__find(char *buf, size_t len)
{
	struct facts facts;

	facts__read("", &facts);
	if (!facts.cgroup2[0])
		return -ENOENT;
	return (size_t)snprintf(buf, len, "%s", facts.cgroup2) < len ? 0 : -ENAMETOOLONG;
}

/* The file may be there and empty. */
static bool has_btf(void)
{
	FILE *f = fopen(FACTS_BTF_PATH, "re");
	__u16 magic = 0;
	bool ok = f && fread(&magic, sizeof(magic), 1, f) == 1 && magic == BTF_MAGIC;

	if (f)
		fclose(f);
	return ok;
}

/* libbpf also looks for a vmlinux of the running kernel in the usual places. */
static bool has_types(void)
{
	struct btf *btf;

	if (feature__has(FEATURE_BTF))
		return true;
	btf = btf__load_vmlinux_btf();
	if (libbpf_get_error(btf))
		return false;
	btf__free(btf);
	return true;
}

static bool has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0;
}

/* Third field: times run. It stays 0 where sched_info is compiled out or switched off. */
static bool has_sched_info(void)
{
	unsigned long long run = 0, wait = 0, times = 0;
	FILE *f = fopen("/proc/self/schedstat", "re");
	int n = f ? fscanf(f, "%llu %llu %llu", &run, &wait, &times) : 0;

	if (f)
		fclose(f);
	return n == 3 && times > 0;
}

/* The places of the fields that bpf/sched.bpf.c (struct switch_fields, waking_fields) relies on. */
static const struct {
	const char *event;
	const char *field; /* as tracefs prints it */
} sched_fields[] = {
	{"sched_switch", "prev_pid;\toffset:24;\tsize:4;"},
	{"sched_switch", "prev_state;\toffset:32;\tsize:8;"},
	{"sched_switch", "next_pid;\toffset:56;\tsize:4;"},
	{"sched_waking", "pid;\toffset:24;\tsize:4;"},
};

static bool has_field(const char *event, const char *field)
{
	static const char *const mounts[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[96], text[4096];

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		FILE *f;
		size_t len;

		snprintf(path, sizeof(path), "%s/events/sched/%s/format", mounts[i], event);
		f = fopen(path, "re");
		if (!f)
			continue;
		len = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
		text[len] = 0;
		return strstr(text, field) != NULL;
	}
	return false;
}

static bool has_sched_format(void)
{
	for (size_t i = 0; i < sizeof(sched_fields) / sizeof(sched_fields[0]); i++)
		if (!has_field(sched_fields[i].event, sched_fields[i].field))
			return false;
	return true;
}

static bool has_cgroup2(void)
{
	char path[4096];

	return cgroup2__find(path, sizeof(path)) == 0;
}

/* One instruction, with the field names of struct bpf_insn. */
#define INSN(op, dst, src, offset, value)    \
	((struct bpf_insn){.code = (op),     \
			   .dst_reg = (dst), \
			   .src_reg = (src), \
			   .off = (offset),  \
			   .imm = (value)})
#define MOV_IMM(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define MOV_REG(dst, src)   INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define ADD_IMM(dst, value) INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define CALL(func)	    INSN(BPF_JMP | BPF_CALL, 0, 0, 0, func)
#define EXIT()		    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* False when the kernel refuses the program for what it is. */
static bool loads(enum bpf_prog_type type, const struct bpf_insn *insns, size_t cnt)
{
	int fd = bpf_prog_load(type, "sp_feature", "GPL", insns, cnt, NULL);

	if (fd < 0)
		return fd == -EPERM;
	close(fd);
	return true;
}

static bool has_xdp_load_bytes(void)
{
	const struct bpf_insn insns[] = {
		MOV_IMM(BPF_REG_2, 0),
		MOV_REG(BPF_REG_3, BPF_REG_10),
		ADD_IMM(BPF_REG_3, -8),
		MOV_IMM(BPF_REG_4, 8),
		CALL(BPF_FUNC_xdp_load_bytes),
		MOV_IMM(BPF_REG_0, XDP_PASS),
		EXIT(),
	};

	return loads(BPF_PROG_TYPE_XDP, insns, sizeof(insns) / sizeof(insns[0]));
}

static bool may_read(enum bpf_func_id helper)
{
	const struct bpf_insn insns[] = {
		MOV_REG(BPF_REG_1, BPF_REG_10),
		ADD_IMM(BPF_REG_1, -8),
		MOV_IMM(BPF_REG_2, 8),
		MOV_IMM(BPF_REG_3, 0),
		CALL(helper),
		MOV_IMM(BPF_REG_0, 0),
		EXIT(),
	};

	return loads(BPF_PROG_TYPE_RAW_TRACEPOINT, insns, sizeof(insns) / sizeof(insns[0]));
}

static bool has_probe_read(void)
{
	return may_read(BPF_FUNC_probe_read_kernel);
}

static bool has_probe_read_user(void)
{
	return may_read(BPF_FUNC_probe_read_user);
}

/* Of one function or struct in the kernel's BTF. */
static int kernel_type_id(const char *name, uint32_t kind)
{
	struct btf *btf = feature__has(FEATURE_BTF) ? btf__load_vmlinux_btf() : NULL;
	int id;

	if (!btf || libbpf_get_error(btf))
		return -ENOENT;
	id = btf__find_by_name_kind(btf, name, kind);
	btf__free(btf);
	return id;
}

int rdonly_cast__id(void)
{
	static int id; /* 0 not asked: parsing BTF takes milliseconds */

	if (!id)
		id = kernel_type_id("bpf_rdonly_cast", BTF_KIND_FUNC);
	return id;
}

int rdonly_cast__type(void)
{
	static int id;

	if (!id)
		id = kernel_type_id("new_utsname", BTF_KIND_STRUCT);
	return id;
}

/* Casts its own context to some struct and reads from it. */
static bool has_rdonly_cast(void)
{
	int func = rdonly_cast__id(), type = rdonly_cast__type();

	if (func < 0 || type < 0)
		return false;
	const struct bpf_insn insns[] = {
		MOV_IMM(BPF_REG_2, type),
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, func),
		INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_0, BPF_REG_0, 0, 0),
		MOV_IMM(BPF_REG_0, 0),
		EXIT(),
	};

	return loads(BPF_PROG_TYPE_RAW_TRACEPOINT, insns, sizeof(insns) / sizeof(insns[0]));
}

static bool has_kernel_bytes(void)
{
	return feature__has(FEATURE_PROBE_READ) || feature__has(FEATURE_RDONLY_CAST);
}

static bool has_task_regs(void)
{
	const struct bpf_insn insns[] = {
		CALL(BPF_FUNC_get_current_task_btf),
		MOV_REG(BPF_REG_1, BPF_REG_0),
		CALL(BPF_FUNC_task_pt_regs),
		MOV_IMM(BPF_REG_0, 0),
		EXIT(),
	};

	return loads(BPF_PROG_TYPE_RAW_TRACEPOINT, insns, sizeof(insns) / sizeof(insns[0]));
}

static const struct {
	const char *name;
	const char *absent;
} names[FEATURE_CNT] = {
#define X(id, name, absent) {name, absent},
	FEATURES(X)
#undef X
};

static bool (*const probe[FEATURE_CNT])(void) = {
	[FEATURE_BTF] = has_btf,
	[FEATURE_TYPES] = has_types,
	[FEATURE_KPROBES] = has_kprobes,
	[FEATURE_SCHED_INFO] = has_sched_info,
	[FEATURE_CGROUP2] = has_cgroup2,
	[FEATURE_XDP_LOAD_BYTES] = has_xdp_load_bytes,
	[FEATURE_PROBE_READ] = has_probe_read,
	[FEATURE_PROBE_READ_USER] = has_probe_read_user,
	[FEATURE_RDONLY_CAST] = has_rdonly_cast,
	[FEATURE_KERNEL_BYTES] = has_kernel_bytes,
	[FEATURE_SCHED_FORMAT] = has_sched_format,
	[FEATURE_TASK_REGS] = has_task_regs,
};

/* What was found stays true until somebody mounts, loads or locks something. */
static signed char cache[FEATURE_CNT]; /* 0 not asked, 1 yes, -1 no */

bool feature__has(enum feature f)
{
	if (!cache[f])
		cache[f] = probe[f]() ? 1 : -1;
	return cache[f] == 1;
}

void feature__forget(void)
{
	memset(cache, 0, sizeof(cache));
}

int feature__missing(uint32_t needs, uint32_t given)
{
	for (int f = 0; f < FEATURE_CNT; f++)
		if ((needs & ~given & 1u << f) && !feature__has((enum feature)f))
			return f;
	return -1;
}

const char *feature__name(enum feature f)
{
	return names[f].name;
}

const char *feature__absent(enum feature f)
{
	return names[f].absent;
}
