/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Threads that read or send signaling: when they were off the CPU, since when runnable, blocked
 * where.
 *
 * Without a hook on every wake-up, the time a thread became runnable is read at the switch that
 * runs it: the scheduler keeps task_struct.sched_info.last_queued (run-queue clock) until just
 * after the sched_switch tracepoint (kernel/sched/stats.h, sched_info_arrive), and rq->clock is
 * "now" on the same clock. */
#ifndef SIGPATH_THREAD_BPF_H
#define SIGPATH_THREAD_BPF_H

#include "config.bpf.h"
#include "maps.bpf.h"

static __always_inline struct thread *thread_slot(__u32 pid)
{
	__u32 key = pid & (THREAD_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_threads, &key);
}

/* One byte per slot, so that everybody else's switch touches one warm line and no map. Never
 * cleared: a byte that is set for another thread of the same slot only costs the look at the slot.
 */
extern __u8 sp_thread_any[THREAD_SLOTS];

/* The slot of this thread, or NULL. */
static __always_inline struct thread *thread_find(__u32 pid)
{
	struct thread *t;

	if (!sp_thread_any[pid & (THREAD_SLOTS - 1)])
		return NULL;
	t = thread_slot(pid);

	return t && pid && t->pid == pid ? t : NULL;
}

/* The slot of the current thread, taken over from another one if that has been quiet for a second.
 */
static __always_inline struct thread *thread_claim(__u32 pid, __u64 now)
{
	struct thread *t = thread_slot(pid);

	if (!t || !pid)
		return NULL;
	if (t->pid != pid) {
		if (t->pid && now - t->seen_ns < 1000000000ull) {
			count(CNT_THREADS_EVICTED);
			return NULL;
		}
		__builtin_memset(t, 0, sizeof(*t));
		t->pid = pid;
		sp_thread_any[pid & (THREAD_SLOTS - 1)] = 1;
	}
	t->seen_ns = now;
	return t;
}

/* Copies the latest intervals, oldest first. */
static __always_inline void thread_history(const struct thread *t, struct rec_history *out)
{
	__u32 n = t ? t->off_cnt : 0;
	__u32 have = n < OFF_CPU_MAX ? n : OFF_CPU_MAX;

	out->off_cnt = have;
	out->pad = 0;
	if (!t)
		return;
	for (__u32 i = 0; i < OFF_CPU_MAX; i++) {
		if (i >= have)
			break;
		out->off[i & (OFF_CPU_MAX - 1)] = t->off[(n - have + i) & (OFF_CPU_MAX - 1)];
	}
}

/* Name and cgroup cost more than all the rest of a record: they are read again after this time. */
#define WHO_NS 100000000ull

/* Who the current thread is. t: its slot, or NULL. */
static __always_inline void thread_identity(struct rec_task *out, __u64 pid_tgid, struct thread *t,
					    __u64 now, __u32 netns)
{
	out->pid = (__u32)pid_tgid;
	out->tgid = (__u32)(pid_tgid >> 32);
	out->netns = netns;
	out->pad = 0;
	if (!t) {
		out->cgroup_id = bpf_get_current_cgroup_id();
		bpf_get_current_comm(out->comm, sizeof(out->comm));
		return;
	}
	if (!t->who_ns || now - t->who_ns > WHO_NS) {
		t->cgroup_id = bpf_get_current_cgroup_id();
		bpf_get_current_comm(t->comm, sizeof(t->comm));
		t->who_ns = now;
	}
	out->cgroup_id = t->cgroup_id;
	__builtin_memcpy(out->comm, t->comm, sizeof(out->comm));
}

#endif
