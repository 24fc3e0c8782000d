/* SPDX-License-Identifier: BSD-2-Clause */
/* The parsers of bpf/parse against those of userspace/session: same verdict on every message of the
 * corpora. */
#include <errno.h>
#include <string.h>

#include "corpus.h"
#include "dtls.h"
#include "dtls_head.h"
#include "payloads.h"
#include "rfc4475.h"
#include "sip_head.h"
#include "stun_head.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int taken; /* messages of the current folder that both accept */

/* What the kernel sees: the first bytes, zero behind. */
static void fill_window(uint8_t *window, const uint8_t *p, uint32_t len)
{
	memset(window, 0, PARSE_WINDOW);
	memcpy(window, p, len < PARSE_WINDOW ? len : PARSE_WINDOW);
}

/* Judged without either parser: the first line is complete and its last word is no SIP-Version. */
static bool lacks_version(const uint8_t *p, uint32_t len)
{
	const uint8_t *nl = memchr(p, '\n', len);
	char line[CORPUS_MAX + 1], *word;
	size_t n = nl ? (size_t)(nl - p) : 0;

	memcpy(line, p, n);
	line[n] = 0;
	while (n && strchr(" \t\r", line[n - 1]))
		line[--n] = 0;
	word = strrchr(line, ' ');
	return nl && (!word || strncasecmp(word + 1, "SIP/", 4) != 0);
}

static void compare_sip(const char *name, const uint8_t *p, uint32_t len)
{
	uint8_t window[PARSE_WINDOW];
	struct sip_start start;
	struct sip_head head;
	int shallow, deep;

	CHECK_CASE("%s", name);
	fill_window(window, p, len);
	shallow = sip_start_parse(window, len, &start);
	deep = sip_head__parse(p, len, &head);
	if (shallow == 0 && deep != 0) {
		CHECK(lacks_version(p, len));
		return;
	}
	if (!CHECK_INT(deep, shallow) || deep)
		return;
	taken++;
	CHECK_INT(head.is_request, start.is_request);
	CHECK_INT(head.status, start.status);
	CHECK(!head.is_request || head.method == start.method);
}

static void compare_stun(const char *name, const uint8_t *p, uint32_t len)
{
	uint8_t window[PARSE_WINDOW];
	struct stun_brief brief;
	struct stun_head head;
	int shallow, deep;

	CHECK_CASE("%s", name);
	fill_window(window, p, len);
	shallow = stun_parse(window, len, &brief);
	deep = stun_head__parse(p, len, &head);
	if (deep == 0 && head.truncated) {
		CHECK_INT(shallow, -EBADMSG);
		return;
	}
	if (!CHECK_INT(deep, shallow) || deep)
		return;
	taken++;
	CHECK_MEM(&head.brief, &brief, sizeof(brief));
}

/* The kernel looks at the first record's head; a cut head is for neither. */
static void compare_dtls(const char *name, const uint8_t *p, uint32_t len)
{
	uint8_t window[PARSE_WINDOW];
	struct dtls_head head;
	int shallow, deep;

	CHECK_CASE("%s", name);
	fill_window(window, p, len);
	if (!dtls_is_start(window))
		return;
	shallow = dtls_parse(window, len);
	deep = dtls_head__parse(p, len, len, &head);
	if (CHECK_INT(deep, shallow) && !deep)
		taken++;
}

/* Every prefix too: a snap length cuts anywhere. */
static void compare_sip_prefixes(const char *name, const uint8_t *p, uint32_t len)
{
	for (uint32_t cut = 0; cut <= len && cut < 256; cut++)
		compare_sip(name, p, cut);
}

static void compare_stun_prefixes(const char *name, const uint8_t *p, uint32_t len)
{
	for (uint32_t cut = 0; cut <= len && cut < 256; cut++)
		compare_stun(name, p, cut);
}

static void agrees_on_sip(void)
{
	taken = 0;
	if (!corpus__walk("rfc4475", compare_sip)) {
		test__skip("no rfc4475 messages in SIGPATH_DATA");
		return;
	}
	CHECK_CASE("all");
	CHECK(taken > 40);
	corpus__walk("rfc4475", compare_sip_prefixes);
	corpus__walk("rfc5769", compare_sip);
	corpus__walk("fuzz/pion-stun", compare_sip);
}

static void agrees_on_stun(void)
{
	static const char *const folders[] = {"fuzz/aioice", "fuzz/pion-stun",
					      "fuzz/mediasoup/corpora/stun-corpus", "rfc4475"};

	taken = 0;
	if (!corpus__walk("rfc5769", compare_stun)) {
		test__skip("no rfc5769 vectors in SIGPATH_DATA");
		return;
	}
	CHECK_CASE("all");
	CHECK_INT(taken, 4);
	corpus__walk("rfc5769", compare_stun_prefixes);
	for (size_t i = 0; i < COUNT(folders); i++)
		corpus__walk(folders[i], compare_stun);
}

/* Whatever crossed somebody's wire, through both, RTP and TLS and all. */
static void agrees_on_captures(void)
{
	int sip, stun;

	taken = 0;
	payloads__walk(compare_sip);
	sip = taken;
	if (!sip) {
		test__skip("no captures in SIGPATH_DATA");
		return;
	}
	taken = 0;
	payloads__walk(compare_stun);
	stun = taken;
	taken = 0;
	payloads__walk(compare_dtls);
	CHECK_CASE("all");
	CHECK(sip > 100);
	CHECK(stun > 100);
	CHECK(taken > 10);
}

/* The kernel's half of the torture table: it may take more (no look at the version), never less. */
static void starts_what_rfc4475_wants(void)
{
	static uint8_t buf[CORPUS_MAX];
	uint8_t window[PARSE_WINDOW];
	struct sip_start start;
	uint32_t len;

	for (size_t i = 0; i < COUNT(torture); i++) {
		CHECK_CASE("%s", torture[i].file);
		len = corpus__read("rfc4475", torture[i].file, buf);
		if (!len) {
			test__skip("no rfc4475 messages in SIGPATH_DATA");
			return;
		}
		fill_window(window, buf, len);
		if (torture[i].rc || !CHECK_OK(sip_start_parse(window, len, &start)))
			continue;
		CHECK_INT(start.status, torture[i].status);
		CHECK_INT(start.method, torture[i].status ? SIP_OTHER : torture[i].method);
	}
}

static void knows_every_method(void)
{
	static const char *const longer[] = {"", "X"};
	char text[PARSE_WINDOW * 2];
	struct sip_start start;

	for (int i = 0; i < SIP_METHOD_CNT * 2; i++) {
		memset(text, 0, sizeof(text));
		snprintf(text, sizeof(text), "%s%s sip:b SIP/2.0\r\n\r\n", sip_method__name(i / 2),
			 longer[i % 2]);
		CHECK_CASE("%s", text);
		if (!CHECK_OK(sip_start_parse((uint8_t *)text, (uint32_t)strlen(text), &start)))
			continue;
		CHECK_INT(start.method, i % 2 ? SIP_OTHER : i / 2);
		CHECK(start.is_request);
	}
}

/* Token characters against the list in RFC 3261 25.1, lengths around the limit. */
static void takes_tokens(void)
{
	uint8_t buf[PARSE_WINDOW];
	struct sip_start start;

	for (int c = 0; c < 256; c++) {
		bool alnum =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		CHECK_CASE("character %d", c);
		CHECK_INT(is_sip_token((uint8_t)c),
			  alnum || (c && c < 128 && strchr("-.!%*_+`'~", c)));
	}
	for (uint32_t len = 1; len < PARSE_WINDOW - 2; len++) {
		memset(buf, 'X', sizeof(buf));
		memcpy(buf + len, " s", 2);
		CHECK_CASE("method of %u", len);
		CHECK_INT(sip_start_parse(buf, 200, &start), len <= SIP_TOKEN_MAX ? 0 : -EBADMSG);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"agrees_on_sip", agrees_on_sip, TEST_PLAIN},
		{"agrees_on_stun", agrees_on_stun, TEST_PLAIN},
		{"agrees_on_captures", agrees_on_captures, TEST_PLAIN},
		{"starts_what_rfc4475_wants", starts_what_rfc4475_wants, TEST_PLAIN},
		{"knows_every_method", knows_every_method, TEST_PLAIN},
		{"takes_tokens", takes_tokens, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
