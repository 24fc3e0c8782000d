/* SPDX-License-Identifier: BSD-2-Clause */
/* Folded stacks: one line `service (side);method;stage weight` per row and stage, weight in ns,
 * sorted, equal stacks merged. What flamegraph.pl, inferno, speedscope and Perfetto read. Pure:
 * plain structs in, a stream out.
 *
 *   sip 10.77.0.2:5060 (server);INVITE;app 184223
 *   '----------- frames, root first -----' '-- ns, after the last blank */
#ifndef SIGPATH_FOLDED_H
#define SIGPATH_FOLDED_H

#include <stdint.h>
#include <stdio.h>

/* Longest frame in bytes; a longer name is cut at a character's end. */
#define FOLDED_FRAME_LEN 256

struct folded_stage {
	const char *name;
	uint64_t ns;
};

struct folded_row {
	const char *service;
	const char *side; /* "" or NULL: no side in the frame */
	const char *method;
	const struct folded_stage *stage;
	unsigned int stage_cnt;
	uint64_t total_ns; /* what the stages must sum to; what is missing becomes `unattributed` */
};

/* Makes a name safe as a frame: ';', control characters, DEL, C1 and invalid UTF-8 become '_',
 * leading and trailing blanks go, an empty name becomes "unknown". Returns frame. */
char *folded__frame(char frame[FOLDED_FRAME_LEN], const char *name);

/* Writes all rows; weights of 0 are left out. The weights written sum to the rows' total_ns
 * exactly. Borrows everything. -ENOMEM; -EIO when out cannot be written; -ERANGE when a row's
 * stages exceed its total or the sum of equal stacks does not fit 64 bits: nothing was written
 * then, and *bad_row is the row's index (or row_cnt). */
int folded__write(FILE *out, const struct folded_row *row, unsigned int row_cnt,
		  unsigned int *bad_row);

#endif
