/* SPDX-License-Identifier: BSD-2-Clause */
/* Every UDP datagram and TCP segment of every capture below $SIGPATH_DATA/pcap. */
#ifndef SIGPATH_PAYLOADS_H
#define SIGPATH_PAYLOADS_H

#include <ftw.h>
#include <string.h>

#include "capture_file.h"
#include "corpus.h"
#include "link.h"

/* nftw() passes no context. */
static void (*payloads_each)(const char *name, const uint8_t *p, uint32_t len);

static inline void payloads__of_file(const char *path, struct fragments *fragments)
{
	struct capture_packet packet;
	struct capture_file file;
	struct link_packet out;
	struct source source;
	struct link link;
	char name[300];

	if (source__open(path, &source))
		return;
	if (!capture_file__open(&source, &file)) {
		if (!link__init(&link, fragments)) {
			while (!capture_file__next(&file, &packet)) {
				if (!link__decode(&link, packet.link, packet.p, packet.len,
						  packet.ts_ns, &out) ||
				    !out.len)
					continue;
				snprintf(name, sizeof(name), "%s packet %llu",
					 strrchr(path, '/') + 1, (unsigned long long)file.packets);
				payloads_each(name, out.p, out.len);
			}
			link__done(&link);
		}
		capture_file__done(&file);
	}
	source__done(&source);
}

static inline int payloads__visit(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	struct fragments *fragments;

	(void)st;
	(void)ftw;
	if (type == FTW_F && !fragments__new(64, 1 << 20, &fragments)) {
		payloads__of_file(path, fragments);
		fragments__free(fragments);
	}
	return 0;
}

static inline void payloads__walk(void (*each)(const char *, const uint8_t *, uint32_t))
{
	const char *root = getenv("SIGPATH_DATA");
	char path[1024];

	snprintf(path, sizeof(path), "%s/pcap", root ? root : "../shared/data");
	payloads_each = each;
	nftw(path, payloads__visit, 16, FTW_PHYS);
}

#endif
