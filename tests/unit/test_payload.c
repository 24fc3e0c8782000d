/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of payloads: what is there is right, what is gone is known to be gone. */
#include "payload.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static void keeps_the_latest(void)
{
	struct payload r;
	uint8_t in[64], out[64];
	uint64_t at[2000], rnd = 7;
	uint8_t len[2000];

	if (!CHECK_OK(payload__init(&r, 1000)))
		goto out;
	for (unsigned int i = 0; i < 2000; i++) {
		uint64_t used = 0;

		len[i] = (uint8_t)(test__random(&rnd) % 64 + 1);
		memset(in, (int)(i & 255), sizeof(in));
		at[i] = payload__add(&r, in, len[i]);
		CHECK(at[i] != 0);
		/* Exactly those that fit are there, newest first. */
		for (unsigned int k = i + 1; k-- > 0 && i - k < 300;) {
			uint32_t got = payload__read(&r, at[k], out, sizeof(out));

			used += len[k] + 4u;
			if (used > 1000) {
				CHECK_UINT(got, 0);
				continue;
			}
			CHECK_UINT(got, len[k]);
			CHECK_UINT(out[0], k & 255);
			CHECK_UINT(out[len[k] - 1], k & 255);
		}
	}
	CHECK_UINT(payload__read(&r, at[1999], out, 1), 1);
out:
	payload__done(&r);
}

static void refuses_what_does_not_fit(void)
{
	struct payload r;
	uint8_t in[16] = {1}, out[16];

	if (!CHECK_OK(payload__init(&r, 16)))
		goto out;
	CHECK_UINT(payload__add(&r, in, 13), 0);
	CHECK_UINT(payload__add(&r, in, 0), 0);
	CHECK_UINT(payload__read(&r, 0, out, 16), 0);
	CHECK_UINT(payload__read(&r, 99, out, 16), 0);
	CHECK_UINT(payload__read(&r, payload__add(&r, in, 12), out, 16), 12);
out:
	payload__done(&r);
	CHECK_OK(payload__init(&r, 0));
	CHECK_UINT(payload__add(&r, in, 4), 0);
	CHECK_UINT(payload__read(&r, 1, out, 4), 0);
	payload__done(&r);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"keeps_the_latest", keeps_the_latest, TEST_PLAIN},
		{"refuses_what_does_not_fit", refuses_what_does_not_fit, TEST_WALK},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(tests, argc, argv);
}
