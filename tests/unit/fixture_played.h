/* SPDX-License-Identifier: BSD-2-Clause */
/* A small capture in a file: a request every ten seconds, each answered 5 ms later but the last. */
#ifndef SIGPATH_FIXTURE_PLAYED_H
#define SIGPATH_FIXTURE_PLAYED_H

#include "fixture_capture.h"
#include "fixture_message.h"
#include "fixture_tree.h"

#define PLAYED_REQUESTS 9
#define PLAYED_START_S	1700000000u
#define PLAYED_LEN_NS	((PLAYED_REQUESTS - 1) * 10 * 1000000000ull)
#define PLAYED_RAW_IP	101
#define PLAYED_PACKETS	(2 * PLAYED_REQUESTS - 1)

static inline void played__packet(struct made *m, unsigned int idx, int code)
{
	struct sip_spec spec = {.method = "OPTIONS", .code = code};
	uint8_t p[768] = {0x45, 0, 0, 0, 0,  0, 0, 0, 64,	 17,	     0,		0,
			  10,	0, 0, 9, 10, 0, 0, 1, 5060 >> 8, 5060 & 255, 5060 >> 8, 5060 & 255};
	char branch[32], call_id[32];
	uint32_t len;

	snprintf(branch, sizeof(branch), "z9hG4bK-%u", idx);
	snprintf(call_id, sizeof(call_id), "c%u@10.0.0.9", idx);
	spec.branch = branch;
	spec.call_id = call_id;
	len = sip_text((char *)p + 28, sizeof(p) - 28, &spec);
	p[2] = (uint8_t)((28 + len) >> 8);
	p[3] = (uint8_t)(28 + len);
	p[24] = (uint8_t)((8 + len) >> 8);
	p[25] = (uint8_t)(8 + len);
	if (code)
		p[15] = 1, p[19] = 9;
	made__record(m, PLAYED_START_S + 10 * idx, code ? 5000 : 0, p, 28 + len, 28 + len);
}

/* cut: bytes missing at its end. root: room for 32 bytes, path for TREE_PATH_LEN. */
static inline bool played__make(char *root, char *path, uint32_t cut)
{
	struct made m = {};

	if (!tree_make(root))
		return false;
	made__pcap(&m, 0xa1b2c3d4, PLAYED_RAW_IP);
	for (unsigned int i = 0; i < PLAYED_REQUESTS; i++) {
		played__packet(&m, i, 0);
		if (i + 1 < PLAYED_REQUESTS)
			played__packet(&m, i, 200);
	}
	snprintf(path, TREE_PATH_LEN, "%s/played.pcap", root);
	tree_put(root, "/played.pcap", m.p, m.len - cut);
	return true;
}

#endif
