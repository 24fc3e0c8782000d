/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.max, memory.limit_in_bytes. */
#include "memcg.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LEN 1024
/* What v1 says for "no limit" is the largest number of pages; nothing real comes near. */
#define LIMIT_MAX (1ull << 60)

static uint64_t read_limit(const char *path)
{
	char line[64] = "", *end;
	unsigned long long value;
	FILE *f = fopen(path, "re");

	if (!f)
		return MEMCG_UNLIMITED;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	value = strtoull(line, &end, 10); /* "max" is no number */
	return end == line || value >= LIMIT_MAX ? MEMCG_UNLIMITED : value;
}

/* group is "/a/b": reads /a/b, /a and /. */
static uint64_t walk_up(const char *root, const char *mount, char *group, const char *file)
{
	uint64_t least = MEMCG_UNLIMITED, limit;
	char path[PATH_LEN];
	char *slash;

	while (true) {
		if (snprintf(path, sizeof(path), "%s%s%s/%s", root, mount, group, file) <
		    (int)sizeof(path)) {
			limit = read_limit(path);
			least = limit < least ? limit : least;
		}
		slash = strrchr(group, '/');
		if (!slash)
			return least;
		*slash = '\0';
	}
}

/* A line of /proc/self/cgroup: "0::/a/b" for v2, "4:memory:/a/b" or "4:cpu,memory:/a" for v1. */
static uint64_t read_group(char *line, const char *root, const char *v1, const char *v2)
{
	char *controllers = strchr(line, ':'),
	     *group = controllers ? strchr(controllers + 1, ':') : NULL;
	bool is_v2;

	if (!group)
		return MEMCG_UNLIMITED;
	*group++ = '\0';
	group[strcspn(group, "\n")] = '\0';
	is_v2 = controllers[1] == '\0';
	if (strstr(group, "/..") || (is_v2 ? !v2[0] : !v1[0]))
		return MEMCG_UNLIMITED;
	if (is_v2)
		return walk_up(root, v2, group, "memory.max");
	return strstr(controllers, "memory") ? walk_up(root, v1, group, "memory.limit_in_bytes")
					     : MEMCG_UNLIMITED;
}

uint64_t memcg__limit(const char *root, const char *v1, const char *v2)
{
	uint64_t least = MEMCG_UNLIMITED, limit;
	char path[PATH_LEN], line[PATH_LEN];
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/proc/self/cgroup", root) >= (int)sizeof(path))
		return least;
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		limit = read_group(line, root, v1, v2);
		least = limit < least ? limit : least;
	}
	if (f)
		fclose(f);
	return least;
}
