/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a row's time goes: for each stage, all requests of the window beside the slow tail. */
#ifndef SIGPATH_BREAKDOWN_H
#define SIGPATH_BREAKDOWN_H

#include "model.h"

#define BREAKDOWN_MAX 48

struct breakdown_part {
	const char *name; /* borrowed from the row */
	char letter;	  /* unique within the breakdown */
	uint64_t all_ns;
	uint64_t tail_ns;
};

struct breakdown {
	unsigned int cnt;
	struct breakdown_part part[BREAKDOWN_MAX];
	uint64_t all_ns, all_n;	  /* summed latency and requests in the window */
	uint64_t tail_ns, tail_n; /* of the tail, since start; 0 when not known */
};

/* Borrows the row's strings as long as *ret is used. */
void breakdown__init(struct breakdown *ret, const struct model_row *row);
/* Mean per request; MODEL_NONE without requests. */
uint64_t breakdown__mean_ns(uint64_t sum_ns, uint64_t n);

#endif
