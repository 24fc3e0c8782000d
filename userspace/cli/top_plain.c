/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures of `top` for pipes, logs and screen readers. */
#include "top_plain.h"
#include "client.h"
#include "command.h"
#include "picture.h"
#include "text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SNAPSHOT "{\"cmd\":\"snapshot\"}"
#define REPLY_MS 5000
#define SEEK_NS	 50000000l /* between two looks at a player that is not there yet */

struct top_plain {
	const struct top_plain_opts *opts;
	struct client *client; /* of fd, else NULL */
	struct canvas canvas;
	struct ui ui;
};

static uint64_t get_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* --- asking --- */

static int exchange(struct client *c, const char *request, char **line)
{
	int rc = client__ask(c, request);

	while (!rc) {
		struct pollfd pfd = {.fd = client__fd(c), .events = client__events(c)};
		int ready = poll(&pfd, 1, REPLY_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ready ? -errno : -ETIMEDOUT;
		rc = client__work(c, line);
	}
	return rc < 0 ? rc : 0;
}

static int ask(struct top_plain *t, const char *request, char **line)
{
	int rc;

	if (!t->client)
		return command__ask("top", t->opts->socket, request, line);
	rc = exchange(t->client, request, line);
	if (rc)
		fprintf(stderr, "sigpath top: %s\n", strerror(-rc));
	return rc;
}

static int take_snapshot(struct top_plain *t)
{
	char err[MODEL_ERROR_LEN], *line = NULL;
	struct model *m = NULL;
	int rc = ask(t, SNAPSHOT, &line);

	if (rc)
		return rc;
	rc = model__parse(line, &m, err);
	t->ui.now_ns = get_now_ns();
	if (rc)
		fprintf(stderr, "sigpath top: %s\n", err);
	else
		view__take_model(&t->ui, m);
	if (!rc && t->opts->form == TOP_JSON && strcmp(m->replay.state, "seeking") != 0)
		puts(line);
	free(line);
	return rc;
}

/* A reply that is refused is part of the picture. */
static int take_view(struct top_plain *t)
{
	const struct view *view = t->ui.view;
	struct page *page = &t->ui.page[view->id];
	char request[VIEW_REQUEST_LEN], err[MODEL_ERROR_LEN] = "", *line = NULL;
	int rc;

	if (!view->request || !view->take || !view->request(&t->ui, request))
		return 0;
	rc = ask(t, request, &line);
	if (rc)
		return rc;
	page->refused[0] = '\0';
	if (view->take(&t->ui, line, err)) {
		snprintf(page->refused, sizeof(page->refused), "%.*s", VIEW_BANNER_LEN - 1, err);
	} else {
		strcpy(page->asked, request);
		page->received_ns = t->ui.now_ns;
		view__update(&t->ui, view);
	}
	if (t->opts->form == TOP_JSON)
		puts(line);
	free(line);
	return 0;
}

static int take_all(struct top_plain *t)
{
	static const struct timespec pause = {.tv_nsec = SEEK_NS};
	int rc = take_snapshot(t);

	while (!rc && !strcmp(t->ui.model->replay.state, "seeking")) {
		nanosleep(&pause, NULL);
		rc = take_snapshot(t);
	}
	return rc ? rc : take_view(t);
}

/* --- printing --- */

static void print(struct top_plain *t)
{
	const struct view *view = t->ui.view;

	if (t->opts->form == TOP_LINES) {
		printf("time %s\n", t->ui.model->time);
		if (t->ui.model->banner[0])
			printf("! %s\n", t->ui.model->banner);
		if (t->ui.page[view->id].refused[0])
			printf("! %s\n", t->ui.page[view->id].refused);
		if (view->say)
			view->say(&t->ui, stdout);
	} else if (t->opts->form == TOP_PICTURE) {
		picture__draw(&t->ui);
		canvas__write(&t->canvas, stdout);
	}
	fflush(stdout);
}

static int run(struct top_plain *t)
{
	struct timespec next;
	int rc = take_all(t);

	clock_gettime(CLOCK_MONOTONIC, &next);
	if (rc)
		return EXIT_FAIL;
	for (;;) {
		if (!rc)
			print(t);
		if (ferror(stdout))
			return EXIT_FAIL;
		if (t->opts->once)
			return EXIT_DONE;
		next.tv_sec++;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		rc = take_all(t);
		if (rc && t->client)
			return EXIT_FAIL; /* what was lost cannot be had again */
	}
}

int top_plain__run(const struct top_plain_opts *opts)
{
	struct top_plain t = {.opts = opts};
	struct paint *p = &t.ui.paint;
	int status = EXIT_FAIL;

	*p = (struct paint){.cols = opts->cols, .lines = opts->lines, .canvas = &t.canvas};
	p->utf8 = text__set_locale() && !opts->ascii;
	view__init(&t.ui, opts->view);
	if (canvas__resize(&t.canvas, opts->cols, opts->lines) ||
	    (opts->fd > 0 && client__adopt(opts->fd, &t.client)))
		fputs("sigpath top: no memory\n", stderr);
	else
		status = run(&t);
	view__done(&t.ui);
	canvas__done(&t.canvas);
	client__free(t.client);
	return status;
}
