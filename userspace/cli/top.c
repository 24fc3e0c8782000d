/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath top`: the live screen, or pictures of it. */
#include "command.h"
#include "live.h"
#include "top_plain.h"
#include "top_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_SIGNAL 128 /* plus the signal's number, as a shell would report it */
#define SIZE_MAX_   1000

/* NULL: told that there is no such view. */
static const struct view *get_view(const char *name)
{
	const struct view *view = name ? view__by_name(name) : &view_overview;

	if (view)
		return view;
	fprintf(stderr, "sigpath top: unknown view '%s'; valid:", name);
	for (unsigned int id = 0; id < VIEW_CNT; id++)
		fprintf(stderr, " %s", view__tab((enum view_id)id)->name);
	putc('\n', stderr);
	return NULL;
}

/* "80x24". False: told that it is none. */
static bool get_size(const char *text, int *cols, int *lines)
{
	char rest;

	*cols = 80;
	*lines = 24;
	if (!text || (sscanf(text, "%dx%d%c", cols, lines, &rest) == 2 && *cols > 0 && *lines > 0 &&
		      *cols <= SIZE_MAX_ && *lines <= SIZE_MAX_))
		return true;
	fprintf(stderr, "sigpath top: --size: '%s' is no size such as 80x24\n", text);
	return false;
}

static int run_plain(const struct options *o, struct top_plain_opts *plain)
{
	int pid = 0, status = top_replay__start(o, &plain->fd, &pid);

	if (status == EXIT_DONE)
		status = top_plain__run(plain);
	top_replay__stop(pid);
	return status;
}

static int run_live(const struct options *o, struct live_opts *live, struct top_plain_opts *plain)
{
	char err[256] = "";
	int rc, status, pid = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("sigpath top: the live screen needs a terminal; use `sigpath top --once`\n",
		      stderr);
		return EXIT_FAIL;
	}
	status = top_replay__start(o, &live->fd, &pid);
	if (status != EXIT_DONE)
		return status;
	rc = live__run(live, err, sizeof(err));
	top_replay__stop(pid);
	if (rc == -ENOTTY) {
		fprintf(stderr, "sigpath top: %s; plain pictures instead\n", err);
		return run_plain(o, plain);
	}
	if (rc < 0) {
		fprintf(stderr, "sigpath top: %s\n", err[0] ? err : "the terminal cannot be used");
		return EXIT_FAIL;
	}
	return rc ? EXIT_SIGNAL + rc : EXIT_DONE;
}

/* The picture of today and always: text that other programs and people know. */
static bool is_text_asked(const struct options *o, const struct view *view)
{
	if (!o->value[OPTION_ONCE] || view != &view_overview || o->value[OPTION_PICTURE_SIZE])
		return false;
	return !o->value[OPTION_SCREEN] || o->value[OPTION_PLAIN] || o->value[OPTION_JSON];
}

static bool is_misused(const struct options *o)
{
	if (top_replay__is_misused(o))
		return true;
	if (o->value[OPTION_PICTURE_SIZE] && !o->value[OPTION_ONCE])
		fputs("sigpath top: --size needs --once\n", stderr);
	else if (o->value[OPTION_PLAIN] && o->value[OPTION_JSON])
		fputs("sigpath top: --plain and --json exclude each other\n", stderr);
	else
		return false;
	return true;
}

int top__run(const struct options *o)
{
	struct top_plain_opts plain = {.socket = option__socket(o),
				       .ascii = o->value[OPTION_ASCII],
				       .once = o->value[OPTION_ONCE],
				       .form = o->value[OPTION_JSON]	? TOP_JSON
					       : o->value[OPTION_PLAIN] ? TOP_LINES
									: TOP_PICTURE};
	struct live_opts live = {.socket = plain.socket, .ascii = plain.ascii};

	plain.view = live.view = get_view(o->value[OPTION_SCREEN]);
	if (!plain.view || is_misused(o) ||
	    !get_size(o->value[OPTION_PICTURE_SIZE], &plain.cols, &plain.lines))
		return EXIT_USAGE;
	if (is_text_asked(o, plain.view))
		return o->value[OPTION_REPLAY] ? top_replay__once(o) : top_once__run(o);
	if (plain.once || plain.form != TOP_PICTURE)
		return run_plain(o, &plain);
	return run_live(o, &live, &plain);
}
