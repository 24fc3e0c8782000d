/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks each link what it is attached to. */
#include "watch.h"

#include <linux/bpf.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* enum bpf_link_type since 6.6, as XDP starts with the interface index; older headers lack it. */
#define LINK_TYPE_TCX 11

bool watch__link(int link_fd)
{
	struct bpf_link_info info;
	uint32_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(link_fd, &info, &len))
		return true; /* a perf event of before 5.15 is no link */
	if (info.type == BPF_LINK_TYPE_CGROUP)
		return info.cgroup.cgroup_id != 0;
	if (info.type == BPF_LINK_TYPE_XDP || info.type == LINK_TYPE_TCX)
		return info.xdp.ifindex != 0;
	if (info.type == BPF_LINK_TYPE_NETNS)
		return info.netns.netns_ino != 0;
	return true;
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
	o->link_cnt--;
	o->link[link] = o->link[o->link_cnt];
	o->link_of[link] = o->link_of[o->link_cnt];
}

unsigned int watch__object(struct object *o, const struct candidate **lost, unsigned int max,
			   unsigned int *lost_cnt)
{
	unsigned int cnt = 0;

	*lost_cnt = 0;
	for (unsigned int i = o->link_cnt; i-- > 0;) {
		const struct candidate *c = o->link_of[i];

		if (watch__link(bpf_link__fd(o->link[i])))
			continue;
		cnt++;
		let_go(o, i);
		if (*lost_cnt < max && !has_candidate(lost, *lost_cnt, c))
			lost[(*lost_cnt)++] = c;
	}
	/* Of a candidate with two programs the other one too: it is attached as a whole again. */
	for (unsigned int i = o->link_cnt; *lost_cnt && i-- > 0;)
		if (has_candidate(lost, *lost_cnt, o->link_of[i]))
			let_go(o, i);
	return cnt;
}
