/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of the daemon as the screen tests have them, read at run time from the root of the tree.
 */
#ifndef SIGPATH_FIXTURE_REPLY_H
#define SIGPATH_FIXTURE_REPLY_H

#include <stdio.h>

#include "test.h"

#define FIXTURE_REPLY_LEN 131072

/* False: the running test is skipped. */
static inline bool fixture_reply__read(const char *name, char text[FIXTURE_REPLY_LEN])
{
	char path[256];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "tests/tui/%s", name);
	f = fopen(path, "r");
	if (!f) {
		test__skip("not run from the root of the tree: no tests/tui");
		return false;
	}
	len = fread(text, 1, FIXTURE_REPLY_LEN - 1, f);
	fclose(f);
	text[len] = '\0';
	return true;
}

#endif
