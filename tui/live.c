/* SPDX-License-Identifier: BSD-2-Clause */
/* The live screen's loop. */
#include "live.h"
#include "client.h"
#include "keys.h"
#include "picture.h"
#include "screen.h"
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define REFRESH_NS 1000000000ull
#define SEEK_NS	   100000000ull	 /* until the player is where it is to be */
#define SILENT_NS  5000000000ull /* a reply that takes longer: connect again */

#define SNAPSHOT "{\"cmd\":\"snapshot\"}"

enum live_kind { LIVE_SNAPSHOT, LIVE_VIEW, LIVE_PLAY };

struct live {
	struct ui ui;
	struct client *client;
	const char *socket;
	struct screen *screen;
	struct canvas canvas;
	int signal_fd;
	sigset_t old_mask;
	uint64_t next_ns; /* when to ask again */
	/* The request that is out. */
	enum live_kind kind;
	uint64_t sent_ns;
	uint64_t tag;
	const struct view *view;	/* whose it is */
	char request[VIEW_REQUEST_LEN]; /* the view's that was sent last, "" it has none */
	char play[PLAY_LEN];
	bool wants_snapshot;
	bool wants_view;
	bool is_dirty; /* the picture is not what is known */
	int signal;    /* that ended it */
};

static uint64_t get_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* --- daemon --- */

static void set_unreachable(struct live *l, int rc)
{
	if (l->socket)
		snprintf(l->ui.banner, sizeof(l->ui.banner),
			 "no daemon at %s (%s): retrying every second", l->socket, strerror(-rc));
	else
		snprintf(l->ui.banner, sizeof(l->ui.banner),
			 "the player has ended: what was read is shown; q and start again");
}

/* What the view shown asks for, with the number of the request; "" nothing. While frozen only what
 * is not there yet. */
static void get_view_request(const struct live *l, char line[VIEW_REQUEST_LEN])
{
	const struct view *view = l->ui.view;

	if (!view->request || !view->request(&l->ui, line) ||
	    (l->ui.frozen_ns && !strcmp(l->ui.page[view->id].asked, line)))
		line[0] = '\0';
}

/* Sends one request, the line with the tag put in. */
static void send_request(struct live *l, enum live_kind kind, const char *line)
{
	char tagged[VIEW_REQUEST_LEN + 32];
	size_t len = strlen(line);
	int rc;

	snprintf(tagged, sizeof(tagged), "%.*s,\"tag\":%" PRIu64 "}", (int)(len ? len - 1 : 0),
		 line, ++l->tag);
	l->kind = kind;
	l->sent_ns = l->ui.now_ns;
	rc = client__ask(l->client, tagged);
	if (!rc)
		return;
	set_unreachable(l, rc);
	l->is_dirty = true;
	l->wants_snapshot = l->wants_view = false;
	l->next_ns = l->ui.now_ns + REFRESH_NS;
}

/* False: the reply to the request before is still out, and not for too long. */
static bool can_ask(struct live *l)
{
	if (!client__is_waiting(l->client))
		return true;
	if (l->ui.now_ns - l->sent_ns < SILENT_NS)
		return false;
	client__drop(l->client);
	snprintf(l->ui.banner, sizeof(l->ui.banner), "sigpathd does not answer: connecting again");
	return true;
}

static void ask(struct live *l)
{
	char line[VIEW_REQUEST_LEN] = "";
	bool is_reached = !l->ui.banner[0];

	if (l->ui.now_ns >= l->next_ns) {
		l->is_dirty = true; /* ages */
		l->next_ns = l->ui.now_ns + REFRESH_NS;
		l->wants_snapshot = !l->ui.frozen_ns || !is_reached;
		l->wants_view = true;
	}
	get_view_request(l, line);
	/* Another question than the last one does not wait for the next second. */
	if (is_reached && line[0] && strcmp(line, l->request) != 0)
		l->wants_view = true;
	if (!can_ask(l))
		return;
	if (l->ui.model &&
	    play__request(&l->ui.play, &l->ui.model->replay, l->play, sizeof(l->play))) {
		send_request(l, LIVE_PLAY, l->play);
	} else if (l->wants_snapshot) {
		l->wants_snapshot = false;
		send_request(l, LIVE_SNAPSHOT, SNAPSHOT);
	} else if (l->wants_view) {
		l->wants_view = false;
		strcpy(l->request, line);
		l->view = l->ui.view;
		if (line[0])
			send_request(l, LIVE_VIEW, line);
	}
}

static void take_snapshot(struct live *l, const char *line)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;

	if (model__parse(line, &m, err)) {
		snprintf(l->ui.banner, sizeof(l->ui.banner), "%.*s", VIEW_BANNER_LEN - 1, err);
		return;
	}
	l->ui.banner[0] = '\0';
	if (l->ui.frozen_ns)
		model__free(m);
	else
		view__take_model(&l->ui, m);
	if (view__is_played(&l->ui) && !strcmp(l->ui.model->replay.state, "seeking"))
		l->next_ns = l->ui.now_ns + SEEK_NS;
}

static void take_view(struct live *l, const char *line)
{
	struct page *page = &l->ui.page[l->view->id];
	char now[VIEW_REQUEST_LEN] = "", err[MODEL_ERROR_LEN] = "";

	/* Asked something else meanwhile: this is not what the screen says it is. */
	if (!l->view->take || !l->view->request(&l->ui, now) || strcmp(now, l->request) != 0)
		return;
	if (l->ui.frozen_ns && !strcmp(page->asked, l->request))
		return;
	if (l->view->take(&l->ui, line, err)) {
		snprintf(page->refused, sizeof(page->refused), "%.*s", VIEW_BANNER_LEN - 1, err);
		return;
	}
	page->refused[0] = '\0';
	page->received_ns = l->ui.now_ns;
	strcpy(page->asked, l->request);
	view__update(&l->ui, l->view);
}

/* The reply is to another request: "tag":N of ours is missing though there is one. Text of replies
 * has its quotes escaped and cannot pretend to be one. */
static bool is_stray(const struct live *l, const char *line)
{
	const char *tag = strstr(line, "\"tag\":");

	return tag && strtoull(tag + 6, NULL, 10) != l->tag;
}

static void take_reply(struct live *l, const char *line)
{
	char err[MODEL_ERROR_LEN];

	if (is_stray(l, line))
		return;
	switch (l->kind) {
	case LIVE_SNAPSHOT:
		take_snapshot(l, line);
		break;
	case LIVE_VIEW:
		take_view(l, line);
		break;
	case LIVE_PLAY:
		if (l->ui.model && model__parse_play(line, l->ui.model, err))
			snprintf(l->ui.note, sizeof(l->ui.note), "%.*s", VIEW_BANNER_LEN - 1, err);
		l->next_ns = l->ui.now_ns; /* what is there now */
		break;
	}
}

static void work_client(struct live *l)
{
	char *line = NULL;
	int rc = client__work(l->client, &line);

	if (rc < 0) {
		set_unreachable(l, rc);
		l->wants_snapshot = l->wants_view = false;
		l->next_ns = l->ui.now_ns + REFRESH_NS;
	}
	if (rc > 0)
		take_reply(l, line);
	l->is_dirty = l->is_dirty || rc; /* not for each part of a long reply */
	free(line);
}

/* --- terminal --- */

static void draw(struct live *l)
{
	picture__draw(&l->ui);
	if (l->ui.export) {
		l->ui.export = false;
		picture__export(&l->ui);
		picture__draw(&l->ui); /* with what came of it */
	}
	screen__show(&l->canvas, l->ui.redraw);
	l->ui.redraw = false;
}

/* What was drawn for another size is of no use. */
static void read_size(struct live *l)
{
	screen__resize(&l->ui.paint);
	l->ui.redraw = true;
}

/* Ctrl-Z: give the terminal back, stop, and take it again when continued. */
static void suspend(struct live *l)
{
	screen__suspend();
	raise(SIGSTOP);
	read_size(l);
}

static void work_signals(struct live *l)
{
	struct signalfd_siginfo info;

	while (read(l->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			read_size(l);
		} else if (info.ssi_signo == SIGTSTP) {
			suspend(l);
		} else {
			l->signal = (int)info.ssi_signo;
			l->ui.quit = true;
		}
	}
}

static int start_signals(struct live *l)
{
	static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&mask, caught[i]);
	if (sigprocmask(SIG_BLOCK, &mask, &l->old_mask))
		return -errno;
	l->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->signal_fd >= 0)
		return 0;
	sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
	return -errno;
}

static int start_terminal(struct live *l, bool ascii)
{
	int rc = screen__start(&l->screen, &l->ui.paint, ascii);

	l->ui.paint.canvas = &l->canvas;
	return rc ? rc : screen__resize(&l->ui.paint);
}

/* --- loop --- */

static int get_timeout_ms(const struct live *l)
{
	uint64_t now_ns = get_now_ns();

	return l->next_ns > now_ns ? (int)((l->next_ns - now_ns) / 1000000) + 1 : 100;
}

static void run(struct live *l)
{
	while (!l->ui.quit) {
		struct pollfd pfd[] = {
			{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = l->signal_fd, .events = POLLIN},
			{.fd = client__fd(l->client), .events = client__events(l->client)},
		};

		l->ui.now_ns = get_now_ns();
		ask(l);
		if (l->is_dirty)
			draw(l);
		l->is_dirty = false;
		pfd[2].fd = client__fd(l->client);
		pfd[2].events = client__events(l->client);
		if (poll(pfd, 3, get_timeout_ms(l)) < 0 && errno != EINTR)
			break;
		l->ui.now_ns = get_now_ns();
		if (pfd[1].revents)
			work_signals(l);
		l->is_dirty = l->is_dirty || pfd[0].revents || pfd[1].revents;
		if (pfd[2].revents)
			work_client(l);
		if (pfd[0].revents & POLLIN)
			keys__work(&l->ui);
		else if (pfd[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			l->ui.quit = true; /* the terminal is gone */
	}
}

int live__run(const struct live_opts *opts, char *err, unsigned long err_len)
{
	struct live l = {.socket = opts->fd > 0 ? NULL : opts->socket, .signal_fd = -1};
	int rc = opts->fd > 0 ? client__adopt(opts->fd, &l.client)
			      : client__new(opts->socket, &l.client);

	if (rc) {
		if (opts->fd > 0)
			close(opts->fd);
		snprintf(err, err_len, "socket path '%s': %s", opts->socket, strerror(-rc));
		return rc;
	}
	view__init(&l.ui, opts->view ? opts->view : &view_overview);
	rc = start_signals(&l);
	if (!rc) {
		rc = start_terminal(&l, opts->ascii);
		if (!rc)
			run(&l);
		screen__free(l.screen);
		close(l.signal_fd);
		sigprocmask(SIG_SETMASK, &l.old_mask, NULL);
	}
	if (rc)
		snprintf(err, err_len, "terminal type '%s' cannot be drawn on: %s",
			 getenv("TERM") ? getenv("TERM") : "", strerror(-rc));
	view__done(&l.ui);
	canvas__done(&l.canvas);
	client__free(l.client);
	return rc ? rc : l.signal;
}
