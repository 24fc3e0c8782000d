/* SPDX-License-Identifier: BSD-2-Clause */
/* The keyboard: keys to actions of the view shown, or text of the filter or the search. */
#ifndef SIGPATH_KEYS_H
#define SIGPATH_KEYS_H

#include "view.h"

/* Takes every key that is waiting. */
void keys__work(struct ui *ui);
/* Takes one: a character, or a function key by its curses code. */
void keys__press(struct ui *ui, unsigned int key, bool is_function);

#endif
