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

static void read_mounts(const char *root, struct facts *f)
{
	FILE *file = open_file(root, "/proc/self/mounts");
	char line[LINE_LEN], path[FACTS_PATH_LEN], type[FACTS_WORD_LEN];

	while (file && !f->cgroup2[0] && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %255s %63s", path, type) != 2 || strcmp(type, "cgroup2"))
			continue;
		unescape(path);
		strcpy(f->cgroup2, path);
	}
	if (file)
		fclose(file);
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

static bool has_file(const char *root, const char *path)
{
	char full[PATH_LEN];

	return snprintf(full, sizeof(full), "%s%s", root, path) < (int)sizeof(full) &&
	       !access(full, R_OK);
}

void facts__read(const char *root, struct facts *ret)
{
	struct utsname name;

	*ret = (struct facts){.seccomp = FACTS_UNKNOWN};
	read_line(root, "/proc/sys/kernel/osrelease", ret->release, sizeof(ret->release));
	if (!uname(&name))
		snprintf(ret->machine, sizeof(ret->machine), "%.63s", name.machine);
	ret->has_btf = has_file(root, FACTS_BTF_PATH);
	read_status(root, ret);
	read_limits(root, ret);
	read_mounts(root, ret);
	read_lockdown(root, ret);
	ret->unprivileged_bpf_disabled =
		read_int(root, "/proc/sys/kernel/unprivileged_bpf_disabled");
	ret->kptr_restrict = read_int(root, "/proc/sys/kernel/kptr_restrict");
	ret->bpf_jit = read_int(root, "/proc/sys/net/core/bpf_jit_enable");
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
