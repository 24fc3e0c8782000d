/* SPDX-License-Identifier: BSD-2-Clause */
/* Cache of /proc/PID, four entries to a set: bounded, no lists, the oldest of the set makes room.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAYS	 4
#define FILE_LEN 4096

struct entry {
	bool used;
	uint64_t read_ns; /* when /proc was asked last */
	struct process process;
};

struct process_table {
	const char *proc;
	uint64_t ttl_ns;
	unsigned int set_cnt;
	struct process_counts counts;
	struct entry entry[];
};

int process__new(const struct process_opts *opts, struct process_table **ret)
{
	unsigned int set_cnt = opts->max / WAYS + (opts->max % WAYS != 0);
	struct process_table *t;

	if (!set_cnt)
		set_cnt = 1;
	t = calloc(1, sizeof(*t) + (size_t)set_cnt * WAYS * sizeof(t->entry[0]));
	if (!t)
		return -ENOMEM;
	t->proc = opts->proc ? opts->proc : "/proc";
	t->ttl_ns = opts->ttl_ns;
	t->set_cnt = set_cnt;
	*ret = t;
	return 0;
}

void process__free(struct process_table *t)
{
	free(t);
}

/* Bytes read, terminated beyond them; -errno. */
static ssize_t read_file(const struct process_table *t, uint32_t tgid, const char *name, char *buf,
			 size_t len)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%u/%s", t->proc, tgid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, len - 1);
	if (n < 0)
		n = -errno;
	else
		buf[n] = '\0';
	close(fd);
	return n;
}

static void read_exe(const struct process_table *t, struct process *p)
{
	static const char deleted[] = " (deleted)"; /* replaced by an upgrade while it runs */
	char path[PATH_MAX], target[FILE_LEN];
	size_t len, tail = sizeof(deleted) - 1;
	const char *base;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%u/exe", t->proc, p->tgid);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0) {
		/* Kernel thread, or not ours to see. */
		n = read_file(t, p->tgid, "comm", target, sizeof(target));
		len = n > 0 ? (size_t)n : 0;
		if (len && target[len - 1] == '\n')
			len--;
		target[len] = '\0';
		snprintf(p->exe, sizeof(p->exe), "%.*s", PROCESS_EXE_LEN - 1, target);
		return;
	}
	len = (size_t)n;
	if (len > tail && memcmp(target + len - tail, deleted, tail) == 0)
		len -= tail;
	target[len] = '\0';
	base = strrchr(target, '/');
	snprintf(p->exe, sizeof(p->exe), "%.*s", PROCESS_EXE_LEN - 1, base ? base + 1 : target);
}

static void read_cmdline(const struct process_table *t, struct process *p)
{
	ssize_t n = read_file(t, p->tgid, "cmdline", p->cmdline, sizeof(p->cmdline));
	size_t len = n > 0 ? (size_t)n : 0;

	while (len && p->cmdline[len - 1] == '\0')
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p->cmdline[i];

		if (c < ' ' || c == 0x7f)
			p->cmdline[i] = ' ';
	}
	p->cmdline[len] = '\0';
}

/* "0::/path" is cgroup2; without it "N:name=systemd:/path". */
static void read_cgroup(const struct process_table *t, struct process *p)
{
	char buf[FILE_LEN];
	char *rest = buf, *line;

	if (read_file(t, p->tgid, "cgroup", buf, sizeof(buf)) <= 0)
		return;
	while ((line = strsep(&rest, "\n"))) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		bool v2 = strncmp(line, "0::", 3) == 0;

		if (!path || (!v2 && strncmp(controllers, ":name=systemd:", 14) != 0))
			continue;
		snprintf(p->cgroup, sizeof(p->cgroup), "%.*s", PROCESS_CGROUP_LEN - 1, path + 1);
		if (v2)
			return;
	}
}

/* False: there is no such process. */
static bool read_process(struct process_table *t, uint32_t tgid, struct process *ret)
{
	char path[PATH_MAX];

	t->counts.reads++;
	snprintf(path, sizeof(path), "%s/%u", t->proc, tgid);
	if (access(path, F_OK))
		return false;
	*ret = (struct process){.tgid = tgid};
	read_exe(t, ret);
	read_cmdline(t, ret);
	read_cgroup(t, ret);
	/* Nothing at all: it ended while it was being read. */
	return ret->exe[0] || ret->cmdline[0] || ret->cgroup[0];
}

/* The entry of tgid, else the one of its set to put it in. */
static struct entry *find_entry(struct process_table *t, uint32_t tgid)
{
	struct entry *set = &t->entry[(size_t)(tgid % t->set_cnt) * WAYS];
	struct entry *oldest = set;

	for (unsigned int i = 0; i < WAYS; i++) {
		if (set[i].used && set[i].process.tgid == tgid)
			return &set[i];
	}
	for (unsigned int i = 0; i < WAYS; i++) {
		if (!set[i].used)
			return &set[i];
		if (set[i].read_ns < oldest->read_ns)
			oldest = &set[i];
	}
	return oldest;
}

const struct process *process__find(struct process_table *t, uint32_t tgid, uint64_t now_ns)
{
	struct entry *e = find_entry(t, tgid);
	bool known = e->used && e->process.tgid == tgid;
	struct process fresh;

	if (known && now_ns - e->read_ns < t->ttl_ns)
		return &e->process;
	if (read_process(t, tgid, &fresh)) {
		t->counts.evicted += e->used && !known;
		e->process = fresh;
		e->used = true;
		known = true;
	} else if (!known) {
		t->counts.gone++;
		return NULL;
	}
	e->read_ns = now_ns;
	return &e->process;
}

struct process_counts process__counts(const struct process_table *t)
{
	return t->counts;
}
