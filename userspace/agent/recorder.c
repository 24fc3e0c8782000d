/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames are gathered in a buffer: one write for each tick, or when it is half full. */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER	  (1u << 20)
#define WATERMARK (BUFFER / 2)
#define RESERVE	  256		/* for markers: records and ticks do not take the last bytes */
#define ENDING_NS 5000000000ull /* how long the reader has to take the rest */

struct recorder {
	struct ingest *ingest;
	struct ingest_tee tee;
	int fd; /* -1: nothing is recorded */
	struct recorder_counts counts;
	bool is_ending; /* nothing is added but the last words */
	bool is_said;	/* ... which are in the buffer */
	uint64_t ending_ns;
	uint64_t lost;	/* since the latest marker */
	size_t at, end; /* what waits in buf */
	uint8_t *buf;
};

static void finish(struct recorder *r)
{
	ingest__listen(r->ingest, NULL);
	close(r->fd);
	r->fd = -1;
}

static void flush(struct recorder *r)
{
	while (r->fd >= 0 && r->at < r->end) {
		ssize_t n = write(r->fd, r->buf + r->at, r->end - r->at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			finish(r);
			return;
		}
		r->at += (size_t)n;
		r->counts.bytes += (uint64_t)n;
	}
	r->at = r->end = 0;
}

static bool has_room(struct recorder *r, size_t len)
{
	if (r->end + len > BUFFER && r->at) {
		memmove(r->buf, r->buf + r->at, r->end - r->at);
		r->end -= r->at;
		r->at = 0;
	}
	return r->end + len <= BUFFER;
}

static void put(struct recorder *r, uint32_t word, const void *p, size_t len)
{
	memcpy(r->buf + r->end, &word, sizeof(word));
	memcpy(r->buf + r->end + sizeof(word), p, len);
	r->end += sizeof(word) + len;
}

static bool put_marker(struct recorder *r, const struct recording_marker *m)
{
	if (!has_room(r, sizeof(uint32_t) + sizeof(*m)))
		return false;
	put(r, RECORDING_MARK | (uint32_t)sizeof(*m), m, sizeof(*m));
	return true;
}

static void tell_lost(struct recorder *r, uint64_t now_ns)
{
	const struct recording_marker m = {
		.mark = RECORDING_LOST, .ts_ns = now_ns, .count = r->lost};

	if (r->lost && put_marker(r, &m))
		r->lost = 0;
}

static void on_record(void *ctx, const void *data, size_t len)
{
	struct recorder *r = ctx;

	if (!len || len > 65535 || r->is_ending)
		return;
	if (r->end - r->at > WATERMARK)
		flush(r);
	if (r->fd < 0)
		return;
	tell_lost(r, 0);
	if (r->lost || !has_room(r, sizeof(uint32_t) + len + RESERVE)) {
		r->lost++;
		r->counts.lost++;
		return;
	}
	put(r, (uint32_t)len, data, len);
	r->counts.records++;
}

/* Without it the rest could not be told apart: a full buffer makes it a loss. */
static void on_change(void *ctx, bool has_read, bool has_xmit, bool has_take,
		      uint64_t now_ns)
{
	struct recorder *r = ctx;
	const struct recording_marker m = {.mark = RECORDING_CHANGE,
					   .flags = (has_read ? RECORDING_HAS_READ : 0) |
						    (has_xmit ? RECORDING_HAS_XMIT : 0) |
						    (has_take ? RECORDING_HAS_TAKE : 0),
					   .ts_ns = now_ns};

	if (r->is_ending)
		return;
	flush(r);
	tell_lost(r, now_ns);
	if (r->fd >= 0 && !put_marker(r, &m)) {
		r->lost++;
		r->counts.lost++;
	}
}

/* The reader may be behind: the last words wait until there is room. */
static void end(struct recorder *r, uint64_t now_ns)
{
	const struct recording_marker m = {
		.mark = RECORDING_END, .ts_ns = now_ns, .count = r->counts.lost};

	flush(r);
	if (r->fd < 0)
		return;
	tell_lost(r, now_ns);
	r->is_said = r->is_said || (!r->lost && put_marker(r, &m));
	flush(r);
	if (r->fd >= 0 && ((r->is_said && r->at == r->end) || now_ns - r->ending_ns > ENDING_NS))
		finish(r);
}

static void on_tick(void *ctx, uint64_t now_ns)
{
	struct recorder *r = ctx;
	const struct recording_marker m = {.mark = RECORDING_TICK, .ts_ns = now_ns};

	if (r->is_ending) {
		end(r, now_ns);
		return;
	}
	flush(r);
	if (r->fd < 0)
		return;
	tell_lost(r, now_ns);
	if (has_room(r, sizeof(m) + RESERVE))
		put_marker(r, &m);
	flush(r);
}

int recorder__new(struct ingest *in, struct recorder **ret)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->ingest = in;
	r->fd = -1;
	r->tee = (struct ingest_tee){on_record, on_change, on_tick, r};
	*ret = r;
	return 0;
}

void recorder__free(struct recorder *r)
{
	if (!r)
		return;
	recorder__stop(r, 0);
	if (r->fd >= 0)
		finish(r);
	free(r->buf);
	free(r);
}

/* The other end is a client's: it may be anything that has a descriptor. */
static int make_ready(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISFIFO(st.st_mode) || (flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK) ? -errno : 0;
}

static int begin(struct recorder *r, const struct recording_head *head)
{
	char *text;
	size_t len;

	if (!r->buf)
		r->buf = malloc(BUFFER);
	text = r->buf ? recording_head__text(head, &len) : NULL;
	if (!text)
		return -ENOMEM;
	memcpy(r->buf, text, len);
	free(text);
	r->counts = (struct recorder_counts){0};
	r->is_ending = r->is_said = false;
	r->lost = 0;
	r->at = 0;
	r->end = len;
	return 0;
}

int recorder__start(struct recorder *r, int fd, const struct recording_head *head)
{
	int rc = r->fd >= 0 ? -EBUSY : make_ready(fd);

	rc = rc ? rc : begin(r, head);
	if (rc) {
		close(fd);
		return rc;
	}
	r->fd = fd;
	ingest__listen(r->ingest, &r->tee);
	return 0;
}

void recorder__stop(struct recorder *r, uint64_t now_ns)
{
	if (r->fd < 0 || r->is_ending)
		return;
	r->is_ending = true;
	r->ending_ns = now_ns;
	end(r, now_ns);
}

bool recorder__is_running(const struct recorder *r)
{
	return r->fd >= 0;
}

struct recorder_counts recorder__counts(const struct recorder *r)
{
	return r->counts;
}
