/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys to actions, and the line editor of the filter. */
#include "keys.h"
#include "text.h"

#include <limits.h>
#include <ncurses.h>
#include <string.h>
#include <wchar.h>

#define KEY_ESCAPE 27
#define KEY_DELETE 127

static void update_rows(struct ui *ui)
{
	if (ui->model)
		rows__update(&ui->rows, ui->model);
}

static void erase_last(char *filter)
{
	size_t len = strlen(filter);

	while (len && ((unsigned char)filter[len - 1] >> 6) == 2)
		len--;
	filter[len ? len - 1 : 0] = '\0';
}

static void append(char *filter, wchar_t ch)
{
	char raw[MB_LEN_MAX], clean[MB_LEN_MAX + 1];
	mbstate_t state = {0};
	size_t len = wcrtomb(raw, ch, &state);

	if (len == (size_t)-1)
		return;
	text__clean(clean, sizeof(clean), raw, len);
	if (strlen(filter) + strlen(clean) < ROWS_FILTER_LEN && (ch == L'?' || strcmp(clean, "?")))
		strcat(filter, clean);
}

static void edit(struct ui *ui, wint_t key, bool is_function)
{
	if (!is_function && (key == '\r' || key == '\n')) {
		ui->editing = false;
		return;
	}
	if (is_function && key == KEY_ENTER) {
		ui->editing = false;
		return;
	}
	if (is_function && key != KEY_BACKSPACE)
		return;
	if (!is_function && key == KEY_ESCAPE) {
		ui->editing = false;
		ui->rows.filter[0] = '\0';
	} else if (is_function || key == KEY_DELETE || key == '\b') {
		erase_last(ui->rows.filter);
	} else {
		append(ui->rows.filter, (wchar_t)key);
	}
	update_rows(ui);
}

/* What all views have in common. */
static void act(struct ui *ui, enum action_id id)
{
	switch (id) {
	case ACTION_QUIT:
		ui->quit = true;
		break;
	case ACTION_HELP:
		ui->under = ui->view;
		view__show(ui, &view_help);
		break;
	case ACTION_PLAN:
		view__show(ui, &view_plan);
		break;
	case ACTION_LEDGER:
		view__show(ui, &view_ledger);
		break;
	case ACTION_FREEZE:
		ui->frozen_ns = ui->frozen_ns ? 0 : ui->now_ns;
		break;
	case ACTION_REDRAW:
		clearok(curscr, TRUE);
		break;
	default:
		break;
	}
}

void keys__work(struct ui *ui)
{
	wint_t key;
	int kind;

	while (!ui->quit && (kind = get_wch(&key)) != ERR) {
		bool is_function = kind == KEY_CODE_YES;
		enum action_id id;

		if (ui->editing) {
			edit(ui, key, is_function);
			continue;
		}
		/* Beyond ASCII a character could have the number of a function key. */
		id = is_function || key < 128 ? action__find((int)key, ui->view->in) : ACTION_CNT;
		if (id != ACTION_CNT && !ui->view->act(ui, id))
			act(ui, id);
	}
}
