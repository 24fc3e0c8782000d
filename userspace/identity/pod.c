/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the uid in a path. */
#include "pod.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static bool read_uid(const char *p, char uid[POD_UID_LEN])
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; shape[i]; i++) {
		bool is_dash = p[i] == '-' || p[i] == '_';

		if (shape[i] == '-' ? !is_dash : !isxdigit((unsigned char)p[i]))
			return false;
		uid[i] = is_dash ? '-' : p[i];
	}
	uid[POD_UID_LEN - 1] = '\0';
	return !isalnum((unsigned char)p[POD_UID_LEN - 1]);
}

bool pod__uid(const char *cgroup, char uid[POD_UID_LEN])
{
	const char *p = strstr(cgroup, "kubepods");

	for (p = p ? strstr(p, "pod") : NULL; p; p = strstr(p + 1, "pod"))
		if (read_uid(p + 3, uid))
			return true;
	return false;
}
