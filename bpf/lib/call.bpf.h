/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The send call under way on a socket, for a probe behind it that no helper tells which thread it
 * runs in: named by socket and by the address of the task, which both sides know. Two threads that
 * send on one socket at once overwrite each other; then the call is not known, never another's. */
#ifndef SIGPATH_CALL_BPF_H
#define SIGPATH_CALL_BPF_H

#include "thread.bpf.h"

static __always_inline struct call *call_slot(__u64 sk)
{
	__u32 key = spread(sk) & (CALL_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_calls, &key);
}

/* t: the current thread's slot, or NULL. */
static __always_inline void call_start(__u64 sk, __u64 now, struct thread *t)
{
	struct call *c = call_slot(sk);

	if (!c)
		return;
	c->sk = 0;
	barrier();
	c->task = bpf_get_current_task();
	c->send_ns = now;
	thread_identity(&c->who, bpf_get_current_pid_tgid(), t, now, 0);
	barrier();
	c->sk = sk;
}

/* Entry time of the current thread's call on this socket, 0 unknown; who it is. */
static __always_inline __u64 call_take(__u64 sk, __u64 now, struct rec_task *who)
{
	struct call *c = call_slot(sk);
	__u64 send_ns = 0;

	__builtin_memset(who, 0, sizeof(*who));
	if (!c || c->sk != sk || c->task != bpf_get_current_task() || now - c->send_ns > FRESH_NS)
		return 0;
	send_ns = c->send_ns;
	*who = c->who;
	barrier();
	if (c->sk != sk) { /* written meanwhile */
		__builtin_memset(who, 0, sizeof(*who));
		return 0;
	}
	c->sk = 0;
	return send_ns;
}

#endif
