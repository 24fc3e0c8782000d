/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines all views share: the header (is it alive, is anything lost) and the footer (keys, or
 * the filter typed). */
#ifndef SIGPATH_HEAD_H
#define SIGPATH_HEAD_H

#include "view.h"

/* Draws the header; returns the lines it took. */
int head__draw(const struct ui *ui);
/* Draws the last line of the screen. */
void head__draw_footer(const struct ui *ui);

#endif
