// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Off-CPU history of the threads that read or send signaling. Everybody else pays one load per
 * switch. */
#include "kernel.bpf.h"
#include "regs.bpf.h"
#include "skb.bpf.h"
#include "thread.bpf.h"

static __always_inline bool is_runnable(struct task_struct *p, bool typed)
{
	struct task_struct___new *n = (void *)p;
	struct task_struct___old *o = (void *)p;

	if (bpf_core_field_exists(n->__state))
		return FIELD(typed, n, __state) == 0;
	return FIELD(typed, o, state) == 0;
}

static __always_inline void thread_off(struct thread *t, __u64 now, bool runnable, __s32 syscall_nr)
{
	t->off_ns = now;
	t->preempted = runnable;
	t->waking_ns = 0;
	t->syscall_nr = syscall_nr;
}

static __always_inline void thread_on(struct thread *t, __u64 now, __u64 queued_ns)
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
static __always_inline __u64 queued_at(struct task_struct *next, __u64 now, bool typed)
{
	__u64 queued = FIELD(typed, next, sched_info.last_queued);
	__u64 clock =
		typed ? next->se.cfs_rq->rq->clock : BPF_CORE_READ(next, se.cfs_rq, rq, clock);

	if (!queued || clock < queued || clock - queued > now)
		return 0;
	return now - (clock - queued);
}

/* by_info: the scheduler says since when a thread was runnable; else wake_* has stamped it. */
static __always_inline int switch_mark(bool preempt, struct task_struct *prev,
				       struct task_struct *next, bool by_info, bool typed)
{
	struct thread *off = thread_find(FIELD(typed, prev, pid));
	struct thread *on = thread_find(FIELD(typed, next, pid));
	__u64 now;

	if (!off && !on)
		return 0;
	now = bpf_ktime_get_ns();
	if (off)
		thread_off(off, now, preempt || is_runnable(prev, typed),
			   task_syscall(prev, typed));
	if (on)
		thread_on(on, now, by_info ? queued_at(next, now, typed) : on->waking_ns);
	return 0;
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(run_info_btf, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return switch_mark(preempt, prev, next, true, true);
}

/* Types from a file: the kernel itself knows none. */
SEC("?raw_tp/sched_switch")
int run_info_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	return switch_mark(ctx->args[0], (void *)ctx->args[1], (void *)ctx->args[2], true, false);
}

/* With wake_btf: where the run-queue clock cannot be read. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(run_btf, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return switch_mark(preempt, prev, next, false, true);
}

static __always_inline int waking_mark(__u32 pid)
{
	struct thread *t = thread_find(pid);

	if (t && t->off_ns && !t->waking_ns)
		t->waking_ns = bpf_ktime_get_ns();
	return 0;
}

SEC("?tp_btf/sched_waking")
int BPF_PROG(wake_btf, struct task_struct *p)
{
	return waking_mark(p->pid);
}

/* Fields of the trace records, no types at all. The plan looks at their places in tracefs before
 * (feature sched_format). */
struct switch_fields {
	__u8 common[8];
	char prev_comm[16];
	__s32 prev_pid;
	__s32 prev_prio;
	__s64 prev_state; /* bits of task_struct's state; 0x100 and above: preempted */
	char next_comm[16];
	__s32 next_pid;
	__s32 next_prio;
};

struct waking_fields {
	__u8 common[8];
	char comm[16];
	__s32 pid;
};

#define PREV_STATE_SLEEPS 0xff

SEC("?tp/sched/sched_switch")
int run_tp(struct switch_fields *ctx)
{
	struct thread *off = thread_find(ctx->prev_pid), *on = thread_find(ctx->next_pid);
	__u64 now;

	if (!off && !on)
		return 0;
	now = bpf_ktime_get_ns();
	if (off)
		thread_off(off, now, !(ctx->prev_state & PREV_STATE_SLEEPS), SYSCALL_UNKNOWN);
	if (on)
		thread_on(on, now, on->waking_ns);
	return 0;
}

SEC("?tp/sched/sched_waking")
int wake_tp(struct waking_fields *ctx)
{
	return waking_mark(ctx->pid);
}
