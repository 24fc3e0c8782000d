/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys to actions, what all views do with them, and the line editor of filter and search. */
#include "keys.h"
#include "text.h"

#include <limits.h>
#include <ncurses.h>
#include <string.h>
#include <wchar.h>

#define KEY_ESCAPE 27
#define KEY_DELETE 127
#define KEY_ERASE  21 /* ^U */

static struct grid *get_grid(struct ui *ui)
{
	return &view__page(ui)->grid;
}

static void tell_selection(struct ui *ui)
{
	if (ui->view->select)
		ui->view->select(ui);
}

/* --- the line editor --- */

static void erase_last(char *word)
{
	size_t len = strlen(word);

	while (len && ((unsigned char)word[len - 1] >> 6) == 2)
		len--;
	word[len ? len - 1 : 0] = '\0';
}

static void append(char *word, wchar_t ch)
{
	char raw[MB_LEN_MAX], clean[MB_LEN_MAX + 1];
	mbstate_t state = {0};
	size_t len = wcrtomb(raw, ch, &state);

	if (len == (size_t)-1)
		return;
	text__clean(clean, sizeof(clean), raw, len);
	if (strlen(word) + strlen(clean) < GRID_WORD_LEN && (ch == L'?' || strcmp(clean, "?") != 0))
		strcat(word, clean);
}

static void set_filter(struct ui *ui, const char *word)
{
	strcpy(get_grid(ui)->filter, word);
	view__update(ui, ui->view);
}

/* Looks from the selected row on while it is typed. */
static void set_search(struct ui *ui, const char *word)
{
	const struct grid_ops *ops = ui->view->table;
	struct grid *g = get_grid(ui);
	const void *row = grid__selected(g);

	strcpy(g->search, word);
	if (word[0] && row && !grid__finds(g, ops, row))
		grid__find(g, ops, false);
	tell_selection(ui);
}

/* A word that the daemon judges is sent when it is whole. */
static void apply(struct ui *ui, bool is_whole)
{
	if (ui->edits_search)
		set_search(ui, ui->edit);
	else if (is_whole || !ui->view->table->is_remote)
		set_filter(ui, ui->edit);
}

static void edit(struct ui *ui, wint_t key, bool is_function)
{
	bool enter = is_function ? key == KEY_ENTER : key == '\r' || key == '\n';

	if (is_function && key != KEY_BACKSPACE && !enter)
		return;
	if (!is_function && key == KEY_ESCAPE) {
		ui->edit[0] = '\0';
		enter = true;
	} else if (!is_function && key == KEY_ERASE) {
		ui->edit[0] = '\0';
	} else if (!enter && (is_function || key == KEY_DELETE || key == '\b')) {
		erase_last(ui->edit);
	} else if (!enter) {
		append(ui->edit, (wchar_t)key);
	}
	ui->editing = !enter;
	apply(ui, enter);
}

static void start_edit(struct ui *ui, bool is_search)
{
	ui->editing = true;
	ui->edits_search = is_search;
	strcpy(ui->edit, is_search ? "" : get_grid(ui)->filter);
}

/* --- what all tables do --- */

static void find(struct ui *ui, bool back)
{
	struct grid *g = get_grid(ui);

	if (!g->search[0])
		snprintf(ui->note, sizeof(ui->note), "nothing to search for yet: /");
	else if (!grid__find(g, ui->view->table, back))
		snprintf(ui->note, sizeof(ui->note), "no row contains %s", g->search);
}

static void sort(struct ui *ui, enum action_id id)
{
	unsigned int width[GRID_COLUMNS];
	struct grid *g = get_grid(ui);

	grid__choose(ui->view->table, (unsigned int)ui->paint.cols - 1, width);
	if (id == ACTION_INVERT)
		g->is_inverted = !g->is_inverted;
	else
		grid__sort_next(g, ui->view->table, width, id == ACTION_SORT_PREV);
	view__update(ui, ui->view);
}

static bool act_table(struct ui *ui, enum action_id id)
{
	long screen = ui->height > 1 ? (long)ui->height - 1 : 1;
	const struct grid_ops *ops = ui->view->table;
	struct grid *g = get_grid(ui);

	switch (id) {
	case ACTION_UP:
	case ACTION_DOWN:
		grid__move(g, ops, id == ACTION_UP ? -1 : 1);
		return true;
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
		grid__move(g, ops, id == ACTION_PAGE_UP ? -screen : screen);
		return true;
	case ACTION_HOME:
	case ACTION_END:
		grid__move(g, ops, id == ACTION_HOME ? -(long)g->cnt : (long)g->cnt);
		return true;
	case ACTION_NEXT:
	case ACTION_PREV:
		find(ui, id == ACTION_PREV);
		return true;
	case ACTION_SORT:
	case ACTION_SORT_PREV:
	case ACTION_INVERT:
		sort(ui, id);
		return true;
	case ACTION_SEARCH:
	case ACTION_FILTER:
		start_edit(ui, id == ACTION_SEARCH);
		return true;
	default:
		return false;
	}
}

/* --- what all views do --- */

static void go_back(struct ui *ui)
{
	struct grid *g = get_grid(ui);

	g->search[0] = '\0';
	if (ui->view->table && g->filter[0])
		set_filter(ui, "");
	else
		view__up(ui);
}

static void freeze(struct ui *ui)
{
	if (view__is_played(ui))
		ui->play.toggle = !ui->play.toggle;
	else
		ui->frozen_ns = ui->frozen_ns ? 0 : ui->now_ns;
}

static void play(struct ui *ui, enum action_id id)
{
	if (!view__is_played(ui))
		snprintf(ui->note, sizeof(ui->note), "only where a file is played: top --replay");
	else if (id == ACTION_REWIND || id == ACTION_FORWARD)
		ui->play.by_ns += id == ACTION_REWIND ? -PLAY_STEP_NS : PLAY_STEP_NS;
	else
		ui->play.faster += id == ACTION_SLOWER ? -1 : 1;
}

static void act(struct ui *ui, enum action_id id)
{
	if (ui->view->act && ui->view->act(ui, id))
		return;
	if (ui->view->table ? act_table(ui, id) : view__lines_act(ui, id)) {
		tell_selection(ui);
		return;
	}
	switch (id) {
	case ACTION_QUIT:
		ui->quit = true;
		break;
	case ACTION_HELP:
		view__show(ui, &view_help, true);
		break;
	case ACTION_BACK:
		go_back(ui);
		break;
	case ACTION_FREEZE:
		freeze(ui);
		break;
	case ACTION_REWIND:
	case ACTION_FORWARD:
	case ACTION_SLOWER:
	case ACTION_FASTER:
		play(ui, id);
		break;
	case ACTION_EXPORT:
		ui->export = true;
		break;
	case ACTION_REDRAW:
		ui->redraw = true;
		break;
	default:
		break;
	}
}

void keys__press(struct ui *ui, unsigned int key, bool is_function)
{
	const struct view *view;
	enum action_id id;

	ui->note[0] = '\0';
	if (ui->editing) {
		edit(ui, key, is_function);
		return;
	}
	/* Beyond ASCII a character could have the number of a function key. */
	if (!is_function && key >= 128)
		return;
	view = is_function ? NULL : view__by_digit((int)key);
	if (view) {
		view__show(ui, view, false);
		return;
	}
	id = action__find((int)key, 1u << ui->view->id);
	if (id != ACTION_CNT)
		act(ui, id);
}

void keys__work(struct ui *ui)
{
	wint_t key;
	int kind;

	while (!ui->quit && (kind = get_wch(&key)) != ERR)
		keys__press(ui, key, kind == KEY_CODE_YES);
}
