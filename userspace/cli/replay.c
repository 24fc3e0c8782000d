/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath replay`: a capture or a recording through the daemon's own code, printed as the live
 * commands print. */
#include "replay.h"

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
#include "replay_option.h"
#include "replay_reply.h"
#include "session_ask.h"
#include "text.h"
#include "txlog.h"

#define SECOND_NS   1000000000ull
#define PROGRESS_NS 250000000ull
#define TIME_LEN    40
#define REQUEST	    "{\"cmd\":\"snapshot\"}"

struct run {
	const struct options *options;
	struct replay *replay;
	struct txlog *txlog;
	struct replay_option option;
	struct replay_view view;
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

/* Is --limit one? Told before a long file is read. */
static bool check_limit(const struct options *o)
{
	struct session_ask ask = {.command = "replay"};
	int rc = session_ask__sessions(o, "", &ask);

	free(ask.request);
	return !rc;
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

static char *reply_of(const struct run *run, const char *request)
{
	return replay_reply__line(run->replay, &run->view, request, strlen(request));
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
	int rc, printed;

	if (replay_option__set("replay", run->options, &run->option, &ro) ||
	    !check_limit(run->options))
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
	struct run run = {.options = o, .view = {.file = o->operand}};
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
