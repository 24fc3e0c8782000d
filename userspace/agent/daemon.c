/* SPDX-License-Identifier: BSD-2-Clause */
/* One thread, one epoll: the timer empties the ring, the socket answers readers, rtnetlink moves
 * taps. */
#include "daemon.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bpf_stats.h"
#include "lock.h"
#include "log.h"
#include "mono.h"
#include "own_cost.h"
#include "process.h"
#include "program_list.h"
#include "record_command.h"
#include "recorder.h"
#include "running.h"
#include "server.h"
#include "snapshot.h"
#include "tables.h"
#include "txlog.h"

#define PROCESSES 256 /* whose control group is remembered */
#define SECOND_NS 1000000000ull

struct daemon {
	const struct config *cfg;
	struct lock lock;
	struct running running;
	struct tap_view *tap_view;
	struct tables tables;
	struct process_table *processes;
	struct recorder *recorder;
	struct ledger ledger;
	struct server *server;
	struct txlog *txlog;
	struct bpf_stats bpf_stats;
	struct utsname uts;
	int epoll_fd, timer_fd, signal_fd;
	uint64_t start_ns, next_second_ns, seq;
	uint64_t tick_ns;		 /* the loop ran then */
	uint64_t rate_messages, rate_ns; /* at the start of the running second */
	double messages_per_s;
};

static uint64_t row_oldest(void *ctx, const struct stats_row *row)
{
	struct daemon *d = ctx;

	return row->in_flight ? session__oldest_ns(d->tables.session, row, mono__now_ns()) : 0;
}

static unsigned int view_taps(struct daemon *d)
{
	unsigned int cnt = taps__cnt(d->running.probes->taps);
	struct tap_view *view = realloc(d->tap_view, (cnt ? cnt : 1) * sizeof(*view));

	if (!view)
		return 0;
	d->tap_view = view;
	for (unsigned int i = 0; i < cnt; i++) {
		const struct tap_state *t = taps__at(d->running.probes->taps, i);

		view[i] = (struct tap_view){.ifindex = (unsigned int)t->ifindex,
					    .ifname = t->ifname,
					    .netns = t->netns,
					    .direction = t->direction,
					    .candidate = t->candidate,
					    .state = t->state,
					    .reason = t->reason};
	}
	return cnt;
}

static struct snapshot_totals totals(const struct daemon *d, uint64_t now)
{
	const struct session_counts *c = session__counts(d->tables.session);
	const uint64_t *n = d->ledger.count;

	return (struct snapshot_totals){
		.messages = n[LEDGER_MESSAGES],
		.messages_per_s = d->messages_per_s,
		.transactions = c->transactions,
		.joined = n[LEDGER_JOINED],
		.unjoined = n[LEDGER_UNJOINED_READ] + n[LEDGER_AMBIGUOUS] + n[LEDGER_UNREAD],
		.in_flight = session__in_flight(d->tables.session),
		.oldest_ns = session__oldest_ns(d->tables.session, NULL, now),
		.timeouts = c->timeouts,
		.errors = c->errors,
	};
}

static void drain(struct daemon *d)
{
	running__drain(&d->running);
}

static void refresh_ledger(struct daemon *d)
{
	struct server_counts sc = server__counts(d->server);
	struct stats_lost lost = stats__lost(d->tables.stats);
	uint64_t *n = d->ledger.count;

	running__count(&d->running);
	n[LEDGER_CLIENT_SLOW] = sc.slow;
	n[LEDGER_CLIENT_REFUSED] = sc.refused;
	n[LEDGER_ROWS_FULL] = lost.rows_full;
	n[LEDGER_STAGES_FULL] = lost.stages_full;
	n[LEDGER_STATS_MEMORY] = lost.no_memory;
	n[LEDGER_HEAT_EVICTED] = heat__evicted(d->tables.heat);
	n[LEDGER_LOG_FULL] = d->txlog ? txlog__lost(d->txlog) : 0;
}

static struct snapshot_replan view_replan(const struct replan *r)
{
	return (struct snapshot_replan){.cnt = r->cnt,
					.mono_ns = r->last_ns,
					.time = r->last_time,
					.reason = r->reason,
					.due_reason = r->due_ns ? r->due_reason : NULL};
}

static const char *cgroup_of(void *ctx, uint32_t pid)
{
	struct daemon *d = ctx;
	const struct process *p = process__find(d->processes, pid, mono__now_ns());

	return p ? p->cgroup : NULL;
}

static void view_programs(void *ctx, bool wants_stats, struct programs_view *ret)
{
	struct daemon *d = ctx;
	const struct ring_level *level = feed__level(d->running.feed);

	if (wants_stats)
		bpf_stats__ask(&d->bpf_stats, mono__now_ns());
	ret->stats_on = bpf_stats__is_on(&d->bpf_stats);
	ret->stats_why = bpf_stats__why(&d->bpf_stats);
	program_list__fill(ret, d->running.probes);
	ret->is_level_known = ring_level__is_known(level);
	ret->ring_used = level->used;
	ret->ring_peak = level->peak;
	ret->ring_lost = d->ledger.kernel[KCOUNTER_RING_FULL];
	ret->rss = own_cost__rss();
	ret->cpu_ns = own_cost__cpu_ns();
}

/* Wall clock - CLOCK_MONOTONIC */
static int64_t clock_offset_ns(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * (int64_t)SECOND_NS + wall.tv_nsec - (int64_t)mono__now_ns();
}

/* What a reader gets is as fresh as the ring. */
static char *reply(void *ctx, const char *line, size_t len)
{
	struct daemon *d = ctx;
	struct snapshot_src src;
	uint64_t now;

	drain(d);
	now = mono__now_ns();
	ingest__tick(d->tables.ingest, now);
	refresh_ledger(d);
	src = (struct snapshot_src){
		.stats = d->tables.stats,
		.ledger = &d->ledger,
		.plan = &d->running.probes->plan,
		.tap_cnt = view_taps(d),
		.totals = totals(d, now),
		.replan = view_replan(&d->running.replan),
		.observes = probes__view_name(probes__view(d->running.probes)),
		.tick_ns = d->tick_ns,
		.host = d->uts.nodename,
		.kernel = d->uts.release,
		.version = SIGPATH_VERSION,
		.seq = ++d->seq,
		.now_ns = now,
		.start_ns = d->start_ns,
		.time = time(NULL),
		.window_ns = d->cfg->window_ns,
		.row_oldest = row_oldest,
		.programs = view_programs,
		.ctx = d,
	};
	src.tap = d->tap_view;
	src.exemplars = d->tables.exemplars;
	src.heat = d->tables.heat;
	src.call = (struct call_source){.calls = d->tables.calls,
					.beats = d->tables.beats,
					.redact = &d->tables.redact,
					.now_ns = now,
					.cgroup_of = cgroup_of,
					.ctx = d,
					.clock_offset_ns = clock_offset_ns()};
	return snapshot__reply(&src, line, len);
}

/* --- recording --- */

static struct recording_head head_of(const struct daemon *d, uint64_t now_ns)
{
	const struct config *cfg = d->cfg;
	struct recording_head h = {.version = 1, .start_ns = now_ns};

#define REPLAY_SETTING(field, lo, hi, value) h.settings.field = (uint64_t)cfg->field;
#include "setting.def"
#undef REPLAY_SETTING
	h.clock_offset_ns = clock_offset_ns();
	h.plan |= probes__has(d->running.probes, "t_read") ? RECORDING_HAS_READ : 0;
	h.plan |= probes__has(d->running.probes, "t_xmit") ? RECORDING_HAS_XMIT : 0;
	h.plan |= probes__has(d->running.probes, "t_take") ? RECORDING_HAS_TAKE : 0;
	snprintf(h.host, sizeof(h.host), "%s", d->uts.nodename);
	snprintf(h.kernel, sizeof(h.kernel), "%s", d->uts.release);
	return h;
}

static char *take(void *ctx, const char *line, size_t len, int fd, bool is_owner)
{
	struct daemon *d = ctx;
	struct recording_head head;
	uint64_t now;

	drain(d);
	now = mono__now_ns();
	ingest__tick(d->tables.ingest, now);
	head = head_of(d, now);
	return record_command__reply(d->recorder, &head, line, len, fd, is_owner);
}

static void on_done(void *ctx, const struct session_done *done)
{
	struct daemon *d = ctx;

	txlog__push(d->txlog, done);
}

static int make_tables(struct daemon *d)
{
	struct tables_opts opts = {.cfg = d->cfg,
				   .ledger = &d->ledger,
				   .start_ns = d->start_ns,
				   .has_read = probes__has(d->running.probes, "t_read"),
				   .has_xmit = probes__has(d->running.probes, "t_xmit"),
				   .has_take = probes__has(d->running.probes, "t_take"),
				   .on_done = d->txlog ? on_done : NULL,
				   .ctx = d};
	const struct process_opts processes = {.max = PROCESSES, .ttl_ns = 10 * SECOND_NS};
	int rc = tables__init(&d->tables, &opts);

	rc = rc ? rc : process__new(&processes, &d->processes);
	return rc ? rc : recorder__new(d->tables.ingest, &d->recorder);
}

static int start_server(struct daemon *d, char *err, size_t err_len)
{
	const struct config *cfg = d->cfg;
	struct server_opts opts = {.path = cfg->socket_path,
				   .group = cfg->socket_group,
				   .mode = cfg->socket_mode,
				   .reply = reply,
				   .take = take,
				   .ctx = d};
	int rc = server__new(&opts, &d->server);

	if (rc == -EADDRINUSE)
		snprintf(err, err_len,
			 "another daemon answers on %s; stop it, or use --socket and --lock",
			 cfg->socket_path);
	else if (rc)
		snprintf(err, err_len, "cannot listen on %s: %s", cfg->socket_path, strerror(-rc));
	else if (*cfg->socket_group && !server__has_group(d->server))
		log_info("group '%s' does not exist, or the socket may not be given to it: only "
			 "root and this user may use %s",
			 cfg->socket_group, cfg->socket_path);
	return rc;
}

static int watch(struct daemon *d, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(d->epoll_fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

/* Without it the timer alone empties the ring. */
static void watch_ring(void *ctx, int fd)
{
	watch(ctx, fd);
}

static void meanwhile(void *ctx);

static int start_running(struct daemon *d, char *err, size_t err_len)
{
	struct running_opts opts = {.cfg = d->cfg,
				    .ingest = d->tables.ingest,
				    .ledger = &d->ledger,
				    .idle = meanwhile,
				    .on_ring = watch_ring,
				    .ctx = d};

	return running__start(&d->running, &opts, err, err_len);
}

static int start_loop(struct daemon *d)
{
	uint64_t ns = d->cfg->poll_interval_ns;
	struct itimerspec every = {.it_interval = {.tv_sec = (time_t)(ns / SECOND_NS),
						   .tv_nsec = (long)(ns % SECOND_NS)}};
	sigset_t set;
	int rc;

	every.it_value = every.it_interval;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	d->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (d->signal_fd < 0 || d->timer_fd < 0 || d->epoll_fd < 0 ||
	    timerfd_settime(d->timer_fd, 0, &every, NULL))
		return -errno;
	rc = running__listen(&d->running);
	rc = rc ? rc : watch(d, d->signal_fd);
	rc = rc ? rc : watch(d, d->timer_fd);
	rc = rc ? rc : watch(d, server__fd(d->server));
	return rc ? rc : watch(d, taps__fd(d->running.probes->taps));
}

static int start_log(struct daemon *d, char *err, size_t err_len)
{
	const char *path = d->cfg->transactions_path;
	int rc = *path ? txlog__new(path, &d->txlog) : 0;

	if (rc)
		snprintf(err, err_len, "cannot write the transaction log %s: %s", path,
			 strerror(-rc));
	return rc;
}

int daemon__new(const struct config *cfg, struct daemon **ret, char *err, size_t err_len)
{
	struct daemon *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return -ENOMEM;
	d->cfg = cfg;
	d->lock = (struct lock)LOCK_NONE;
	bpf_stats__init(&d->bpf_stats);
	d->epoll_fd = d->timer_fd = d->signal_fd = -1;
	d->start_ns = d->rate_ns = mono__now_ns();
	uname(&d->uts);
	err[0] = '\0';
	rc = lock__take(&d->lock, cfg->lock_path, err, err_len);
	rc = rc ? rc : start_log(d, err, err_len);
	rc = rc ? rc : running__plan(&d->running, cfg, err, err_len);
	rc = rc ? rc : make_tables(d);
	rc = rc ? rc : start_running(d, err, err_len);
	rc = rc ? rc : start_server(d, err, err_len); /* who connects gets an answer at once */
	rc = rc ? rc : start_loop(d);
	if (rc) {
		if (!err[0])
			snprintf(err, err_len, "cannot start: %s", strerror(-rc));
		daemon__free(d);
		return rc;
	}
	probes__log(d->running.probes);
	malloc_trim(0); /* what planning has used */
	*ret = d;
	return 0;
}

void daemon__free(struct daemon *d)
{
	if (!d)
		return;
	running__done(&d->running);
	bpf_stats__done(&d->bpf_stats);
	server__free(d->server);
	recorder__free(d->recorder);
	tables__done(&d->tables);
	process__free(d->processes);
	txlog__free(d->txlog);
	free(d->tap_view);
	for (int *fd = (int[]){d->epoll_fd, d->timer_fd, d->signal_fd, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	lock__done(&d->lock);
	free(d);
}

const struct plan *daemon__plan(const struct daemon *d)
{
	return &d->running.probes->plan;
}

static void every_second(struct daemon *d, uint64_t now)
{
	uint64_t messages = d->ledger.count[LEDGER_MESSAGES];

	d->messages_per_s =
		(double)(messages - d->rate_messages) * 1e9 / (double)(now - d->rate_ns);
	d->rate_messages = messages;
	d->rate_ns = now;
	refresh_ledger(d);
	exemplars__tick(d->tables.exemplars, now);
	bpf_stats__tick(&d->bpf_stats, now);
	if (d->txlog)
		txlog__flush(d->txlog);
}

static void on_timer(struct daemon *d)
{
	uint64_t now, ticks;

	if (read(d->timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	drain(d);
	d->tick_ns = now = mono__now_ns();
	ingest__tick(d->tables.ingest, now);
	if (now >= d->next_second_ns) {
		d->next_second_ns = now + SECOND_NS;
		every_second(d, now);
	}
	running__check(&d->running, now);
}

/* False: time to stop. */
static bool on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signal_fd, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGHUP)
		return false;
	running__ask(&d->running, mono__now_ns());
	return true;
}

/* False: time to stop. */
static bool dispatch(struct daemon *d, int fd)
{
	if (fd == d->signal_fd)
		return on_signal(d);
	if (fd == d->timer_fd)
		on_timer(d);
	else if (fd == server__fd(d->server))
		server__run(d->server);
	else if (fd == taps__fd(d->running.probes->taps))
		taps__run(d->running.probes->taps);
	else
		drain(d);
	return true;
}

/* While a plan is made the old one goes on, and readers get answers; signals wait. */
static void meanwhile(void *ctx)
{
	struct daemon *d = ctx;
	struct epoll_event ev[8];
	int n = epoll_wait(d->epoll_fd, ev, 8, 0);

	for (int i = 0; i < n; i++)
		if (ev[i].data.fd != d->signal_fd)
			dispatch(d, ev[i].data.fd);
}

int daemon__run(struct daemon *d)
{
	uint64_t end_ns = d->cfg->duration_ns ? mono__now_ns() + d->cfg->duration_ns : UINT64_MAX;
	struct epoll_event ev[8];
	bool go_on = true;

	log_info("ready: %u taps, %s", taps__cnt(d->running.probes->taps),
		 d->running.probes->plan.taps_only ? "totals only" : "stages");
	d->tick_ns = mono__now_ns();
	d->next_second_ns = d->tick_ns + SECOND_NS;
	while (go_on && mono__now_ns() < end_ns) {
		int n = epoll_wait(d->epoll_fd, ev, 8, 1000);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && go_on; i++)
			go_on = dispatch(d, ev[i].data.fd);
	}
	drain(d);
	ingest__tick(d->tables.ingest, mono__now_ns());
	every_second(d, mono__now_ns() + 1);
	return 0;
}
