/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys do: one const table (action.def) from which bindings, footer and help derive. */
#ifndef SIGPATH_ACTION_H
#define SIGPATH_ACTION_H

#include <stdbool.h>

#include "view_id.h"

#define ACTION_KEYS_MAX 4

/* Views an action is valid in: a bit per enum view_id. */
#define IN(view) (1u << VIEW_##view)
#define IN_TABLE (IN(OVERVIEW) | IN(SESSIONS) | IN(PROBES) | IN(FASTPATH) | IN(NAT))
#define IN_ALL	 ((1u << VIEW_CNT) - 1)

/* Beside the views: only told where a file is played. */
#define IN_PLAYED (1u << 31)

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
	unsigned int in; /* IN() */
};

/* NULL ends: at(ACTION_CNT). */
const struct action *action__at(unsigned int id);
/* Does the footer or the help of a view tell it? */
bool action__is_told(const struct action *action, enum view_id view, bool is_played);
/* What a key does in a view; ACTION_CNT: nothing. */
enum action_id action__find(int key, unsigned int in);

#endif
