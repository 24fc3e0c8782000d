/* SPDX-License-Identifier: BSD-2-Clause */
/* The live screen's loop. */
#include "live.h"
#include "client.h"
#include "head.h"
#include "keys.h"
#include "text.h"

#include <errno.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define REFRESH_NS 1000000000ull
#define SILENT_NS  5000000000ull /* a reply that takes longer: connect again */
#define COLS_MIN   40
#define LINES_MIN  10

struct live {
	struct ui ui;
	struct client *client;
	const char *socket;
	SCREEN *screen;
	int signal_fd;
	sigset_t old_mask;
	uint64_t asked_ns;
	uint64_t next_ns; /* when to ask again */
	int signal;	  /* that ended it */
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
	snprintf(l->ui.banner, sizeof(l->ui.banner), "no daemon at %s (%s): retrying every second",
		 l->socket, strerror(-rc));
}

static void ask(struct live *l)
{
	int rc;

	if (client__is_waiting(l->client)) {
		if (l->ui.now_ns - l->asked_ns < SILENT_NS)
			return;
		client__drop(l->client);
		snprintf(l->ui.banner, sizeof(l->ui.banner),
			 "sigpathd does not answer: connecting again");
	}
	if (l->ui.now_ns < l->next_ns)
		return;
	l->asked_ns = l->ui.now_ns;
	l->next_ns = l->ui.now_ns + REFRESH_NS;
	rc = client__ask(l->client, "{\"cmd\":\"snapshot\"}");
	if (rc)
		set_unreachable(l, rc);
}

static void take_reply(struct live *l, const char *line)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;

	if (model__parse(line, &m, err)) {
		snprintf(l->ui.banner, sizeof(l->ui.banner), "%.*s", VIEW_BANNER_LEN - 1, err);
		return;
	}
	l->ui.banner[0] = '\0';
	if (l->ui.frozen_ns || rows__update(&l->ui.rows, m)) {
		model__free(m);
		return;
	}
	model__free(l->ui.model);
	l->ui.model = m;
	l->ui.received_ns = l->ui.now_ns;
}

static void work_client(struct live *l)
{
	char *line = NULL;
	int rc = client__work(l->client, &line);

	if (rc < 0) {
		set_unreachable(l, rc);
		l->next_ns = l->ui.now_ns + REFRESH_NS;
	}
	if (rc > 0)
		take_reply(l, line);
	free(line);
}

/* --- terminal --- */

static void read_size(struct live *l)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	l->ui.paint.cols = COLS;
	l->ui.paint.lines = LINES;
	clearok(curscr, TRUE);
}

static void draw(struct live *l)
{
	struct paint *p = &l->ui.paint;
	int head;

	erase();
	if (p->cols < COLS_MIN || p->lines < LINES_MIN) {
		char text[64];

		snprintf(text, sizeof(text), "terminal too small: %dx%d, needs %dx%d", p->cols,
			 p->lines, COLS_MIN, LINES_MIN);
		paint__text(p, 0, 0, (unsigned int)p->cols, PAINT_PLAIN, text);
	} else {
		head = head__draw(&l->ui);
		l->ui.view->draw(&l->ui, head, p->lines - head - 1);
		head__draw_footer(&l->ui);
	}
	refresh();
}

/* Ctrl-Z: give the terminal back, stop, and take it again when continued. */
static void suspend(struct live *l)
{
	endwin();
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

static int start_terminal(struct live *l, bool ascii, char *err, size_t err_len)
{
	const char *term = getenv("TERM");
	bool utf8 = text__set_locale();

	l->screen = newterm(NULL, stdout, stdin);
	if (!l->screen) {
		snprintf(err, err_len,
			 "terminal type '%s' is not known here; set TERM, or use `sigpath top "
			 "--once`",
			 term ? term : "");
		return -ENOTTY;
	}
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	paint__init(&l->ui.paint, utf8 && !ascii);
	return 0;
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
		draw(l);
		pfd[2].fd = client__fd(l->client);
		pfd[2].events = client__events(l->client);
		if (poll(pfd, 3, get_timeout_ms(l)) < 0 && errno != EINTR)
			break;
		l->ui.now_ns = get_now_ns();
		if (pfd[1].revents)
			work_signals(l);
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
	struct live l = {.socket = opts->socket, .signal_fd = -1, .ui.view = &view_top};
	int rc = client__new(opts->socket, &l.client);

	if (rc) {
		snprintf(err, err_len, "socket path '%s': %s", opts->socket, strerror(-rc));
		return rc;
	}
	rows__init(&l.ui.rows);
	rc = start_signals(&l);
	if (!rc) {
		rc = start_terminal(&l, opts->ascii, err, err_len);
		if (!rc)
			run(&l);
		if (!rc)
			endwin();
		if (l.screen)
			delscreen(l.screen);
		close(l.signal_fd);
		sigprocmask(SIG_SETMASK, &l.old_mask, NULL);
	}
	rows__done(&l.ui.rows);
	model__free(l.ui.model);
	client__free(l.client);
	return rc ? rc : l.signal;
}
