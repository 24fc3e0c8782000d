/* SPDX-License-Identifier: BSD-2-Clause */
/* SDP: spans stay inside the text, counts and indices in their range; a text that is parsed says
 * the same with CRLF as with LF, and with lines behind it that nobody knows. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static void check_span(struct sip_span span, uint32_t len)
{
	require(span.off <= len && span.len <= len - span.off);
}

static void check_medium(const struct sdp_media *m, uint32_t len)
{
	check_span(m->type, len);
	check_span(m->proto, len);
	check_span(m->mid, len);
	check_span(m->ufrag, len);
	check_span(m->pwd, len);
	check_span(m->fingerprint, len);
	require(m->setup <= SDP_SETUP_HOLDCONN && m->direction <= SDP_INACTIVE);
	require(!m->is_rtcp_mux || !m->rtcp_port);
}

static void check(const struct sdp *s, uint32_t len)
{
	check_span(s->origin, len);
	check_span(s->sess_id, len);
	require(s->media_cnt <= SDP_MEDIA_MAX && s->candidate_cnt <= SDP_CANDIDATE_MAX);
	require(s->candidate_seen >= s->candidate_cnt);
	for (unsigned int i = 0; i < s->media_cnt; i++)
		check_medium(&s->media[i], len);
	for (unsigned int i = 0; i < s->candidate_cnt; i++)
		require(s->candidate[i].media < SDP_MEDIA_MAX && s->candidate[i].type <= SDP_RELAY);
}

/* Every line end as CRLF, and a line that nobody knows: the same media and candidates. */
static void check_line_ends(const uint8_t *p, uint32_t len, const struct sdp *s)
{
	static const char more[] = "\r\nx=nobody:knows\r\na=nobody:knows\r\n";
	char *text = malloc((size_t)len * 2 + sizeof(more));
	static struct sdp again;
	uint32_t n = 0;

	if (!text)
		return;
	for (uint32_t i = 0; i < len; i++) {
		if (p[i] == '\n' && (!i || p[i - 1] != '\r'))
			text[n++] = '\r';
		text[n++] = (char)p[i];
	}
	if (n && text[n - 1] == '\r')
		n--;
	memcpy(text + n, more, sizeof(more));
	n += (uint32_t)sizeof(more) - 1;
	require(!sdp__parse(text, n, &again));
	check(&again, n);
	require(again.media_cnt == s->media_cnt && again.media_seen == s->media_seen);
	require(again.candidate_cnt == s->candidate_cnt);
	require(!memcmp(again.candidate, s->candidate, s->candidate_cnt * sizeof(s->candidate[0])));
	for (unsigned int i = 0; i < s->media_cnt; i++) {
		require(again.media[i].port == s->media[i].port);
		require(again.media[i].ufrag.len == s->media[i].ufrag.len);
		require(again.media[i].has_addr == s->media[i].has_addr);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1); /* of the exact size: one byte too many shows */
	struct sdp_candidate c;
	static struct sdp s;
	uint32_t len = (uint32_t)size;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	if (!sdp__fragment(copy, len, &s))
		check(&s, len);
	if (!sdp__candidate(copy, len, &c))
		require(c.type <= SDP_RELAY);
	if (!sdp__parse(copy, len, &s)) {
		check(&s, len);
		check_line_ends(data, len, &s);
	}
	free(copy);
	return 0;
}
