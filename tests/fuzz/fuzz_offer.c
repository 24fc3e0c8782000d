/* SPDX-License-Identifier: BSD-2-Clause */
/* Bodies: what is found lies in the body or the buffer, the same each time; a description that is
 * put into JSON comes out again as it was. The first byte chooses the content type. */
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "json_offer.h"
#include "offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool held)
{
	if (!held)
		abort();
}

static bool is_inside(const char *p, uint32_t len, const void *area, size_t size)
{
	const char *start = area;

	return p >= start && len <= size && p + len <= start + size;
}

static void check_body(const uint8_t *data, uint32_t len, uint8_t how)
{
	static const char *const types[] = {"",
					    "application/sdp",
					    "multipart/mixed",
					    "application/json",
					    "application/trickle-ice-sdpfrag",
					    "text/html"};
	const char *type = types[how % 6];
	uint8_t *copy = malloc(len ? len : 1);
	char *buf = malloc(OFFER_BUF);
	struct offer o, again;

	if (copy && buf) {
		memcpy(copy, data, len);
		offer__find(copy, len, type, (uint32_t)strlen(type), buf, &o);
		require(o.kind <= OFFER_CANDIDATE);
		if (o.kind != OFFER_NONE)
			require(is_inside(o.sdp, o.sdp_len, copy, len) ||
				is_inside(o.sdp, o.sdp_len, buf, OFFER_BUF));
		offer__find(copy, len, type, (uint32_t)strlen(type), buf, &again);
		require(again.kind == o.kind && again.sdp_len == o.sdp_len && again.sdp == o.sdp &&
			again.id == o.id);
	}
	free(copy);
	free(buf);
}

/* As JSON.stringify writes it, but for characters that need no escape. */
static uint32_t escape(const uint8_t *p, uint32_t len, uint8_t *to)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t n = 0;

	for (uint32_t i = 0; i < len; i++) {
		if (p[i] == '"' || p[i] == '\\' || p[i] == '\r' || p[i] == '\n') {
			to[n++] = '\\';
			to[n++] = p[i] == '\r' ? 'r' : p[i] == '\n' ? 'n' : p[i];
		} else if (p[i] < ' ') {
			memcpy(to + n, "\\u00", 4);
			to[n + 4] = (uint8_t)hex[p[i] >> 4];
			to[n + 5] = (uint8_t)hex[p[i] & 15];
			n += 6;
		} else {
			to[n++] = p[i];
		}
	}
	return n;
}

/* "v=0" and any bytes as a JSON string, `depth` times, are found again. */
static void check_round(const uint8_t *data, uint32_t len)
{
	static uint8_t sdp[1024], json[16384];
	static const char start[] = "{\"type\":\"offer\",\"x\":[{\"sdp\":\"";
	static char buf[OFFER_BUF];
	struct offer o;
	uint32_t n;

	len = len < 1000 ? len : 1000;
	memcpy(sdp, "v=0", 3);
	memcpy(sdp + 3, data, len);
	memcpy(json, start, sizeof(start) - 1);
	n = sizeof(start) - 1 + escape(sdp, len + 3, json + sizeof(start) - 1);
	memcpy(json + n, "\"}]}", 4);
	offer__find(json, n + 4, "", 0, buf, &o);
	require(o.kind == OFFER_OFFER);
	require(o.sdp_len == len + 3 && memcmp(o.sdp, sdp, o.sdp_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	check_body(data + 1, (uint32_t)size - 1, data[0]);
	check_round(data + 1, (uint32_t)size - 1);
	return 0;
}
