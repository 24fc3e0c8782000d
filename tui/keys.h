/* SPDX-License-Identifier: BSD-2-Clause */
/* The keyboard: keys to actions of the view shown, or text of the filter. */
#ifndef SIGPATH_KEYS_H
#define SIGPATH_KEYS_H

#include "view.h"

/* Takes every key that is waiting. */
void keys__work(struct ui *ui);

#endif
