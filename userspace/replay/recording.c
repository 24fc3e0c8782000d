/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames out of a source. */
#include "recording.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

#define RECORD_MAX 65535

static int fail(struct recording *r, int rc, const char *what, const char *hint)
{
	snprintf(r->error, sizeof(r->error), "%s at byte %" PRIu64 ", after %" PRIu64 " frames; %s",
		 what, source__offset(r->source), r->frames, hint);
	return rc;
}

static int cut(struct recording *r, int rc, const char *what)
{
	char text[96];

	if (rc == -EBADMSG)
		return fail(r, rc, "the compressed data is cut or damaged",
			    "what came before is used; `gzip -t` tells more");
	if (rc != -ESPIPE && rc != -ENODATA)
		return fail(r, rc, strerror(-rc), "the file cannot be read");
	snprintf(text, sizeof(text), "the recording ends inside %s", what);
	return fail(r, -EBADMSG, text,
		    "it was cut, or is still being written: what came before is used");
}

bool recording__is_one(struct source *s)
{
	const uint8_t *p;

	return !source__need(s, RECORDING_MAGIC_LEN, &p) &&
	       !memcmp(p, RECORDING_MAGIC, RECORDING_MAGIC_LEN);
}

/* --- the head --- */

static void get_text(const json_t *o, const char *key, char *dst, size_t size)
{
	const char *text = json_string_value(json_object_get(o, key));

	snprintf(dst, size, "%s", text ? text : "");
	for (; *dst; dst++)
		*dst = *dst >= 0x20 && *dst < 0x7f ? *dst : '?';
}

static uint64_t get_uint(const json_t *o, const char *key, uint64_t max)
{
	json_int_t v = json_integer_value(json_object_get(o, key));

	return v < 0 ? 0 : (uint64_t)v > max ? max : (uint64_t)v;
}

static void read_head(const json_t *o, struct recording_head *h)
{
	h->version = (unsigned int)get_uint(o, "version", UINT32_MAX);
	get_text(o, "host", h->host, sizeof(h->host));
	get_text(o, "kernel", h->kernel, sizeof(h->kernel));
	h->plan |= json_is_true(json_object_get(o, "has_read")) ? RECORDING_HAS_READ : 0;
	h->plan |= json_is_true(json_object_get(o, "has_xmit")) ? RECORDING_HAS_XMIT : 0;
	h->plan |= json_is_true(json_object_get(o, "has_take")) ? RECORDING_HAS_TAKE : 0;
	h->clock_offset_ns = json_integer_value(json_object_get(o, "clock_offset_ns"));
	h->start_ns = get_uint(o, "start_ns", INT64_MAX);
#define REPLAY_SETTING(field, lo, hi, value)             \
	if (json_is_integer(json_object_get(o, #field))) \
		h->settings.field = get_uint(o, #field, INT64_MAX);
#include "setting.def"
#undef REPLAY_SETTING
	replay_settings__bound(&h->settings);
}

char *recording_head__text(const struct recording_head *h, size_t *len)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:b, s:b, s:b, s:I, s:I}", "version",
			      (int)h->version, "host", h->host, "kernel", h->kernel, "has_read",
			      (h->plan & RECORDING_HAS_READ) != 0, "has_xmit",
			      (h->plan & RECORDING_HAS_XMIT) != 0, "has_take",
			      (h->plan & RECORDING_HAS_TAKE) != 0, "clock_offset_ns",
			      (json_int_t)h->clock_offset_ns, "start_ns", (json_int_t)h->start_ns);
	char *line, *text = NULL;
	int n;

#define REPLAY_SETTING(field, lo, hi, value) \
	json_object_set_new(o, #field, json_integer((json_int_t)h->settings.field));
#include "setting.def"
#undef REPLAY_SETTING
	line = o ? json_dumps(o, JSON_COMPACT) : NULL;
	n = line ? asprintf(&text, "%s%s\n", RECORDING_MAGIC, line) : -1;

	json_decref(o);
	free(line);
	if (n < 0)
		return NULL;
	*len = (size_t)n;
	return text;
}

/* Bytes of the line, newline included. */
static int find_line(struct recording *r, const uint8_t **line, size_t *len)
{
	const uint8_t *p, *nl;
	int rc = source__need(r->source, RECORDING_HEAD_MAX, &p);
	size_t left = source__left(r->source);

	p = r->source->buf + r->source->at;
	if (left > RECORDING_HEAD_MAX)
		left = RECORDING_HEAD_MAX;
	nl = left ? memchr(p, '\n', left) : NULL;
	if (!nl && rc)
		return cut(r, rc, "its header");
	if (!nl)
		return fail(r, -EBADMSG, "a header line longer than 8 KiB", "the file is damaged");
	*line = p;
	*len = (size_t)(nl - p) + 1;
	return 0;
}

int recording__open(struct source *s, struct recording *ret)
{
	const uint8_t *line = NULL;
	json_t *o;
	size_t len = 0;
	int rc;

	*ret = (struct recording){.source = s};
	replay_settings__init(&ret->head.settings);
	source__take(s, RECORDING_MAGIC_LEN);
	rc = find_line(ret, &line, &len);
	if (rc)
		return rc;
	o = json_loadb((const char *)line, len, 0, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return fail(ret, -EBADMSG, "a header that is no JSON object",
			    "the file is damaged");
	}
	read_head(o, &ret->head);
	json_decref(o);
	source__take(s, len);
	if (ret->head.version != 1)
		return fail(ret, -EPROTONOSUPPORT, "a recording of another version",
			    "replay it with the sigpath that made it");
	return 0;
}

/* --- frames --- */

int recording__next(struct recording *r, struct recording_frame *ret)
{
	const uint8_t *p;
	uint32_t word, len;
	int rc = source__need(r->source, sizeof(word), &p);

	if (rc == -ENODATA)
		return rc;
	if (rc)
		return cut(r, rc, "a frame's length");
	memcpy(&word, p, sizeof(word));
	len = word & ~RECORDING_MARK;
	if (!len || len > RECORD_MAX)
		return fail(r, -EBADMSG, "a frame of impossible length",
			    "the file is damaged, or comes from a host of the other byte order");
	rc = source__need(r->source, sizeof(word) + len, &p);
	if (rc)
		return cut(r, rc, "a frame");
	p += sizeof(word);
	*ret = (struct recording_frame){.len = len};
	if (!(word & RECORDING_MARK))
		ret->record = p;
	else
		memcpy(&ret->marker, p, len < sizeof(ret->marker) ? len : sizeof(ret->marker));
	source__take(r->source, sizeof(word) + len);
	r->frames++;
	return 0;
}

uint64_t recording_frame__ns(const struct recording_frame *f)
{
	struct rec_hdr hdr;

	if (!f->record)
		return f->marker.ts_ns;
	if (f->len < sizeof(hdr))
		return 0;
	memcpy(&hdr, f->record, sizeof(hdr));
	return hdr.ts_ns;
}
