/* SPDX-License-Identifier: BSD-2-Clause */
/* The loss ledger's rows, printed names straight from the two tables. */
#include "ledger.h"

struct ledger_name {
	const char *name;
	char kind;
	const char *help;
};

static const struct ledger_name own_names[] = {
#define LEDGER(id, name, kind, help) {name, kind, help},
#include "ledger.def"
#undef LEDGER
#define STREAM_COUNT(id, name, kind, help) {name, kind, help},
#include "stream_count.def"
#undef STREAM_COUNT
#define CALLS_COUNT(id, name, kind, help) {name, kind, help},
#include "calls_count.def"
#undef CALLS_COUNT
#define BEATS_COUNT(id, name, kind, help) {name, kind, help},
#include "beats_count.def"
#undef BEATS_COUNT
};

static const struct ledger_name kernel_names[] = {
#define COUNTER(id, name, kind, help) {name, kind, help},
#include "counter.def"
#undef COUNTER
};

unsigned int ledger__row_cnt(void)
{
	return LEDGER_CNT + KCOUNTER_CNT;
}

struct ledger_row ledger__row(const struct ledger *l, unsigned int idx)
{
	const struct ledger_name *n =
		idx < LEDGER_CNT ? &own_names[idx] : &kernel_names[idx - LEDGER_CNT];

	return (struct ledger_row){
		.name = n->name,
		.kind = n->kind,
		.help = n->help,
		.count = idx < LEDGER_CNT ? l->count[idx] : l->kernel[idx - LEDGER_CNT],
	};
}

uint64_t ledger__lost(const struct ledger *l)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < ledger__row_cnt(); i++) {
		struct ledger_row row = ledger__row(l, i);

		if (row.kind == 'L')
			sum += row.count;
	}
	return sum;
}
