/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject of views of one row. */
#include "subject.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool subject__choose(struct ui *ui)
{
	const struct model_row *best = NULL;

	if (ui->subject.service[0])
		return true;
	for (unsigned int i = 0; ui->model && i < ui->model->row_cnt; i++) {
		const struct model_row *row = &ui->model->row[i];

		/* MODEL_NONE + 1 is 0: a row without P99 comes last. */
		if (!best || row->p99.ns + 1 > best->p99.ns + 1)
			best = row;
	}
	if (!best)
		return false;
	strcpy(ui->subject.service, best->service);
	strcpy(ui->subject.side, best->side);
	strcpy(ui->subject.method, best->method);
	return true;
}

bool subject__is_same(const struct subject *a, const struct subject *b)
{
	return !strcmp(a->service, b->service) && !strcmp(a->side, b->side) &&
	       !strcmp(a->method, b->method);
}

bool subject__request(const struct ui *ui, const char *cmd, char line[VIEW_REQUEST_LEN])
{
	const struct subject *s = &ui->subject;
	json_t *v;
	char *text;
	bool fits;

	if (!s->service[0])
		return false;
	v = json_pack("{s:s, s:s, s:s, s:s}", "cmd", cmd, "service", s->service, "side", s->side,
		      "method", s->method);
	text = v ? json_dumps(v, JSON_COMPACT) : NULL;
	json_decref(v);
	fits = text && strlen(text) < VIEW_REQUEST_LEN;
	if (fits)
		strcpy(line, text);
	free(text);
	return fits;
}

void subject__title(const struct subject *s, char text[SUBJECT_TITLE_LEN])
{
	snprintf(text, SUBJECT_TITLE_LEN, "%s %s %s", s->service, s->side, s->method);
}

void subject__draw_missing(const struct ui *ui, const struct page *page, int y, int height)
{
	struct paint_strip strip = {.paint = &ui->paint, .y = y};
	char title[SUBJECT_TITLE_LEN];

	if (height < 1)
		return;
	if (!ui->subject.service[0]) {
		paint__strip(&strip, PAINT_PLAIN,
			     "no row selected: choose one in the overview (1), then come back");
		return;
	}
	subject__title(&ui->subject, title);
	paint__strip(&strip, PAINT_TITLE, "%s", title);
	if (height < 2)
		return;
	if (!subject__draw_refused(ui, page, y + 1, height))
		paint__text(&ui->paint, y + 1, 1, (unsigned int)ui->paint.cols, PAINT_PLAIN,
			    "waiting for the daemon's reply");
}

int subject__draw_refused(const struct ui *ui, const struct page *page, int y, int height)
{
	struct paint_strip strip = {.paint = &ui->paint, .y = y};

	if (!page->refused[0] || height < 2)
		return 0;
	paint__strip(&strip, PAINT_ALERT, "! refused: %s", page->refused);
	return 1;
}

void subject__say(const struct ui *ui, const struct page *page, bool shown, FILE *out)
{
	if (page->refused[0])
		fprintf(out, "request refused: %s\n", page->refused);
	else if (!shown)
		fprintf(out, "%s\n",
			ui->subject.service[0] ? "waiting for the daemon's reply"
					       : "no row selected");
}
