/* SPDX-License-Identifier: BSD-2-Clause */
/* zlib, with memory from the streams' pool. */
#include "inflater.h"

#include <errno.h>
#include <stddef.h>
#include <zlib.h>

#define RAW_DEFLATE (-15) /* window bits: the largest one, no header */

struct inflater {
	z_stream z;
	struct tcp_table *table;
	struct tcp_end *end;
};

static struct tcp_buf *buf_of(void *data)
{
	return (struct tcp_buf *)(void *)((char *)data - offsetof(struct tcp_buf, data));
}

static void *take(void *ctx, unsigned int items, unsigned int size)
{
	struct inflater *f = ctx;
	uint64_t bytes = (uint64_t)items * size;
	struct tcp_buf *b;

	if (bytes > 1u << 20)
		return NULL;
	b = tcp_end__take(f->table, f->end, (uint32_t)bytes);
	return b ? b->data : NULL;
}

static void give(void *ctx, void *data)
{
	struct inflater *f = ctx;

	tcp_end__give(f->table, f->end, buf_of(data));
}

int inflater__new(struct tcp_table *t, struct tcp_end *e, struct inflater **ret)
{
	struct tcp_buf *b = tcp_end__take(t, e, sizeof(struct inflater));
	struct inflater *f;

	if (!b)
		return -ENOMEM;
	f = (struct inflater *)(void *)b->data;
	*f = (struct inflater){.table = t, .end = e};
	f->z.zalloc = take;
	f->z.zfree = give;
	f->z.opaque = f;
	if (inflateInit2(&f->z, RAW_DEFLATE) != Z_OK) {
		tcp_end__give(t, e, b);
		return -ENOMEM;
	}
	*ret = f;
	return 0;
}

void inflater__free(struct inflater *f)
{
	if (!f)
		return;
	inflateEnd(&f->z);
	tcp_end__give(f->table, f->end, buf_of(f));
}

/* 0: all of it taken; -ENODATA: the stream says that it ends here (RFC 7692 7.2.3.5). */
static int feed(struct inflater *f, const uint8_t *p, uint32_t len)
{
	int err;

	f->z.next_in = (Bytef *)(uintptr_t)p;
	f->z.avail_in = len;
	err = inflate(&f->z, Z_SYNC_FLUSH);
	if (err == Z_STREAM_END)
		return -ENODATA;
	if (err != Z_OK && err != Z_BUF_ERROR)
		return -EBADMSG;
	return !f->z.avail_in ? 0 : !f->z.avail_out ? -EMSGSIZE : -EBADMSG;
}

int inflater__run(struct inflater *f, const uint8_t *p, uint32_t len, uint8_t *out, uint32_t cap,
		  uint32_t *out_len)
{
	static const uint8_t tail[4] = {0x00, 0x00, 0xff, 0xff}; /* taken off by the sender */
	int err;

	f->z.next_out = out;
	f->z.avail_out = cap;
	err = feed(f, p, len);
	if (!err)
		err = feed(f, tail, sizeof(tail));
	if (err == -ENODATA)
		err = inflateReset(&f->z) == Z_OK ? 0 : -EBADMSG;
	*out_len = cap - f->z.avail_out;
	if (!err && !f->z.avail_out)
		err = -EMSGSIZE; /* whether more would come is not known */
	return err;
}
