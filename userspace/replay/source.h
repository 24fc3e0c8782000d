/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes of a file from its beginning to its end, plain or gzip, also from a pipe. They are read
 * into one buffer that stays in the cache, not mapped: a file that shrinks while it is read is an
 * end and no SIGBUS, and faults cost as much as copies. */
#ifndef SIGPATH_SOURCE_H
#define SIGPATH_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#define SOURCE_WANT_MAX (1u << 20) /* bytes that can be asked for at once */
#define SOURCE_SLACK	512	   /* addressable behind them, whatever is there */

struct source {
	void *gz;     /* gzFile; NULL: all bytes are in buf */
	int fd;	      /* behind it, for the size */
	uint8_t *buf; /* owned */
	size_t cap;
	size_t at, end; /* what was read and not taken yet */
	uint64_t taken; /* bytes before buf[0] */
	int err;	/* -errno that ended it, 0 none */
};

/* "-" is standard input. -errno of open(2). */
int source__open(const char *path, struct source *ret);
/* Of bytes in memory; they are copied. */
int source__open_bytes(const uint8_t *p, size_t len, struct source *ret);
void source__done(struct source *s);

/* What source__need does when the buffer has too little. */
int source__fill(struct source *s, size_t len);
/* Reads over len bytes. Errors as source__need. */
int source__skip(struct source *s, uint64_t len);

/* len bytes at *p, valid until the next call; they are not taken. 0; -ENODATA: the end is here;
 * -ESPIPE: it is before len bytes (source__left says how many there are); -EIO, -EBADMSG (no valid
 * gzip data): reading failed. */
static inline int source__need(struct source *s, size_t len, const uint8_t **p)
{
	if (s->end - s->at < len) {
		int rc = source__fill(s, len);

		if (rc)
			return rc;
	}
	*p = s->buf + s->at;
	return 0;
}

static inline void source__take(struct source *s, size_t len)
{
	s->at += len;
}

/* Offset of the next byte, in what a gzip file holds. */
static inline uint64_t source__offset(const struct source *s)
{
	return s->taken + s->at;
}

static inline size_t source__left(const struct source *s)
{
	return s->end - s->at;
}

/* Bytes of the file itself that were read, and its size; 0: not known. For progress. */
uint64_t source__read_bytes(const struct source *s);
uint64_t source__size(const struct source *s);

#endif
