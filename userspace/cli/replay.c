/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath replay`: a capture or a recording through the daemon's own code, printed as the live
 * commands print. */
#include "replay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "page.h"
#include "session_ask.h"
#include "snapshot.h"
#include "text.h"
#include "txlog.h"

#define PORTS_MAX   64
#define SECOND_NS   1000000000ull
#define PROGRESS_NS 250000000ull
#define TIME_LEN    40
#define REQUEST	    "{\"cmd\":\"snapshot\"}"

struct run {
	const struct options *options;
	struct replay *replay;
	struct txlog *txlog;
	uint16_t sip_ports[PORTS_MAX], stun_ports[PORTS_MAX];
	uint8_t local[FEEDER_LOCALS_MAX][16];
	uint64_t start_ns, shown_ns; /* progress */
	bool is_shown;
	char error[REPLAY_ERROR_LEN]; /* where the file stopped making sense, "" nowhere */
};

static uint64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

/* --- options --- */

static int refuse(const char *option, const char *value, const char *hint)
{
	fprintf(stderr, "sigpath replay: --%s: '%s' is %s\n", option, value, hint);
	return -EINVAL;
}

/* "5060,5070"; how many, or negative. */
static int parse_ports(const char *option, const char *text, uint16_t *port)
{
	int cnt = 0;

	for (const char *at = text;;) {
		char *end;
		unsigned long v = strtoul(at, &end, 10);

		if (end == at || v < 1 || v > 65535 || (*end && *end != ','))
			return refuse(option, text, "no list of ports: 5060,5070");
		if (cnt == PORTS_MAX)
			return refuse(option, text, "too long: at most 64 ports");
		port[cnt++] = (uint16_t)v;
		if (!*end)
			return cnt;
		at = end + 1;
	}
}

static bool parse_address(const char *text, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(ret, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret + 12) == 1 || inet_pton(AF_INET6, text, ret) == 1;
}

static int parse_addresses(const char *text, uint8_t addr[][16])
{
	int cnt = 0;

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, ",");
		char one[64];

		snprintf(one, sizeof(one), "%.*s", (int)len, at);
		if (len >= sizeof(one) || !parse_address(one, addr[cnt]))
			return refuse("local", text, "no list of addresses: 10.0.0.1,fd00::1");
		if (++cnt == FEEDER_LOCALS_MAX)
			break;
		at += len + (at[len] == ',');
	}
	return cnt;
}

/* Is --limit one? Told before a long file is read. */
static bool check_limit(const struct options *o)
{
	struct session_ask ask = {.command = "replay"};
	int rc = session_ask__sessions(o, "", &ask);

	free(ask.request);
	return !rc;
}

static int set_options(struct run *run, struct replay_opts *ro)
{
	const struct options *o = run->options;
	const char *sip = o->value[OPTION_SIP_PORTS], *stun = o->value[OPTION_STUN_PORTS];
	int sip_cnt = parse_ports("sip-ports", sip ? sip : "5060", run->sip_ports);
	int stun_cnt =
		sip_cnt < 0 ? 0 : parse_ports("stun-ports", stun ? stun : "3478", run->stun_ports);
	int local_cnt = 0;

	if (o->value[OPTION_LOCAL])
		local_cnt = parse_addresses(o->value[OPTION_LOCAL], run->local);
	if (sip_cnt < 0 || stun_cnt < 0 || local_cnt < 0 || !check_limit(o))
		return -EINVAL;
	ro->sip_ports = run->sip_ports;
	ro->sip_port_cnt = (unsigned int)sip_cnt;
	ro->stun_ports = run->stun_ports;
	ro->stun_port_cnt = (unsigned int)stun_cnt;
	ro->local = run->local;
	ro->local_cnt = (unsigned int)local_cnt;
	return 0;
}

/* --- progress --- */

static bool on_progress(void *ctx, const struct replay_progress *p)
{
	struct run *run = ctx;
	uint64_t now = mono_ns();
	double s = (double)(now - run->start_ns) / 1e9, part;

	if (now - run->shown_ns < PROGRESS_NS)
		return true;
	run->shown_ns = now;
	run->is_shown = true;
	fprintf(stderr, "\r\033[K%" PRIu64 " packets, %.2f million/s", p->packets,
		(double)p->packets / s / 1e6);
	part = p->size ? (double)p->read_bytes / (double)p->size : 0;
	if (part > 0 && part <= 1)
		fprintf(stderr, ", %.0f %%, %.0f s left", 100 * part, s / part - s);
	fflush(stderr);
	return true;
}

static void on_done(void *ctx, const struct session_done *done)
{
	struct run *run = ctx;

	txlog__push(run->txlog, done);
}

/* --- printing --- */

static const char *print_time(uint64_t ns, char *buf)
{
	time_t s = (time_t)(ns / SECOND_NS);
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(buf, TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, TIME_LEN - n, ".%06" PRIu64 "Z", (uint64_t)(ns % SECOND_NS / 1000));
	return buf;
}

static const struct count_row {
	const char *name, *help;
	char kind;
	size_t at;
} count_rows[] = {
#define REPLAY_COUNT(id, name, kind, help) {name, help, kind, offsetof(struct replay_counts, id)},
#include "replay_count.def"
#undef REPLAY_COUNT
};

#define COUNT_ROWS (sizeof(count_rows) / sizeof(count_rows[0]))

static uint64_t count_of(const struct replay *r, const struct count_row *row)
{
	const char *base = (const char *)replay__counts(r);
	uint64_t v;

	memcpy(&v, base + row->at, sizeof(v));
	return v;
}

/* The reply that the daemon would give to this request, at the end of the file. */
static char *reply_of(const struct run *run, const char *request)
{
	const struct replay *r = run->replay;
	const struct recording_head *h = replay__head(r);
	const struct session_counts *c = session__counts(replay__session(r));
	const uint64_t *n = replay__ledger(r)->count;
	uint64_t first = replay__first_ns(r), last = replay__last_ns(r);
	bool has_stages = h && h->plan & RECORDING_HAS_READ;
	struct plan *plan = calloc(1, sizeof(*plan));
	struct snapshot_src src = {.stats = replay__stats(r),
				   .ledger = replay__ledger(r),
				   .plan = plan,
				   .observes = has_stages ? "stages" : "totals",
				   .host = h ? h->host : run->options->operand,
				   .kernel = h ? h->kernel : "",
				   .version = SIGPATH_VERSION,
				   .seq = 1,
				   .now_ns = replay__now_ns(r),
				   .start_ns = replay__now_ns(r) - (last - first),
				   .time = (time_t)(last / SECOND_NS),
				   .window_ns = last - first};
	struct redact redact;
	char *line;

	if (!plan)
		return NULL;
	/* The same file gives the same output. */
	redact__init_fixed(&redact, false);
	src.call = (struct call_source){.calls = replay__calls(r),
					.beats = replay__beats(r),
					.redact = &redact,
					.now_ns = src.now_ns,
					.clock_offset_ns = h ? h->clock_offset_ns : 0};
	plan->taps_only = !has_stages;
	snprintf(plan->taps_why, sizeof(plan->taps_why), "a capture");
	src.totals = (struct snapshot_totals){
		.messages = n[LEDGER_MESSAGES],
		.transactions = c->transactions,
		.joined = n[LEDGER_JOINED],
		.unjoined = n[LEDGER_UNJOINED_READ] + n[LEDGER_AMBIGUOUS] + n[LEDGER_UNREAD],
		.in_flight = session__in_flight(replay__session(r)),
		.oldest_ns = session__oldest_ns(replay__session(r), NULL, src.now_ns),
		.timeouts = c->timeouts,
		.errors = c->errors};
	if (last > first)
		src.totals.messages_per_s =
			(double)n[LEDGER_MESSAGES] * 1e9 / (double)(last - first);
	line = snapshot__reply(&src, request, strlen(request));
	free(plan);
	return line;
}

/* All sessions, as {"cmd":"sessions"} answers; NULL: no memory. */
static json_t *sessions_json(const struct run *run)
{
	struct session_ask ask = {.command = "replay"};
	char *line = NULL;
	json_t *reply = NULL;

	if (!session_ask__sessions(run->options, "", &ask))
		line = reply_of(run, ask.request);
	if (line)
		reply = json_loads(line, 0, NULL);
	free(line);
	free(ask.request);
	return reply;
}

static int print_table(const struct run *run)
{
	bool utf8 = text__set_locale() && !run->options->value[OPTION_ASCII];
	const struct session_text t = {page__cols(), utf8};
	json_t *reply = sessions_json(run);

	if (!reply)
		return -ENOMEM;
	puts("\nsessions");
	session_text__list(&t, reply);
	json_decref(reply);
	return 0;
}

static json_t *counts_json(const struct replay *r)
{
	json_t *o = json_object();

	for (size_t i = 0; i < COUNT_ROWS; i++)
		json_object_set_new(o, count_rows[i].name,
				    json_integer((json_int_t)count_of(r, &count_rows[i])));
	return o;
}

static int print_json(const struct run *run, const char *snapshot)
{
	const struct replay *r = run->replay;
	char first[TIME_LEN], last[TIME_LEN];
	json_t *o = json_pack(
		"{s:s, s:s*, s:s, s:s, s:s, s:o, s:o, s:o*, s:o*}", "type", "replay", "file",
		run->options->operand, "kind", replay__is_recording(r) ? "recording" : "capture",
		"first", print_time(replay__first_ns(r), first), "last",
		print_time(replay__last_ns(r), last), "error",
		run->error[0] ? json_string(run->error) : json_null(), "counts", counts_json(r),
		"snapshot", json_loads(snapshot, 0, NULL), "sessions", sessions_json(run));
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;

	json_decref(o);
	if (!text)
		return -ENOMEM;
	puts(text);
	free(text);
	return 0;
}

static int print_text(const struct run *run, const char *snapshot)
{
	const struct replay *r = run->replay;
	char err[MODEL_ERROR_LEN], first[TIME_LEN], last[TIME_LEN];
	struct model *m;

	if (model__parse(snapshot, &m, err)) {
		fprintf(stderr, "sigpath replay: %s\n", err);
		return -EBADMSG;
	}
	printf("%s %s: %s to %s\n\n", replay__is_recording(r) ? "recording" : "capture",
	       run->options->operand, print_time(replay__first_ns(r), first),
	       print_time(replay__last_ns(r), last));
	top_once__print(m, run->options->value[OPTION_ASCII]);
	model__free(m);
	if (print_table(run))
		return -ENOMEM;
	puts("\nthe file");
	for (size_t i = 0; i < COUNT_ROWS; i++) {
		uint64_t v = count_of(r, &count_rows[i]);

		if (v)
			page__print(2, 37, "%-20s %10" PRIu64 "  %s%s", count_rows[i].name, v,
				    count_rows[i].kind == 'L' ? "loss: " : "", count_rows[i].help);
	}
	return 0;
}

static bool is_about_sessions(const struct options *o)
{
	return o->value[OPTION_SESSIONS] || o->value[OPTION_FILTER] || o->value[OPTION_SHOW] ||
	       o->value[OPTION_METRICS];
}

/* As `sigpath sessions` and `sigpath show` print. */
static int print_sessions(const struct run *run)
{
	const struct options *o = run->options;
	const char *filter = o->value[OPTION_FILTER], *which = o->value[OPTION_SHOW];
	struct session_ask ask = {.command = "replay"};
	int rc = which ? session_ask__show(o, which, &ask)
		       : session_ask__sessions(o, filter ? filter : "", &ask);
	char *line = rc ? NULL : reply_of(run, ask.request);

	if (!rc && !line)
		rc = -ENOMEM;
	if (!rc) {
		int status = session_ask__print(o, &ask, line);

		rc = status == EXIT_USAGE ? -EINVAL : status == EXIT_DONE ? 0 : -ENOENT;
	}
	free(line);
	free(ask.request);
	return rc;
}

static int print(const struct run *run)
{
	char *snapshot;
	int rc;

	if (is_about_sessions(run->options))
		return print_sessions(run);
	snapshot = reply_of(run, REQUEST);
	if (!snapshot)
		return -ENOMEM;
	rc = run->options->value[OPTION_JSON] ? print_json(run, snapshot)
					      : print_text(run, snapshot);
	free(snapshot);
	return rc;
}

/* --- the command --- */

static int open_log(struct run *run)
{
	const char *path = run->options->value[OPTION_TRANSACTIONS];
	int rc = path ? txlog__new(path, &run->txlog) : 0;

	if (rc)
		fprintf(stderr, "sigpath replay: cannot write %s: %s\n", path, strerror(-rc));
	return rc;
}

static int close_log(struct run *run)
{
	uint64_t lost;

	if (!run->txlog)
		return 0;
	txlog__flush(run->txlog);
	lost = txlog__lost(run->txlog);
	txlog__free(run->txlog);
	if (lost)
		fprintf(stderr,
			"sigpath replay: %" PRIu64 " lines of the transaction log could not be "
			"written\n",
			lost);
	return lost ? -EIO : 0;
}

static int run_file(struct run *run)
{
	bool has_progress = isatty(STDERR_FILENO) && !run->options->value[OPTION_QUIET];
	struct replay_opts ro = {.path = run->options->operand,
				 .sip_anywhere = true,
				 .on_done = run->txlog ? on_done : NULL,
				 .on_progress = has_progress ? on_progress : NULL,
				 .ctx = run};
	int rc = set_options(run, &ro), printed;

	replay_settings__init(&ro.settings);
	if (rc)
		return EXIT_USAGE;
	run->start_ns = run->shown_ns = mono_ns();
	if (replay__new(&ro, &run->replay, run->error)) {
		fprintf(stderr, "sigpath replay: %s\n", run->error);
		return EXIT_FAIL;
	}
	rc = replay__run(run->replay, run->error);
	if (run->is_shown)
		fputs("\r\033[K", stderr);
	if (rc)
		fprintf(stderr, "sigpath replay: %s\n", run->error);
	printed = print(run);
	if (printed == -ENOMEM || printed == -EBADMSG)
		fputs("sigpath replay: the result cannot be printed\n", stderr);
	if (printed == -EINVAL)
		return EXIT_USAGE;
	return rc || printed ? EXIT_FAIL : EXIT_DONE;
}

int replay__command(const struct options *o)
{
	struct run run = {.options = o};
	int status;

	if (!o->operand) {
		fputs("sigpath replay: which file? sigpath replay FILE (- is standard input)\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (open_log(&run))
		return EXIT_FAIL;
	status = run_file(&run);
	if (close_log(&run) && status == EXIT_DONE)
		status = EXIT_FAIL;
	replay__free(run.replay);
	return status;
}
