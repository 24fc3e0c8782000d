/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan without bpf(2): every instant is named, none but the captures is left. */
#include "bare.h"
#include "catalogue.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static void forces_every_instant(void)
{
	char force[BARE_FORCE_LEN], item[64], *save = NULL;
	unsigned int cnt = 0;

	bare__force(force);
	CHECK(strlen(force) < BARE_FORCE_LEN - 1);
	for (char *at = strtok_r(force, ",", &save); at; at = strtok_r(NULL, ",", &save), cnt++) {
		CHECK_CASE("%s", at);
		if (!CHECK(cnt < INSTANT_CNT))
			return;
		snprintf(item, sizeof(item), "%s=%s", instants[cnt].name,
			 strncmp(instants[cnt].name, "tap_", 4) ? "none" : "tap_capture");
		CHECK_STR(at, item);
	}
	CHECK_UINT(cnt, INSTANT_CNT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"forces_every_instant", forces_every_instant, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
