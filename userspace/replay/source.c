/* SPDX-License-Identifier: BSD-2-Clause */
/* zlib reads both kinds: what does not begin like gzip is passed on as it is. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER (256u << 10)
#define GZ_IN  (128u << 10)

static int make_buffer(struct source *s, size_t cap)
{
	s->buf = calloc(1, cap + SOURCE_SLACK);
	if (!s->buf)
		return -ENOMEM;
	s->cap = cap;
	return 0;
}

int source__open(const char *path, struct source *ret)
{
	struct source s = {.fd = -1};
	int rc = make_buffer(&s, BUFFER);

	if (rc)
		return rc;
	s.fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	if (s.fd < 0) {
		rc = -errno;
		goto out;
	}
	s.gz = gzdopen(s.fd, "rb");
	if (!s.gz) {
		rc = -ENOMEM;
		goto out;
	}
	gzbuffer(s.gz, GZ_IN);
	*ret = s;
	return 0;
out:
	source__done(&s);
	return rc;
}

int source__open_bytes(const uint8_t *p, size_t len, struct source *ret)
{
	struct source s = {.fd = -1};
	int rc = make_buffer(&s, len);

	if (rc)
		return rc;
	if (len)
		memcpy(s.buf, p, len);
	s.end = len;
	*ret = s;
	return 0;
}

void source__done(struct source *s)
{
	if (s->gz)
		gzclose(s->gz);
	else if (s->fd >= 0)
		close(s->fd);
	free(s->buf);
	*s = (struct source){.fd = -1};
}

static int grow(struct source *s, size_t len)
{
	uint8_t *buf;

	if (len <= s->cap)
		return 0;
	if (len > SOURCE_WANT_MAX)
		return -EMSGSIZE;
	buf = realloc(s->buf, SOURCE_WANT_MAX + SOURCE_SLACK);
	if (!buf)
		return -ENOMEM;
	s->buf = buf;
	s->cap = SOURCE_WANT_MAX;
	return 0;
}

/* zlib tells a cut file when it has given out what there was. */
static int end_of(struct source *s)
{
	int code = Z_OK;

	if (s->gz)
		gzerror(s->gz, &code);
	if (code == Z_DATA_ERROR || code == Z_BUF_ERROR)
		s->err = -EBADMSG;
	else if (code != Z_OK && code != Z_STREAM_END)
		s->err = code == Z_MEM_ERROR ? -ENOMEM : -EIO;
	if (s->err)
		return s->err;
	return source__left(s) ? -ESPIPE : -ENODATA;
}

int source__fill(struct source *s, size_t len)
{
	int n = 1, rc = grow(s, len);

	if (rc)
		return rc;
	if (s->gz && s->at) {
		memmove(s->buf, s->buf + s->at, s->end - s->at);
		s->taken += s->at;
		s->end -= s->at;
		s->at = 0;
	}
	while (s->gz && !s->err && n > 0 && s->end < len) {
		n = gzread(s->gz, s->buf + s->end, (unsigned int)(s->cap - s->end));
		if (n > 0)
			s->end += (size_t)n;
	}
	return s->end - s->at >= len ? 0 : end_of(s);
}

int source__skip(struct source *s, uint64_t len)
{
	const uint8_t *p;

	while (len) {
		size_t part = len < 65536 ? (size_t)len : 65536;
		int rc = source__need(s, part, &p);

		if (rc)
			return rc;
		source__take(s, part);
		len -= part;
	}
	return 0;
}

uint64_t source__read_bytes(const struct source *s)
{
	z_off_t off = s->gz ? gzoffset(s->gz) : -1;

	return off < 0 ? source__offset(s) : (uint64_t)off;
}

uint64_t source__size(const struct source *s)
{
	struct stat st;

	return s->fd >= 0 && !fstat(s->fd, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}
