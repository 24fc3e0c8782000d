/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks each link what it is attached to. */
#include "watch.h"

#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* enum bpf_link_type since 6.6, as XDP starts with the interface index; older headers lack it. */
#define LINK_TYPE_TCX 11

bool watch__link(int link_fd, uint32_t *prog_id)
{
	struct bpf_link_info info;
	uint32_t len = sizeof(info);
	bool is_held = true;

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(link_fd, &info, &len))
		return true; /* a perf event of before 5.15 is no link */
	if (info.type == BPF_LINK_TYPE_CGROUP)
		is_held = info.cgroup.cgroup_id != 0;
	else if (info.type == BPF_LINK_TYPE_XDP || info.type == LINK_TYPE_TCX)
		is_held = info.xdp.ifindex != 0;
	else if (info.type == BPF_LINK_TYPE_NETNS)
		is_held = info.netns.netns_ino != 0;
	if (!is_held && prog_id)
		*prog_id = info.prog_id;
	return is_held;
}

static bool has_prog(const struct candidate *c, const char *prog)
{
	size_t len = strlen(prog);

	for (const char *p = c->progs; p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (strcspn(p, ",") == len && !strncmp(p, prog, len))
			return true;
	return false;
}

/* By the program's name, which is in one candidate's row (or in those of twins). */
static const struct candidate *find_candidate(uint32_t prog_id)
{
	struct bpf_prog_info info;
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(prog_id), err;

	if (fd < 0)
		return NULL;
	memset(&info, 0, sizeof(info));
	err = bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	for (unsigned int i = 0; !err && i < candidate_cnt; i++)
		if (has_prog(&candidates[i], info.name))
			return &candidates[i];
	return NULL;
}

static bool has_candidate(const struct candidate **list, unsigned int cnt,
			  const struct candidate *c)
{
	for (unsigned int i = 0; i < cnt; i++)
		if (list[i] == c)
			return true;
	return false;
}

static void let_go(struct object *o, unsigned int link)
{
	bpf_link__destroy(o->link[link]);
	o->link[link] = o->link[--o->link_cnt];
}

static uint32_t prog_of(const struct bpf_link *link)
{
	struct bpf_link_info info;
	uint32_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	return bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len) ? 0 : info.prog_id;
}

/* Of a candidate with two programs the other one too: it is attached as a whole again. */
static void let_go_rest(struct object *o, const struct candidate **lost, unsigned int lost_cnt)
{
	for (unsigned int i = o->link_cnt; lost_cnt && i-- > 0;) {
		uint32_t prog_id = prog_of(o->link[i]);
		const struct candidate *c = prog_id ? find_candidate(prog_id) : NULL;

		if (c && has_candidate(lost, lost_cnt, c))
			let_go(o, i);
	}
}

unsigned int watch__object(struct object *o, const struct candidate **lost, unsigned int max,
			   unsigned int *lost_cnt)
{
	unsigned int cnt = 0;

	*lost_cnt = 0;
	for (unsigned int i = 0; i < o->link_cnt;) {
		const struct candidate *c;
		uint32_t prog_id = 0;

		if (watch__link(bpf_link__fd(o->link[i]), &prog_id)) {
			i++;
			continue;
		}
		cnt++;
		c = find_candidate(prog_id);
		let_go(o, i);
		if (c && *lost_cnt < max && !has_candidate(lost, *lost_cnt, c))
			lost[(*lost_cnt)++] = c;
	}
	let_go_rest(o, lost, *lost_cnt);
	return cnt;
}
