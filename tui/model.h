/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot of the daemon as plain structs, parsed from its JSON line. Immutable once parsed. All
 * text is cleaned (text__clean): it can go to a terminal as it is. Unknown fields are ignored,
 * missing ones are 0, "" or MODEL_NONE. */
#ifndef SIGPATH_MODEL_H
#define SIGPATH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_PROTOCOL	1
#define MODEL_NONE	UINT64_MAX /* null: not known, too few samples, or unbounded */
#define MODEL_NAME_LEN	128
#define MODEL_WORD_LEN	48
#define MODEL_TEXT_LEN	192
#define MODEL_ERROR_LEN 256

struct model_quantile {
	uint64_t ns;
	uint64_t lo_ns;
	uint64_t hi_ns;
};

struct model_stage {
	char name[MODEL_NAME_LEN];
	char letter; /* unique within its row: a letter taken already becomes upper case, then a
			digit */
	uint64_t sum_ns;
	uint64_t n;
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
};

struct model_share {
	char name[MODEL_NAME_LEN];
	uint64_t ns;
};

/* Requests whose total fell into one bucket. Only with "view":"stages". */
struct model_cell {
	uint64_t upper_ns; /* MODEL_NONE: no upper edge */
	uint64_t n;
	uint64_t total_ns;
	unsigned int share_cnt;
	struct model_share *share;
};

/* The slow requests: the bucket of the quantile q and above, since start. */
struct model_tail {
	bool known;
	double q;
	uint64_t edge_ns;
	uint64_t hi_ns; /* of a band that has an upper edge, else MODEL_NONE */
	uint64_t n;
	uint64_t total_ns;
	unsigned int stage_cnt;
	struct model_stage *stage; /* name, letter and sum_ns only */
};

#define MODEL_HISTORY 30

/* P99 over time, oldest first; the last slot is filling. */
struct model_history {
	unsigned int cnt;
	uint64_t slot_ns;
	uint64_t p99_ns[MODEL_HISTORY]; /* MODEL_NONE: too few */
	uint64_t n[MODEL_HISTORY];
};

/* P99 of the window against the time before. */
struct model_drift {
	char state[MODEL_WORD_LEN]; /* "few", "same", "up", "down", "" not told */
	double ratio, lo, hi;	    /* 0: not known */
	uint64_t n, base_n;
};

enum model_band { MODEL_BAND_P50, MODEL_BAND_P99, MODEL_BAND_P999, MODEL_BANDS };

struct model_row {
	char service[MODEL_NAME_LEN];
	char side[MODEL_WORD_LEN];
	char method[MODEL_WORD_LEN];
	char comm[MODEL_WORD_LEN];
	uint64_t netns;
	uint64_t cgroup;
	double rate;
	uint64_t n;	  /* in the window */
	uint64_t n_total; /* since start */
	struct model_quantile p50, p90, p99, p999;
	uint64_t min_ns, max_ns, mean_ns;
	uint64_t errors, timeouts; /* in the window; of a daemon that does not tell: since start */
	uint64_t retransmits, in_flight, oldest_ns;
	unsigned int stage_cnt;
	struct model_stage *stage;
	struct model_tail tail;
	struct model_tail band[MODEL_BANDS]; /* requests around a percentile, of the window */
	struct model_history history;
	struct model_drift drift;
	bool has_cells;
	unsigned int cell_cnt;
	struct model_cell *cell;
};

struct model_loss {
	char name[MODEL_WORD_LEN];
	char kind[MODEL_WORD_LEN]; /* "loss", "drop", "info" */
	char help[MODEL_TEXT_LEN];
	uint64_t count;
};

struct model_skip {
	char candidate[MODEL_WORD_LEN];
	char mechanism[MODEL_WORD_LEN];
	char reason[MODEL_TEXT_LEN];
};

struct model_choice {
	char instant[MODEL_WORD_LEN];
	char candidate[MODEL_WORD_LEN];
	char mechanism[MODEL_WORD_LEN];
	char state[MODEL_WORD_LEN]; /* "active", "merged" */
	char why[MODEL_TEXT_LEN];
	char lost[MODEL_TEXT_LEN];
	char merged_as[MODEL_WORD_LEN]; /* the stage its neighbours merge to, "" */
	unsigned int skip_cnt;
	struct model_skip *skip;
};

struct model_tap {
	char ifname[MODEL_WORD_LEN];
	char direction[MODEL_WORD_LEN];
	char candidate[MODEL_WORD_LEN];
	char state[MODEL_WORD_LEN];
	char reason[MODEL_TEXT_LEN];
};

/* Plans that were made while the daemon ran. */
struct model_replan {
	uint64_t cnt;
	char time[MODEL_WORD_LEN]; /* of the latest, ISO 8601, UTC */
	char reason[MODEL_TEXT_LEN];
	char due[MODEL_TEXT_LEN]; /* why another one is about to be made, "" none is */
};

struct model_totals {
	uint64_t messages, transactions, joined, unjoined, in_flight, oldest_ns, timeouts, errors,
		lost;
	double messages_per_s;
};

/* The file that is played instead of a host that is watched. */
struct model_replay {
	bool is_played; /* false: everything else is 0 */
	char file[MODEL_NAME_LEN];
	uint64_t pos_ns, len_ns; /* len_ns MODEL_NONE: not known yet */
	double speed;
	bool is_paused;
	char state[MODEL_WORD_LEN]; /* "playing", "paused", "seeking", "ended" */
	char error[MODEL_TEXT_LEN]; /* where the file stops making sense, "" nowhere */
};

struct model {
	uint64_t seq, mono_ns, uptime_ns, window_ns;
	char time[MODEL_WORD_LEN]; /* ISO 8601, UTC */
	char host[MODEL_NAME_LEN];
	char kernel[MODEL_NAME_LEN];
	char banner[MODEL_ERROR_LEN]; /* what every reader must know before the figures, "" nothing
				       */
	struct model_totals totals;
	struct model_replan replan;
	struct model_replay replay;
	unsigned int row_cnt, loss_cnt, choice_cnt, tap_cnt;
	struct model_row *row;
	struct model_loss *loss;
	struct model_choice *choice;
	struct model_tap *tap;
};

/* Parses one reply line. *ret is returned owned, written only on success. On failure err says what
 * is wrong in words for the operator: -EBADMSG not JSON or not a snapshot, -EPROTO another
 * protocol, -EREMOTEIO the daemon's own error. */
int model__parse(const char *line, struct model **ret, char err[MODEL_ERROR_LEN]);
void model__free(struct model *m);

/* Takes the "replay" of a reply to `play` over into m. 0 or as model__parse. */
int model__parse_play(const char *line, struct model *m, char err[MODEL_ERROR_LEN]);

/* Summed latency of the row's requests in the window. */
uint64_t model__sum_ns(const struct model_row *row);
/* A choice that is merged, or that measures less than the best candidate would. */
bool model__is_degraded(const struct model_choice *choice);
/* A ledger row that says something was lost: kind loss or drop, count not 0. */
bool model__is_lost(const struct model_loss *loss);
/* "server" -> "srv", "client" -> "cli", else the side itself. */
const char *model__side_short(const struct model_row *row);

#endif
