/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter language: which calls are shown.
 *
 *   state=failed                          method=INVITE code=4xx peer=10.0.0.0/8
 *   setup>500ms or retransmits>0          not (state=active or state=ended) pod~sbc
 *   state=failed,timeout                  code=480,486,600-699
 *   alice                                 bare word: in Call-ID, from or to; or an address
 *
 * Terms side by side must all hold; `or`, `not` (`!`), parentheses. Operators = != < <= > >= and ~
 * (contains). Values: commas separate alternatives, quotes protect blanks and parentheses, * and ?
 * in a text stand for any characters. Letters of texts: either case. What is not known (no code
 * yet, a phase that was not seen) matches nothing but !=.
 *
 * A filter is text of a stranger: bounded nodes, nothing recursive, no memory of its own. */
#ifndef SIGPATH_CALL_FILTER_H
#define SIGPATH_CALL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"

#define FILTER_TEXT_LEN	 512 /* longest filter */
#define FILTER_NODES_MAX 64
#define FILTER_DEPTH_MAX 32 /* of parentheses and nots */

enum filter_type {
	FILTER_KIND,	 /* a name of CALL_KINDS; = and != */
	FILTER_STATE,	 /* a name of CALL_STATES, "open", "over"; = and != */
	FILTER_CODE,	 /* "486", "4xx", "400-499"; any but ~ */
	FILTER_TEXT,	 /* = != ~ */
	FILTER_PARTY,	 /* the same, of a URI */
	FILTER_DURATION, /* "24us", "500ms", "1.5s", "2m", "1h", "0"; any but ~ */
	FILTER_COUNT,	 /* a number; any but ~ */
	FILTER_ADDRESS,	 /* "10.0.0.1", "10.0.0.1:5060", "[::1]:5060", "10.0.0.0/8"; = and != */
	FILTER_WORD,	 /* a bare word */
	FILTER_TYPE_CNT
};

enum filter_field {
#define FILTER_FIELD(id, name, type, help) FILTER_FIELD_##id,
#include "filter_field.def"
#undef FILTER_FIELD
	FILTER_FIELD_CNT /* a bare word */
};

enum filter_op { FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE, FILTER_HAS };

/* An address or a network. */
struct filter_net {
	uint8_t addr[16];
	uint8_t prefix; /* bits, 128: one address */
	uint16_t port;	/* 0 any */
};

/* One alternative. */
struct filter_value {
	uint64_t lo, hi; /* KIND, STATE: a set of bits in lo; CODE: range; DURATION (ns), COUNT: lo
			    == hi */
	struct filter_net net; /* ADDRESS; WORD that is one */
	bool has_net;
	uint16_t text, text_len; /* TEXT, PARTY, WORD: in call_filter.text */
};

enum filter_step { FILTER_TERM, FILTER_NOT, FILTER_AND, FILTER_OR };

struct filter_node {
	uint8_t step;  /* enum filter_step; all but FILTER_TERM take results of nodes before */
	uint8_t field; /* enum filter_field */
	uint8_t op;    /* enum filter_op */
	uint8_t value, value_cnt; /* in call_filter.value */
};

/* Postfix: operands before what joins them. No nodes: everything matches. */
struct call_filter {
	uint8_t node_cnt, value_cnt;
	struct filter_node node[FILTER_NODES_MAX];
	struct filter_value value[FILTER_NODES_MAX];
	uint16_t text_len;
	char text[FILTER_TEXT_LEN];
};

/* What does not stand in the call itself. Texts may be NULL: not known. */
struct call_subject {
	const struct call *call;
	/* As they are shown, redacted; NULL: as in the call. `~`, patterns and bare words look only
	 * at these, so that nobody finds a user part letter by letter; = takes the real one too,
	 * whole. */
	const char *from, *to;
	const char *pod, *cgroup;
	uint64_t now_ns; /* of age */
};

struct filter_error {
	unsigned int column; /* from 1, bytes */
	char text[768];	     /* what was expected there; printable */
};

/* len bytes. 0, or -EINVAL with *error set (NULL: nobody asks). */
int call_filter__parse(const char *text, uint32_t len, struct call_filter *ret,
		       struct filter_error *error);
bool call_filter__match(const struct call_filter *f, const struct call_subject *s);

/* The table of fields; NULL beyond the last. */
const char *filter_field__name(unsigned int field);
const char *filter_field__help(unsigned int field);
/* Whether a duration field is known of a call, and what it is. now_ns: of `age`. */
bool filter_field__duration(enum filter_field field, const struct call *call, uint64_t now_ns,
			    uint64_t *ret_ns);

#endif
