/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that others collected, read at run time from $SIGPATH_DATA (default: ../shared/data
 * beside the checkout). */
#ifndef SIGPATH_CORPUS_H
#define SIGPATH_CORPUS_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#define CORPUS_MAX 65535

/* Bytes of the file, 0 when it is absent, empty or does not fit. buf: CORPUS_MAX bytes. */
static inline uint32_t corpus__read(const char *folder, const char *name, uint8_t *buf)
{
	const char *root = getenv("SIGPATH_DATA");
	char path[1024];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", root ? root : "../shared/data", folder, name);
	f = fopen(path, "rb");
	if (!f)
		return 0;
	len = fread(buf, 1, CORPUS_MAX, f);
	if (fgetc(f) != EOF)
		len = 0;
	fclose(f);
	return (uint32_t)len;
}

/* Calls each(name, bytes, len) for every file of a folder; how many. */
static inline int corpus__walk(const char *folder,
			       void (*each)(const char *, const uint8_t *, uint32_t))
{
	static uint8_t buf[CORPUS_MAX];
	const char *root = getenv("SIGPATH_DATA");
	struct dirent *entry;
	char path[1024];
	uint32_t len;
	int cnt = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", root ? root : "../shared/data", folder);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		len = corpus__read(folder, entry->d_name, buf);
		if (!len)
			continue;
		each(entry->d_name, buf, len);
		cnt++;
	}
	closedir(dir);
	return cnt;
}

#endif
