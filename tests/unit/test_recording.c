/* SPDX-License-Identifier: BSD-2-Clause */
#include "recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static const struct recording_head head = {.version = 1,
					   .host = "n\"1",
					   .kernel = "6.1",
					   .plan = RECORDING_HAS_READ,
					   .clock_offset_ns = 1700000000123456789,
					   .start_ns = 5,
					   .settings = {.max_messages = 700, .max_rows = 9}};

/* Head, a record of three bytes, a marker, a shorter marker. NULL: no memory. */
static uint8_t *make(size_t *len, size_t border[4])
{
	const struct recording_marker m = {.mark = RECORDING_LOST, .ts_ns = 3, .count = 4};
	const uint32_t record = 3, marker = RECORDING_MARK | (uint32_t)sizeof(m),
		       small = RECORDING_MARK | 4, tick = RECORDING_TICK;
	char *text = recording_head__text(&head, len);
	uint8_t *p = text ? calloc(1, *len + 64) : NULL;

	if (p) {
		memcpy(p, text, *len);
		border[0] = *len;
		memcpy(p + *len, &record, 4);
		memcpy(p + *len + 4, "abc", 3);
		border[1] = *len += 7;
		memcpy(p + *len, &marker, 4);
		memcpy(p + *len + 4, &m, sizeof(m));
		border[2] = *len += 4 + sizeof(m);
		memcpy(p + *len, &small, 4);
		memcpy(p + *len + 4, &tick, 4);
		border[3] = *len += 8;
	}
	free(text);
	return p;
}

static void says_what_was_written(void)
{
	struct recording_frame f;
	struct recording r;
	struct source s = {.fd = -1};
	size_t len, border[4];
	uint8_t *p = make(&len, border);
	int rc;

	if (!p || source__open_bytes(p, len, &s))
		goto out;
	CHECK(recording__is_one(&s));
	rc = recording__open(&s, &r);
	if (test__injected() && rc)
		goto out;
	CHECK_INT(rc, 0);
	CHECK_STR(r.head.host, "n\"1");
	CHECK_UINT(r.head.plan, RECORDING_HAS_READ);
	CHECK_INT(r.head.clock_offset_ns, head.clock_offset_ns);
	CHECK_UINT(r.head.settings.max_messages, 700);
	CHECK_UINT(r.head.settings.max_rows, 9);
	CHECK_UINT(r.head.settings.max_sessions, 64); /* 0 is out of its range */
	CHECK_INT(recording__next(&r, &f), 0);
	CHECK(f.record && f.len == 3);
	CHECK_MEM(f.record, "abc", 3);
	CHECK_INT(recording__next(&r, &f), 0);
	CHECK(!f.record);
	CHECK_UINT(f.marker.mark, RECORDING_LOST);
	CHECK_UINT(f.marker.count, 4);
	CHECK_INT(recording__next(&r, &f), 0);
	CHECK_UINT(f.marker.mark, RECORDING_TICK);
	CHECK_UINT(f.marker.ts_ns, 0);
	CHECK_INT(recording__next(&r, &f), -ENODATA);
	CHECK_UINT(r.frames, 3);
out:
	source__done(&s);
	free(p);
}

static void cut_anywhere(void)
{
	size_t len, border[4];
	uint8_t *p = make(&len, border);

	for (size_t n = RECORDING_MAGIC_LEN; p && n <= len; n++) {
		struct source s = {.fd = -1};
		struct recording_frame f;
		struct recording r;
		bool is_border = false;
		int rc;

		for (int i = 0; i < 4; i++)
			is_border |= n == border[i];
		if (source__open_bytes(p, n, &s))
			continue;
		rc = recording__open(&s, &r);
		while (!rc)
			rc = recording__next(&r, &f);
		CHECK_CASE("cut at %zu", n);
		CHECK_INT(rc, is_border ? -ENODATA : -EBADMSG);
		CHECK((r.error[0] == '\0') == is_border);
		source__done(&s);
	}
	free(p);
}

static void refuses(void)
{
	static const struct {
		const char *text;
		int rc;
	} row[] = {
		{RECORDING_MAGIC "{\"version\":2}\n", -EPROTONOSUPPORT},
		{RECORDING_MAGIC "[]\n", -EBADMSG},
		{RECORDING_MAGIC "{\n", -EBADMSG},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct source s = {.fd = -1};
		struct recording r;

		CHECK_CASE("%zu", i);
		if (source__open_bytes((const uint8_t *)row[i].text, strlen(row[i].text), &s))
			continue;
		CHECK_INT(recording__open(&s, &r), row[i].rc);
		CHECK(r.error[0]);
		source__done(&s);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_was_written", says_what_was_written, TEST_PLAIN},
		{"cut_anywhere", cut_anywhere, TEST_PLAIN},
		{"refuses", refuses, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
