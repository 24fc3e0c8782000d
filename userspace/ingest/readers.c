/* SPDX-License-Identifier: BSD-2-Clause */
/* One slot per socket, direct-mapped. */
#include "readers.h"

bool readers__add(struct readers *r, uint64_t sk, uint32_t pid)
{
	struct sock_reader *s = &r->slot[(sk * 0x9e3779b97f4a7c15ull) >> 32 & (READERS_SLOTS - 1)];

	if (!s->sk)
		*s = (struct sock_reader){.sk = sk, .pid = pid};
	else if (s->sk != sk)
		*s = (struct sock_reader){.sk = sk, .pid = pid, .is_shared = true};
	else if (s->pid != pid)
		s->is_shared = true;
	return s->is_shared;
}
