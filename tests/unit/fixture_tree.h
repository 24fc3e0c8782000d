/* SPDX-License-Identifier: BSD-2-Clause */
/* A made-up root directory with files in it. */
#ifndef SIGPATH_FIXTURE_TREE_H
#define SIGPATH_FIXTURE_TREE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test.h"

#define TREE_PATH_LEN 512

/* root: room for 32 bytes. */
static inline bool tree_make(char *root)
{
	strcpy(root, "/tmp/sigpath-test-XXXXXX");
	return CHECK(mkdtemp(root));
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void tree_remove(const char *root)
{
	nftw(root, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Creates root/path with its folders. */
static inline void tree_put(const char *root, const char *path, const void *data, size_t len)
{
	char full[TREE_PATH_LEN];
	FILE *out;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	out = fopen(full, "w");
	if (!CHECK(out))
		return;
	fwrite(data, 1, len, out);
	fclose(out);
}

#endif
