/* SPDX-License-Identifier: BSD-2-Clause */
/* From instants to stages. Every nanosecond between the first and the last instant gets exactly one
 * stage. */
#include "leg.h"

/* Where a thread waits for messages: asleep there, it is woken by them. Numbers of the running
 * architecture. */
#include <sys/syscall.h>

static const int wait_syscalls[] = {
	SYS_read,	SYS_readv,    SYS_recvfrom,    SYS_recvmsg,	 SYS_recvmmsg,
	SYS_ppoll,	SYS_pselect6, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_io_uring_enter,
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_select
	SYS_select,
#endif
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
};

static bool is_wait(int nr)
{
	for (unsigned int i = 0; i < sizeof(wait_syscalls) / sizeof(wait_syscalls[0]); i++)
		if (wait_syscalls[i] == nr)
			return true;
	return false;
}

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What a walk through the socket queue finds. */
struct walk {
	struct sockq_split split;
	struct why_parts *why; /* NULL: not asked */
};

static void note(struct walk *w, enum why_id id, int32_t arg, uint64_t ns)
{
	if (w->why)
		why_parts__add(w->why, id, arg, ns);
}

/* The part of one off-CPU interval behind `from`; cpu: where it ended, -1 not known. */
static void split_off(struct walk *w, const struct off_cpu *o, uint64_t from, int32_t cpu)
{
	struct sockq_split *s = &w->split;
	bool is_preempted = o->flags & REC_F_PREEMPTED;
	/* a preempted thread stayed runnable */
	uint64_t told = is_preempted && !o->queued_ns ? from : o->queued_ns;
	uint64_t queued = max_u64(told, from);

	if (!told && is_wait(o->syscall_nr)) {
		s->wakeup_runq_ns += o->run_ns - from;
		return;
	}
	if (!told || queued > o->run_ns)
		queued = o->run_ns;
	if (o->syscall_nr == SYSCALL_UNKNOWN && !is_preempted) { /* waiting, or busy elsewhere */
		s->undivided_ns += queued - from;
	} else if (is_wait(o->syscall_nr) && !is_preempted) {
		s->wakeup_ns += queued - from;
	} else {
		s->backlog_ns += queued - from;
		note(w, WHY_BUSY_BLOCKED, o->syscall_nr, queued - from);
	}
	s->runq_ns += o->run_ns - queued;
	note(w, is_preempted ? WHY_PREEMPTED : WHY_WOKEN, cpu, o->run_ns - queued);
}

static void run_on(struct walk *w, uint64_t ns)
{
	w->split.backlog_ns += ns;
	note(w, WHY_BUSY, 0, ns);
}

static void walk(struct walk *w, const struct rx_leg *leg, const struct rec_history *reader,
		 int32_t cpu)
{
	uint32_t cnt = reader->off_cnt < OFF_CPU_MAX ? reader->off_cnt : OFF_CPU_MAX;
	uint64_t at = leg->sock_ns;

	if (!leg->sock_ns || leg->read_ns < leg->sock_ns)
		return;
	if (!cnt) {
		w->split.undivided_ns = leg->read_ns - at;
		return;
	}
	/* A full history may have forgotten what came before. */
	if (cnt == OFF_CPU_MAX && reader->off[0].off_ns > at) {
		w->split.undivided_ns = min_u64(reader->off[0].off_ns, leg->read_ns) - at;
		at += w->split.undivided_ns;
	}
	for (uint32_t i = 0; i < cnt; i++) {
		const struct off_cpu *o = &reader->off[i];

		if (o->run_ns <= at || o->run_ns > leg->read_ns || o->off_ns > o->run_ns)
			continue;
		if (o->off_ns > at) {
			run_on(w, o->off_ns - at);
			at = o->off_ns;
		}
		split_off(w, o, at, i + 1 == cnt ? cpu : -1);
		at = o->run_ns;
	}
	run_on(w, leg->read_ns - at);
}

/* Behind its last interval the thread stayed on the CPU where it reads; where the earlier ones
 * ended is not told. */
void rx_leg__split(struct rx_leg *leg, const struct rec_history *reader, uint32_t cpu,
		   struct why_parts *why)
{
	struct walk w = {.why = why};

	if (why)
		why->cnt = 0;
	walk(&w, leg, reader, (int32_t)cpu);
	leg->sockq = w.split;
}

uint64_t rx_leg__start_ns(const struct rx_leg *leg)
{
	return leg->nic_ns     ? leg->nic_ns
	       : leg->stack_ns ? leg->stack_ns
	       : leg->sock_ns  ? leg->sock_ns
			       : leg->read_ns;
}

uint64_t tx_leg__start_ns(const struct tx_leg *leg)
{
	return leg->send_ns ? leg->send_ns : leg->queue_ns ? leg->queue_ns : leg->xmit_ns;
}

uint64_t tx_leg__end_ns(const struct tx_leg *leg)
{
	return leg->xmit_ns ? leg->xmit_ns : leg->queue_ns ? leg->queue_ns : leg->send_ns;
}

static void path_share(struct path *p, stage_mask_t mask, uint64_t ns)
{
	for (unsigned int i = 0; i < p->share_cnt; i++) {
		if (p->share[i].mask == mask) {
			p->share[i].ns += ns;
			return;
		}
	}
	if (p->share_cnt == STAGE_SHARES_MAX) {
		p->invalid = true;
		return;
	}
	p->share[p->share_cnt++] = (struct stage_share){.mask = mask, .ns = ns};
}

/* Next instant: everything since the last known one is `stage` and what is pending. */
static void path_step(struct path *p, stage_mask_t stage, uint64_t t_ns)
{
	if (!p->start_ns) {
		p->start_ns = p->last_ns = t_ns;
		return;
	}
	p->pending |= stage;
	if (!t_ns)
		return;
	if (t_ns < p->last_ns) {
		p->invalid = true;
		return;
	}
	path_share(p, p->pending ? p->pending : STAGE_UNATTRIBUTED, t_ns - p->last_ns);
	p->pending = 0;
	p->last_ns = t_ns;
}

static bool is_split(const struct rx_leg *leg)
{
	const struct sockq_split *s = &leg->sockq;
	uint64_t sum =
		s->wakeup_ns + s->runq_ns + s->wakeup_runq_ns + s->backlog_ns + s->undivided_ns;

	return leg->sock_ns && leg->read_ns > leg->sock_ns && sum == leg->read_ns - leg->sock_ns;
}

/* The socket queue, divided where the kernel told enough. */
static void path_sockq(struct path *p, const struct rx_leg *leg)
{
	const struct sockq_split *s = &leg->sockq;
	const struct stage_share part[] = {
		{STAGE_WAKEUP, s->wakeup_ns},
		{STAGE_RUNQ, s->runq_ns},
		{STAGE_WAKEUP | STAGE_RUNQ, s->wakeup_runq_ns},
		{STAGE_BACKLOG, s->backlog_ns},
		{STAGE_SOCKQ, s->undivided_ns},
	};

	if (!is_split(leg) || p->pending || p->invalid) {
		path_step(p, STAGE_SOCKQ, leg->read_ns);
		return;
	}
	for (unsigned int i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (part[i].ns)
			path_share(p, part[i].mask, part[i].ns);
	p->last_ns = leg->read_ns;
}

void path__rx(struct path *p, stage_mask_t before, const struct rx_leg *leg)
{
	path_step(p, before, leg->nic_ns);
	path_step(p, STAGE_DRIVER, leg->stack_ns);
	path_step(p, STAGE_STACK, leg->sock_ns);
	path_sockq(p, leg);
}

void path__tx(struct path *p, stage_mask_t before, const struct tx_leg *leg)
{
	path_step(p, before, leg->send_ns);
	path_step(p, STAGE_TX, leg->queue_ns);
	path_step(p, STAGE_QDISC, leg->xmit_ns);
}

void path__wire(struct path *p, uint64_t from_ns, uint64_t to_ns)
{
	path_step(p, 0, from_ns);
	path_step(p, STAGE_UNATTRIBUTED, to_ns);
}

uint64_t path__total_ns(const struct path *p)
{
	return p->last_ns - p->start_ns;
}
