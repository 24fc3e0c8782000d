/* SPDX-License-Identifier: BSD-2-Clause */
/* One descriptor, which the kernel takes as the wish for statistics until it is closed. */
#include "bpf_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define SYSCTL "/proc/sys/kernel/bpf_stats_enabled"

static int enable(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

static bool is_sysctl_on(void)
{
	int fd = open(SYSCTL, O_RDONLY | O_CLOEXEC);
	char digit = '0';
	bool is_on = fd >= 0 && read(fd, &digit, 1) == 1 && digit == '1';

	if (fd >= 0)
		close(fd);
	return is_on;
}

void bpf_stats__init(struct bpf_stats *s)
{
	*s = (struct bpf_stats){.fd = -1, .enable = enable, .is_sysctl_on = is_sysctl_on};
}

void bpf_stats__done(struct bpf_stats *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->is_on = false;
}

bool bpf_stats__ask(struct bpf_stats *s, uint64_t now_ns)
{
	s->until_ns = now_ns + BPF_STATS_HOLD_NS;
	s->err = 0;
	if (s->fd >= 0)
		return true;
	s->is_on = s->is_sysctl_on();
	if (s->is_on)
		return true;
	s->fd = s->enable();
	if (s->fd < 0) {
		s->err = s->fd;
		s->fd = -1;
	}
	s->is_on = s->fd >= 0;
	return s->is_on;
}

void bpf_stats__tick(struct bpf_stats *s, uint64_t now_ns)
{
	if (now_ns >= s->until_ns)
		bpf_stats__done(s);
}

bool bpf_stats__is_on(struct bpf_stats *s)
{
	s->is_on = s->fd >= 0 || s->is_sysctl_on();
	return s->is_on;
}

const char *bpf_stats__why(const struct bpf_stats *s)
{
	if (s->is_on)
		return "";
	switch (s->err) {
	case 0:
		return "nobody asked for them in the last 3 s; they cost each program two clock "
		       "readings a run";
	case -EPERM:
	case -EACCES:
		return "not permitted: needs CAP_SYS_ADMIN, or sysctl kernel.bpf_stats_enabled=1";
	case -EINVAL:
		return "this kernel cannot switch them on by request; sysctl "
		       "kernel.bpf_stats_enabled=1 can";
	default:
		return "bpf(BPF_ENABLE_STATS) failed; sysctl kernel.bpf_stats_enabled=1 may work";
	}
}
