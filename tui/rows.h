/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the table on the screen: filtered, sorted, one selected. The selection belongs to a
 * row and not to a place: when the order changes it moves with its row, and the scroll position
 * follows so that it stays where the eye is. */
#ifndef SIGPATH_ROWS_H
#define SIGPATH_ROWS_H

#include "column.h"
#include "model.h"

#define ROWS_FILTER_LEN 48

struct rows {
	unsigned int *idx; /* into model->row, in display order */
	unsigned int cnt;
	unsigned int size;
	unsigned int selected; /* place in idx; meaningless when cnt is 0 */
	unsigned int top;      /* place of the first row shown */
	enum column_id sort;
	char filter[ROWS_FILTER_LEN]; /* "" shows all */
	/* Key of the selected row, "" before there was one. */
	char service[MODEL_NAME_LEN];
	char method[MODEL_WORD_LEN];
	char side[MODEL_WORD_LEN];
};

void rows__init(struct rows *r);
void rows__done(struct rows *r);
/* Takes over a new snapshot, sort column or filter. -ENOMEM: nothing changed. */
int rows__update(struct rows *r, const struct model *m);
/* Moves the selection by delta places, held at both ends. */
void rows__move(struct rows *r, const struct model *m, int delta);
/* Makes the selection visible in a table of height rows. */
void rows__scroll(struct rows *r, unsigned int height);
/* NULL when nothing is shown. */
const struct model_row *rows__selected(const struct rows *r, const struct model *m);

#endif
