/* SPDX-License-Identifier: BSD-2-Clause */
/* The loss ledger: every record, message or fact that is missing from the numbers, by name. */
#ifndef SIGPATH_LEDGER_H
#define SIGPATH_LEDGER_H

#include <stdint.h>

enum ledger_id {
#define LEDGER(id, name, kind, help) LEDGER_##id,
#include "ledger.def"
#undef LEDGER
#define STREAM_COUNT(id, name, kind, help) LEDGER_STREAM_##id,
#include "stream_count.def"
#undef STREAM_COUNT
#define CALLS_COUNT(id, name, kind, help) LEDGER_CALLS_##id,
#include "calls_count.def"
#undef CALLS_COUNT
#define BEATS_COUNT(id, name, kind, help) LEDGER_BEATS_##id,
#include "beats_count.def"
#undef BEATS_COUNT
	LEDGER_CNT
};

enum kernel_counter_id {
#define COUNTER(id, name, kind, help) KCOUNTER_##id,
#include "counter.def"
#undef COUNTER
	KCOUNTER_CNT
};

struct ledger {
	uint64_t count[LEDGER_CNT];
	uint64_t kernel[KCOUNTER_CNT]; /* summed over CPUs, refreshed by the daemon */
};

struct ledger_row {
	const char *name;
	char kind; /* 'L' loss, 'D' drop, 'I' information */
	const char *help;
	uint64_t count;
};

/* Rows: the daemon's own first, then the kernel's. idx < ledger__row_cnt(). */
unsigned int ledger__row_cnt(void);
struct ledger_row ledger__row(const struct ledger *l, unsigned int idx);
/* Sum of all 'L' rows. */
uint64_t ledger__lost(const struct ledger *l);

#endif
