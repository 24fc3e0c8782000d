/* SPDX-License-Identifier: BSD-2-Clause */
/* Every instant off but those of the captures. */
#include "bare.h"

#include <stdio.h>
#include <string.h>

#include "catalogue.h"

const char *bare__force(char force[BARE_FORCE_LEN])
{
	size_t at = 0;

	force[0] = '\0';
	for (int i = 0; i < INSTANT_CNT && at < BARE_FORCE_LEN; i++) {
		bool is_capture = candidate__find(i, "tap_capture");

		at += (size_t)snprintf(force + at, BARE_FORCE_LEN - at, "%s%s=%s", at ? "," : "",
				       instants[i].name, is_capture ? "tap_capture" : "none");
	}
	return force;
}
