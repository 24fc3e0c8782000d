/* SPDX-License-Identifier: BSD-2-Clause */
/* The row that views of one row (stages, heatmap) are about. */
#ifndef SIGPATH_SUBJECT_H
#define SIGPATH_SUBJECT_H

#include "view.h"

#define SUBJECT_TITLE_LEN (MODEL_NAME_LEN + 2 * MODEL_WORD_LEN + 4)

/* Where there is none yet: the row with the largest P99 of the snapshot. False: still none. */
bool subject__choose(struct ui *ui);
bool subject__is_same(const struct subject *a, const struct subject *b);
/* {"cmd":cmd,"service":...}; false: no subject. */
bool subject__request(const struct ui *ui, const char *cmd, char line[VIEW_REQUEST_LEN]);
/* "sip 10.0.0.1:5060 server INVITE" */
void subject__title(const struct subject *s, char text[SUBJECT_TITLE_LEN]);
/* What to say instead of a picture: refused, nothing selected, or no reply yet. */
void subject__draw_missing(const struct ui *ui, const struct page *page, int y, int height);

/* The daemon's error, where an older reply is shown all the same. Returns the lines used: 1 or 0.
 */
int subject__draw_refused(const struct ui *ui, const struct page *page, int y, int height);
/* The same as lines; shown: there is a reply to say after it. */
void subject__say(const struct ui *ui, const struct page *page, bool shown, FILE *out);

#endif
