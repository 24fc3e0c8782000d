/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static const struct recording_head head = {.version = 1, .host = "h", .kernel = "k"};

static struct {
	struct ledger ledger;
	struct stats *stats;
	struct session *session;
	struct ingest *ingest;
	struct recorder *recorder;
	int pipe[2];
} at;

static bool start(void)
{
	struct stats_opts so = {.max_rows = 8};
	struct session_opts se = {.max_transactions = 16};
	struct ingest_opts io = {.max_messages = 16, .ledger = &at.ledger};

	memset(&at, 0, sizeof(at));
	at.pipe[0] = at.pipe[1] = -1;
	if (!CHECK_OK(stats__new(&so, &at.stats)))
		return false;
	se.stats = at.stats;
	if (!CHECK_OK(session__new(&se, &at.session)))
		return false;
	io.session = at.session;
	return CHECK_OK(ingest__new(&io, &at.ingest)) &&
	       CHECK_OK(recorder__new(at.ingest, &at.recorder)) &&
	       CHECK_INT(pipe2(at.pipe, O_CLOEXEC), 0);
}

static void stop(void)
{
	recorder__free(at.recorder);
	ingest__free(at.ingest);
	session__free(at.session);
	stats__free(at.stats);
	if (at.pipe[0] >= 0)
		close(at.pipe[0]);
}

/* Reads the pipe to its end as a recording: records, and the sum of what is told to be lost. */
static void read_back(uint64_t *records, uint64_t *lost, bool *has_end)
{
	struct source s = {.fd = -1};
	struct recording_frame f;
	struct recording r;
	char path[64];

	*records = *lost = 0;
	*has_end = false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", at.pipe[0]);
	if (!CHECK_INT(source__open(path, &s), 0))
		return;
	CHECK(recording__is_one(&s));
	CHECK_INT(recording__open(&s, &r), 0);
	while (!recording__next(&r, &f)) {
		*records += f.record != NULL;
		if (!f.record && f.marker.mark == RECORDING_LOST)
			*lost += f.marker.count;
		*has_end |= !f.record && f.marker.mark == RECORDING_END;
	}
	CHECK_STR(r.error, "");
	source__done(&s);
}

static void what_comes_in_is_written(void)
{
	uint64_t records, lost;
	bool has_end;
	int rc;

	if (!start())
		goto out;
	ingest__record(at.ingest, "before", 6);
	rc = recorder__start(at.recorder, at.pipe[1], &head);
	if (test__injected() && rc)
		goto out;
	CHECK_INT(rc, 0);
	ingest__record(at.ingest, "one", 3);
	ingest__change(at.ingest, true, true, true, 5);
	ingest__tick(at.ingest, 10);
	ingest__record(at.ingest, "two", 3);
	recorder__stop(at.recorder, 11);
	CHECK(!recorder__is_running(at.recorder));
	CHECK_UINT(recorder__counts(at.recorder).records, 2);
	ingest__record(at.ingest, "after", 5);
	if (test__injected())
		goto out;
	read_back(&records, &lost, &has_end);
	CHECK_UINT(records, 2);
	CHECK_UINT(lost, 0);
	CHECK(has_end);
out:
	stop();
}

/* Nobody reads: what does not fit is told where it is missing, and the end comes when it can. */
static void slow_reader(void)
{
	static uint8_t record[4000];
	struct recorder_counts n;
	uint64_t records, lost;
	uint8_t some[65536];
	bool has_end;

	if (!start() || !CHECK_INT(recorder__start(at.recorder, at.pipe[1], &head), 0))
		goto out;
	for (int i = 0; i < 1000; i++)
		ingest__record(at.ingest, record, sizeof(record));
	recorder__stop(at.recorder, 1);
	n = recorder__counts(at.recorder);
	CHECK(recorder__is_running(at.recorder)); /* the end does not fit yet */
	CHECK(n.lost > 500 && n.records > 200);
	CHECK_UINT(n.lost + n.records, 1000);
	/* a copy of the pipe's content, in the background of ticks */
	{
		int fd = memfd_create("copy", 0);
		ssize_t got;

		fcntl(at.pipe[0], F_SETFL, O_NONBLOCK);
		for (uint64_t now = 2; recorder__is_running(at.recorder) && now < 1000; now++) {
			got = read(at.pipe[0], some, sizeof(some));
			if (got > 0)
				CHECK_INT(write(fd, some, (size_t)got), got);
			ingest__tick(at.ingest, now);
		}
		while ((got = read(at.pipe[0], some, sizeof(some))) > 0)
			CHECK_INT(write(fd, some, (size_t)got), got);
		close(at.pipe[0]);
		at.pipe[0] = fd;
	}
	CHECK(!recorder__is_running(at.recorder));
	read_back(&records, &lost, &has_end);
	CHECK_UINT(records, n.records);
	CHECK_UINT(lost, n.lost);
	CHECK(has_end);
out:
	stop();
}

static void a_reader_that_goes_ends_it(void)
{
	if (start() && CHECK_INT(recorder__start(at.recorder, at.pipe[1], &head), 0)) {
		close(at.pipe[0]);
		at.pipe[0] = -1;
		ingest__tick(at.ingest, 10);
		CHECK(!recorder__is_running(at.recorder));
		ingest__record(at.ingest, "x", 1);
	}
	stop();
}

/* A reader that stays and never reads is waited for five seconds. */
static void a_reader_that_sleeps_is_left(void)
{
	static uint8_t record[4000];

	if (start() && CHECK_INT(recorder__start(at.recorder, at.pipe[1], &head), 0)) {
		for (int i = 0; i < 1000; i++)
			ingest__record(at.ingest, record, sizeof(record));
		recorder__stop(at.recorder, 1);
		ingest__tick(at.ingest, 5000000001ull);
		CHECK(recorder__is_running(at.recorder));
		ingest__tick(at.ingest, 5000000002ull);
		CHECK(!recorder__is_running(at.recorder));
	}
	stop();
}

static void only_pipes(void)
{
	if (start()) {
		int other[2];

		CHECK_INT(recorder__start(at.recorder, memfd_create("no pipe", 0), &head), -EINVAL);
		CHECK_INT(recorder__start(at.recorder, dup(at.pipe[0]), &head), -EINVAL);
		CHECK_INT(recorder__start(at.recorder, -1, &head), -EBADF);
		CHECK_INT(recorder__start(at.recorder, at.pipe[1], &head), 0);
		CHECK_INT(pipe(other), 0);
		CHECK_INT(recorder__start(at.recorder, other[1], &head), -EBUSY);
		close(other[0]);
	}
	stop();
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"what_comes_in_is_written", what_comes_in_is_written, TEST_PLAIN},
		{"slow_reader", slow_reader, TEST_PLAIN},
		{"a_reader_that_goes_ends_it", a_reader_that_goes_ends_it, TEST_PLAIN},
		{"a_reader_that_sleeps_is_left", a_reader_that_sleeps_is_left, TEST_PLAIN},
		{"only_pipes", only_pipes, TEST_PLAIN},
		{},
	};

	signal(SIGPIPE, SIG_IGN);
	return test__run(tests, argc, argv);
}
