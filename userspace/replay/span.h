/* SPDX-License-Identifier: BSD-2-Clause */
/* When a file begins and how long it is: its stamps alone, read ahead of a replay. */
#ifndef SIGPATH_SPAN_H
#define SIGPATH_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "capture_file.h"
#include "recording.h"
#include "source.h"

struct span {
	struct source source;
	struct capture_file capture;
	struct recording recording;
	bool is_recording;
	bool is_open; /* capture */
	/* As replay__now_ns at the first packet and after the latest so far; 0: none. */
	uint64_t first_ns, last_ns;
};

/* Errors as the formats have them. The struct can be given to span__done in any case. */
int span__open(struct span *s, const char *path);
/* Reads at most max packets or frames. -EAGAIN: there are more; 0: the file ends here, or makes no
 * sense from here on. */
int span__work(struct span *s, unsigned int max);
void span__done(struct span *s);

#endif
