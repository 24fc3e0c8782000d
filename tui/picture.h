/* SPDX-License-Identifier: BSD-2-Clause */
/* The picture of the whole screen, header and footer included, and writing it to a file. */
#ifndef SIGPATH_PICTURE_H
#define SIGPATH_PICTURE_H

#include "view.h"

#define PICTURE_COLS  40
#define PICTURE_LINES 10

/* Draws the view that is shown into ui->paint's canvas. */
void picture__draw(struct ui *ui);
/* Writes the canvas to ./sigpath-<view>-<UTC time>.txt, which must not exist; only its owner may
 * read it, for it may name who called whom. The path, or the error, becomes ui->note. */
void picture__export(struct ui *ui);

#endif
