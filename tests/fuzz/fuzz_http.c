/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP headers: spans stay inside, nothing is read behind the end, and no shorter piece is a whole
 * header that says something else. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static void check_span(struct sip_span s, uint32_t len)
{
	require(s.len == 0 || (s.off <= len && s.len <= len - s.off));
}

static int parse(const uint8_t *p, uint32_t len, struct http_head *h)
{
	uint8_t *copy = malloc(len ? len : 1);
	int rc = -ENOMEM;

	if (!copy)
		return rc;
	if (len)
		memcpy(copy, p, len);
	rc = http_head__parse(copy, len, h);
	free(copy);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t len = (uint32_t)size;
	struct http_head h, cut;
	int rc = parse(data, len, &h);

	require(rc == 0 || rc == -EAGAIN || rc == -EBADMSG);
	if (rc)
		return 0;
	require(h.head_len && h.head_len <= len && data[h.head_len - 1] == '\n');
	require(h.body_off == h.head_len && h.body_len <= len - h.head_len);
	require(!(h.is_chunked && h.has_length));
	require(h.is_request ? !h.status && h.method.len : h.status >= 100 && h.status <= 999);
	require(!h.is_upgrade || h.is_request || h.status == 101);
	check_span(h.method, h.head_len);
	check_span(h.target, h.head_len);
	check_span(h.content_type, h.head_len);
	check_span(h.ws_protocol, h.head_len);
	require(http_method__name(data, h.method) != NULL);
	require(parse(data, h.head_len - 1, &cut) == -EAGAIN);
	require(parse(data, h.head_len, &cut) == 0 && cut.content_length == h.content_length &&
		cut.is_chunked == h.is_chunked && cut.head_len == h.head_len);
	return 0;
}
