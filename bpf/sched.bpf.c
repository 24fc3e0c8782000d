// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Off-CPU history of the threads that read or send signaling. Everybody else pays one load per
 * switch. */
#include "kernel.bpf.h"
#include "regs.bpf.h"
#include "thread.bpf.h"

static __always_inline bool is_runnable(struct task_struct *p)
{
	struct task_struct___new *n = (void *)p;
	struct task_struct___old *o = (void *)p;

	if (bpf_core_field_exists(n->__state))
		return n->__state == 0;
	return o->state == 0;
}

static __always_inline void thread_off(struct thread *t, struct task_struct *prev, bool preempt,
				       __u64 now)
{
	t->off_ns = now;
	t->preempted = preempt || is_runnable(prev);
	t->waking_ns = 0;
	t->syscall_nr = task_syscall(prev);
}

static __always_inline void thread_on(struct thread *t, struct task_struct *next, __u64 now,
				      __u64 queued_ns)
{
	struct off_cpu *o = &t->off[t->off_cnt & (OFF_CPU_MAX - 1)];

	if (!t->off_ns)
		return;
	o->off_ns = t->off_ns;
	o->queued_ns = t->preempted ? t->off_ns : queued_ns;
	o->run_ns = now;
	o->syscall_nr = t->syscall_nr;
	o->flags = t->preempted ? REC_F_PREEMPTED : 0;
	t->off_ns = 0;
	t->off_cnt++;
}

/* When `next` was put on the run queue, on our clock; 0 where the scheduler does not say. */
static __always_inline __u64 queued_at(struct task_struct *next, __u64 now)
{
	__u64 queued = next->sched_info.last_queued;
	__u64 clock = next->se.cfs_rq->rq->clock;

	if (!queued || clock < queued || clock - queued > now)
		return 0;
	return now - (clock - queued);
}

/* by_info: the scheduler says since when a thread was runnable; else wake_btf has stamped it. */
static __always_inline int switch_mark(bool preempt, struct task_struct *prev,
				       struct task_struct *next, bool by_info)
{
	struct thread *off = thread_find(prev->pid), *on = thread_find(next->pid);
	__u64 now;

	if (!off && !on)
		return 0;
	now = bpf_ktime_get_ns();
	if (off)
		thread_off(off, prev, preempt, now);
	if (on)
		thread_on(on, next, now, by_info ? queued_at(next, now) : on->waking_ns);
	return 0;
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(run_info_btf, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return switch_mark(preempt, prev, next, true);
}

/* With wake_btf: where the run-queue clock cannot be read. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(run_btf, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return switch_mark(preempt, prev, next, false);
}

SEC("?tp_btf/sched_waking")
int BPF_PROG(wake_btf, struct task_struct *p)
{
	struct thread *t = thread_find(p->pid);

	if (t && t->off_ns && !t->waking_ns)
		t->waking_ns = bpf_ktime_get_ns();
	return 0;
}
