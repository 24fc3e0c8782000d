/* SPDX-License-Identifier: BSD-2-Clause */
/* Key bindings. */
#include "action.h"

#include <ncurses.h>
#include <stddef.h>

#define KEY_ESCAPE 27
#define KEY_REDRAW 12
#define A(...)	   __VA_ARGS__ /* lets a braced list pass as one macro argument */

static const struct action actions[] = {
#define ACTION(id, keys, label, hint, help, in) [ACTION_##id] = {keys, label, hint, help, in},
#include "action.def"
#undef ACTION
};

const struct action *action__at(unsigned int id)
{
	return id < ACTION_CNT ? &actions[id] : NULL;
}

bool action__is_told(const struct action *action, enum view_id view, bool is_played)
{
	return action->in & 1u << view && (is_played || !(action->in & IN_PLAYED));
}

enum action_id action__find(int key, unsigned int in)
{
	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		for (int i = 0; i < ACTION_KEYS_MAX && actions[id].key[i]; i++) {
			if (actions[id].key[i] == key && actions[id].in & in)
				return (enum action_id)id;
		}
	}
	return ACTION_CNT;
}
