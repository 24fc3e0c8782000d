/* SPDX-License-Identifier: BSD-2-Clause */
/* Host facts from /proc and /sys. */
#include "facts.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "memcg.h"

#define PATH_LEN 512
#define LINE_LEN 1024

struct cap {
	unsigned int bit;
	const char *name;
	const char *why;
};

static const struct cap caps[FACTS_CAP_CNT] = {
#define X(name, why) [FACTS_##name] = {name, #name, why},
	FACTS_CAPS(X)
#undef X
};

static FILE *open_file(const char *root, const char *path)
{
	char full[PATH_LEN];

	if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full))
		return NULL;
	return fopen(full, "re");
}

/* First line without its newline; "" when there is none. */
static void read_line(const char *root, const char *path, char *line, size_t len)
{
	FILE *f = open_file(root, path);

	line[0] = '\0';
	if (!f)
		return;
	if (fgets(line, (int)len, f))
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
}

static int read_int(const char *root, const char *path)
{
	char line[FACTS_WORD_LEN], *end;
	long value;

	read_line(root, path, line, sizeof(line));
	value = strtol(line, &end, 10);
	return end == line || *end ? FACTS_UNKNOWN : (int)value;
}

static void read_status(const char *root, struct facts *f)
{
	FILE *file = open_file(root, "/proc/self/status");
	unsigned long long bits;
	char line[LINE_LEN];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "CapEff: %llx", &bits) == 1) {
			f->caps = bits;
			f->caps_known = true;
		}
		if (sscanf(line, "Seccomp: %llu", &bits) == 1)
			f->seccomp = (int)bits;
	}
	if (file)
		fclose(file);
}

static void read_limits(const char *root, struct facts *f)
{
	FILE *file = open_file(root, "/proc/self/limits");
	char line[LINE_LEN], soft[FACTS_WORD_LEN];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Max locked memory %63s", soft) != 1)
			continue;
		f->memlock_known = true;
		f->memlock_bytes =
			strcmp(soft, "unlimited") ? strtoull(soft, NULL, 10) : UINT64_MAX;
	}
	if (file)
		fclose(file);
}

/* Undoes the \ooo with which the kernel writes blanks in mount points. */
static void unescape(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool exists(const char *root, const char *path, const char *file)
{
	char full[PATH_LEN];

	return snprintf(full, sizeof(full), "%s%s%s", root, path, file) < (int)sizeof(full) &&
	       !access(full, F_OK);
}

struct mount {
	char path[FACTS_PATH_LEN];
	char type[FACTS_WORD_LEN];
	char options[FACTS_PATH_LEN];
};

/* One of comma-separated options. */
static bool has_option(const struct mount *m, const char *option)
{
	size_t len = strlen(option);

	for (const char *at = m->options; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (strcspn(at, ",") == len && !strncmp(at, option, len))
			return true;
	return false;
}

static void keep_first(char *kept, const struct mount *m)
{
	if (!kept[0])
		strcpy(kept, m->path);
}

/* A container has its own part at /sys/fs/cgroup and may have the host's tree elsewhere. Only the
 * root of the hierarchy has no cgroup.type; without cgroup.procs another mount hides this one. */
static void note_cgroup2(const char *root, const struct mount *m, struct facts *f)
{
	if (!exists(root, m->path, "/cgroup.procs"))
		return;
	keep_first(exists(root, m->path, "/cgroup.type") ? f->cgroup2_part : f->cgroup2, m);
}

static void note_mount(const char *root, const struct mount *m, struct facts *f, char *memory_v1)
{
	if (!strcmp(m->type, "cgroup2"))
		note_cgroup2(root, m, f);
	else if (!strcmp(m->type, "cgroup") && has_option(m, "memory"))
		keep_first(memory_v1, m);
	else if (!strcmp(m->type, "bpf"))
		keep_first(f->bpffs, m);
	else if (!strcmp(m->type, "tracefs"))
		keep_first(f->tracefs, m);
	else if (!strcmp(m->type, "sysfs") && !strcmp(m->path, "/sys"))
		f->is_sys_writable = has_option(m, "rw");
}

static void read_mounts(const char *root, struct facts *f)
{
	FILE *file = open_file(root, "/proc/self/mounts");
	char line[LINE_LEN], memory_v1[FACTS_PATH_LEN] = "";
	struct mount m;
	uint64_t own;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %255s %63s %255s", m.path, m.type, m.options) != 3)
			continue;
		unescape(m.path);
		note_mount(root, &m, f, memory_v1);
	}
	if (file)
		fclose(file);
	f->memory_max_bytes = memcg__limit(root, memory_v1, f->cgroup2);
	/* a container's own limit is in its own part, whatever else is mounted */
	own = memcg__limit(root, "", f->cgroup2_part);
	if (own < f->memory_max_bytes)
		f->memory_max_bytes = own;
}

/* "none [integrity] confidentiality": the one in brackets holds. */
static void read_lockdown(const char *root, struct facts *f)
{
	char line[LINE_LEN];

	read_line(root, "/sys/kernel/security/lockdown", line, sizeof(line));
	sscanf(line, "%*[^[][%63[^]]", f->lockdown);
	if (!f->lockdown[0])
		sscanf(line, "[%63[^]]", f->lockdown);
}

/* Inode numbers of the namespaces the kernel boots with (include/linux/proc_ns.h); of network
 * namespaces only since 6.18 or so. */
static const unsigned int host_user_ns = 0xEFFFFFFD;
static const unsigned int host_pid_ns = 0xEFFFFFFC;

static int is_host_ns(const char *root, const char *kind, unsigned int host)
{
	char full[PATH_LEN], target[FACTS_WORD_LEN];
	unsigned int ino;
	ssize_t len;

	snprintf(full, sizeof(full), "%s/proc/self/ns/%s", root, kind);
	len = readlink(full, target, sizeof(target) - 1);
	if (len <= 0)
		return FACTS_UNKNOWN;
	target[len] = '\0';
	return sscanf(target, "%*[a-z]:[%u]", &ino) == 1 ? ino == host : FACTS_UNKNOWN;
}

/* Settings of the whole machine are shown only in the network namespace it booted with. */
static int is_host_net(const char *root)
{
	if (exists(root, "/proc/sys/net/core", "/netdev_budget"))
		return 1;
	return exists(root, "/proc/sys/net/core", "/somaxconn") ? 0 : FACTS_UNKNOWN;
}

/* A masked file is there and holds nothing; without BTF the kernel has not even the directory. */
static void read_btf(const char *root, struct facts *f)
{
	unsigned char magic[2] = {0};
	FILE *file = open_file(root, FACTS_BTF_PATH);

	if (file && fread(magic, 1, sizeof(magic), file) == sizeof(magic))
		f->has_btf = (magic[0] == 0x9f && magic[1] == 0xeb) ||
			     (magic[0] == 0xeb && magic[1] == 0x9f);
	if (file)
		fclose(file);
	f->is_btf_hidden = !f->has_btf && (exists(root, "/sys/kernel/btf", "") ||
					   !exists(root, "/sys/kernel", ""));
}

static int has_kprobes(const char *root)
{
	if (exists(root, "/sys/bus/event_source/devices/kprobe", "/type"))
		return 1;
	return exists(root, "/sys/bus/event_source", "") ? 0 : FACTS_UNKNOWN;
}

void facts__read(const char *root, struct facts *ret)
{
	struct utsname name;

	*ret = (struct facts){
		.seccomp = FACTS_UNKNOWN, .calls = REFUSALS_UNKNOWN, .is_sys_writable = FACTS_UNKNOWN};
	read_line(root, "/proc/sys/kernel/osrelease", ret->release, sizeof(ret->release));
	if (!uname(&name))
		snprintf(ret->machine, sizeof(ret->machine), "%.63s", name.machine);
	read_btf(root, ret);
	read_status(root, ret);
	read_limits(root, ret);
	read_mounts(root, ret);
	read_lockdown(root, ret);
	read_line(root, "/sys/kernel/security/lsm", ret->lsm, sizeof(ret->lsm));
	ret->has_kprobes = has_kprobes(root);
	ret->is_host_user_ns = is_host_ns(root, "user", host_user_ns);
	ret->is_host_pid_ns = is_host_ns(root, "pid", host_pid_ns);
	ret->is_host_net_ns = is_host_net(root);
	ret->unprivileged_bpf_disabled =
		read_int(root, "/proc/sys/kernel/unprivileged_bpf_disabled");
	ret->kptr_restrict = read_int(root, "/proc/sys/kernel/kptr_restrict");
	ret->bpf_jit = read_int(root, "/proc/sys/net/core/bpf_jit_enable");
}

void facts__ask(struct facts *f)
{
	refusals__ask(&f->calls);
}

bool facts__has_cap(const struct facts *f, enum facts_cap cap)
{
	return f->caps_known && (f->caps >> caps[cap].bit & 1);
}

const char *facts__cap_name(enum facts_cap cap)
{
	return caps[cap].name;
}

const char *facts__cap_why(enum facts_cap cap)
{
	return caps[cap].why;
}
