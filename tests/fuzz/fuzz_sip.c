/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP: spans stay inside the message, the kernel's parse agrees with the user's, a cut message says
 * nothing that the whole one does not, and every message is judged. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sip_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static void check_span(const struct sip_head *h, uint32_t bit, struct sip_span span, uint32_t len)
{
	require(span.off <= len && span.len <= len - span.off);
	require(!bit || !!(h->have & bit) == (span.len != 0));
}

/* Without a bit of their own. */
#define PLAIN_SPANS(X)                                                                      \
	X(request_uri)                                                                      \
	X(from_uri)                                                                         \
	X(to_uri)                                                                           \
	X(contact) X(content_type) X(event) X(sub_state) X(session_id) X(session_id_remote) \
		X(icid) X(replaces) X(x_call_id) X(user_agent) X(reason_phrase)

static void check_spans(const struct sip_head *h, uint32_t len)
{
#define CHECK(name) check_span(h, 0, h->name, len);
	PLAIN_SPANS(CHECK)
#undef CHECK
	check_span(h, 0, h->body, len);
	require(h->truncated == !h->header_len && h->truncated == !(h->have & SIP_HAVE_BODY));
	require(h->truncated || h->body.off == h->header_len);
	require(!(h->have & SIP_HAVE_CONTENT_LENGTH) || h->body.len <= h->content_length);
	check_span(h, SIP_HAVE_METHOD, h->method_name, len);
	check_span(h, SIP_HAVE_BRANCH, h->branch, len);
	check_span(h, SIP_HAVE_SENT_BY, h->sent_by, len);
	check_span(h, SIP_HAVE_VIA2_BRANCH, h->via2_branch, len);
	check_span(h, SIP_HAVE_CALL_ID, h->call_id, len);
	check_span(h, SIP_HAVE_FROM_TAG, h->from_tag, len);
	check_span(h, SIP_HAVE_TO_TAG, h->to_tag, len);
	require(h->via_cnt || !(h->have & (SIP_HAVE_BRANCH | SIP_HAVE_SENT_BY)));
	require(h->via_cnt > 1 || !(h->have & SIP_HAVE_VIA2_BRANCH));
	require(h->method < SIP_METHOD_CNT && h->cseq_method < SIP_METHOD_CNT);
	require(h->cseq <= INT32_MAX);
}

static bool lacks_version(const uint8_t *p, uint32_t len)
{
	const uint8_t *nl = memchr(p, '\n', len);
	uint32_t n = nl ? (uint32_t)(nl - p) : 0, start;

	while (n && strchr(" \t\r\n", p[n - 1]) && p[n - 1])
		n--;
	for (start = n; start && p[start - 1] != ' ';)
		start--;
	if (!nl)
		return false;
	/* no version, or a version where the Request-URI should be */
	return n - start < 5 || strncasecmp((const char *)p + start, "SIP/", 4) != 0 ||
	       p[start + 4] < '0' || p[start + 4] > '9' || memchr(p, ' ', n) == p + start - 1;
}

static void check_agreement(const uint8_t *p, uint32_t len, int deep, const struct sip_head *h)
{
	uint8_t window[PARSE_WINDOW] = {0};
	struct sip_start start;
	int shallow;

	if (len)
		memcpy(window, p, len < PARSE_WINDOW ? len : PARSE_WINDOW);
	shallow = sip_start_parse(window, len, &start);
	if (deep) {
		require(shallow || lacks_version(p, len));
		return;
	}
	require(!shallow && h->is_request == start.is_request && h->status == start.status);
	require(!h->is_request || h->method == start.method);
	require(h->is_request ? !h->status
			      : h->status >= SIP_STATUS_MIN && h->status <= SIP_STATUS_MAX);
}

static void check_kept(uint32_t bit, const struct sip_head *cut, const struct sip_head *whole,
		       struct sip_span a, struct sip_span b)
{
	if (!(cut->have & bit))
		return;
	require(whole->have & bit && a.off == b.off && a.len == b.len);
}

static void check_plain(const struct sip_head *cut, const struct sip_head *whole)
{
#define CHECK(name)               \
	require(!cut->name.len || \
		(cut->name.off == whole->name.off && cut->name.len == whole->name.len));
	PLAIN_SPANS(CHECK)
#undef CHECK
	require(!(cut->have & SIP_HAVE_CONTENT_LENGTH) ||
		cut->content_length == whole->content_length);
	require(!(cut->have & SIP_HAVE_EXPIRES) || cut->expires == whole->expires);
	require(cut->max_forwards == UINT32_MAX || cut->max_forwards == whole->max_forwards);
}

/* The copy has the exact size, so that the sanitizer sees one byte too many. */
static void check_prefix(const uint8_t *p, uint32_t len, const struct sip_head *whole)
{
	struct sip_head cut;
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return;
	if (len)
		memcpy(copy, p, len);
	if (sip_head__parse(copy, len, &cut) == 0) {
		check_spans(&cut, len);
		check_plain(&cut, whole);
		require(sip_head__judge(copy, len, &cut) < SIP_FAULT_CNT);
		require((cut.have & ~whole->have) == 0 && cut.via_cnt <= whole->via_cnt);
		check_kept(SIP_HAVE_BRANCH, &cut, whole, cut.branch, whole->branch);
		check_kept(SIP_HAVE_VIA2_BRANCH, &cut, whole, cut.via2_branch, whole->via2_branch);
		check_kept(SIP_HAVE_CALL_ID, &cut, whole, cut.call_id, whole->call_id);
		check_kept(SIP_HAVE_FROM_TAG, &cut, whole, cut.from_tag, whole->from_tag);
		check_kept(SIP_HAVE_TO_TAG, &cut, whole, cut.to_tag, whole->to_tag);
		require(!(cut.have & SIP_HAVE_CSEQ) || cut.cseq == whole->cseq);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t len = (uint32_t)size;
	struct sip_head h;
	int rc = sip_head__parse(data, len, &h);

	check_agreement(data, len, rc, &h);
	if (rc)
		return 0;
	check_spans(&h, len);
	require(sip_head__judge(data, len, &h) < SIP_FAULT_CNT);
	check_prefix(data, len / 2, &h);
	check_prefix(data, len - len / 8, &h);
	check_prefix(data, len - 1, &h);
	return 0;
}
