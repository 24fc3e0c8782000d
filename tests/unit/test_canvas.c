/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures in memory: text put in them and taken out, wide characters, edges; widgets on them. */
#include "canvas.h"
#include "paint.h"
#include "test.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* Returned owned. */
static char *read_all(const struct canvas *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	canvas__write(c, f);
	fclose(f);
	return text;
}

static void check_text(const struct canvas *c, const char *want)
{
	char *text = read_all(c);

	if (text || !test__injected())
		CHECK_STR(text, want);
	free(text);
}

static void text_stays_inside(void)
{
	struct canvas c = {0};

	canvas__clear(&c);
	canvas__put(&c, 0, 0, 0, "x"); /* of no size: nothing happens */
	CHECK_INT(canvas__resize(&c, 0, 3), -EINVAL);
	if (!CHECK_OK(canvas__resize(&c, 5, 3)))
		return;
	canvas__put(&c, 0, 3, 0, "abc");
	canvas__put(&c, 1, 0, CANVAS_BOLD, " b ");
	canvas__put(&c, 3, 0, 0, "no");
	canvas__put(&c, -1, 0, 0, "no");
	canvas__put(&c, 2, -1, 0, "no");
	check_text(&c, "   ab\n b\n\n");
	CHECK_UINT(canvas__at(&c, 1, 1)->attr, CANVAS_BOLD);
	canvas__clear(&c);
	check_text(&c, "\n\n\n");
	canvas__done(&c);
}

static void half_a_wide_character_is_a_blank(void)
{
	struct canvas c = {0};

	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		test__skip("locale C.UTF-8 is missing");
		return;
	}
	if (!CHECK_OK(canvas__resize(&c, 4, 1)))
		return;
	canvas__put(&c, 0, 0, 0, "漢字");
	check_text(&c, "漢字\n");
	canvas__put(&c, 0, 1, 0, "x");
	check_text(&c, " x字\n");
	canvas__put(&c, 0, 2, 0, "y");
	check_text(&c, " xy\n");
	canvas__put(&c, 0, 3, 0, "漢"); /* has no room */
	check_text(&c, " xy\n");
	canvas__done(&c);
}

static void glyphs_have_twins(void)
{
	struct canvas c = {0};
	struct paint p = {.cols = 12, .lines = 2, .canvas = &c};

	if (!CHECK_OK(canvas__resize(&c, 12, 2)))
		return;
	paint__cell(&p, 0, 0, 12, PAINT_SELECTED, true, "▁▄█é");
	paint__rule(&p, 1);
	check_text(&c, "        .=@?\n------------\n");
	CHECK_UINT(canvas__at(&c, 0, 0)->attr, CANVAS_REVERSE);
	canvas__done(&c);
}

static void letters_have_colours_where_there_are_any(void)
{
	struct canvas c = {0};
	struct paint p = {.cols = 4, .lines = 1, .canvas = &c};

	if (!CHECK_OK(canvas__resize(&c, 4, 1)))
		return;
	paint__letters(&p, 0, 1, 9, 0, 'a');
	check_text(&c, " aaa\n");
	CHECK_UINT(canvas__at(&c, 0, 1)->attr, 0);
	p.color = true;
	paint__letters(&p, 0, 1, 1, 0, 'a');
	CHECK_UINT(canvas__at(&c, 0, 1)->attr & CANVAS_COLOR, PAINT_COLOR_STAGE);
	canvas__done(&c);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"text_stays_inside", text_stays_inside, TEST_WALK},
		{"half_a_wide_character_is_a_blank", half_a_wide_character_is_a_blank, TEST_WALK},
		{"glyphs_have_twins", glyphs_have_twins, TEST_WALK},
		{"letters_have_colours_where_there_are_any",
		 letters_have_colours_where_there_are_any, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
