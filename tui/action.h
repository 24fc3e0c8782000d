/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys do: one const table (action.def) from which bindings, footer and help derive. */
#ifndef SIGPATH_ACTION_H
#define SIGPATH_ACTION_H

#define ACTION_KEYS_MAX 4

/* Views an action is valid in. */
enum action_in {
	IN_TOP = 1,
	IN_PLAN = 2,
	IN_LEDGER = 4,
	IN_HELP = 8,
	IN_ALL = 15,
};

enum action_id {
#define ACTION(id, keys, label, hint, help, in) ACTION_##id,
#include "action.def"
#undef ACTION
	ACTION_CNT,
};

struct action {
	int key[ACTION_KEYS_MAX]; /* curses key codes, 0 ends */
	const char *label;	  /* "F6 s" */
	const char *hint;	  /* word in the footer, "" none */
	const char *help;
	unsigned int in; /* enum action_in */
};

/* NULL ends: at(ACTION_CNT). */
const struct action *action__at(unsigned int id);
/* What a key does in a view; ACTION_CNT: nothing. */
enum action_id action__find(int key, unsigned int in);

#endif
