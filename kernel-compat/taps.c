/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces have taps: found by kind or by name in each namespace, and followed as they come
 * and go. */
#include "taps.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "links.h"
#include "netns.h"
#include "port.h"

#define CHECK_PORTS 32 /* interfaces looked at by one check */
#define DUMP_TRIES  5  /* changes came faster than they were read */

enum { SAY_ERROR, SAY_WARN, SAY_INFO }; /* levels of the log callback */

/* One namespace and what changes in it. */
struct space {
	struct taps *taps;
	struct netns ns;
	struct links links;
};

struct taps {
	struct taps_opts opts;
	struct port_policy policy;
	struct captures *captures; /* NULL: the caller wants none */
	int epoll_fd;
	unsigned int space_cnt;
	struct space *space;
	unsigned int port_cnt;
	struct port port[TAPS_MAX];
	unsigned int refused;
	unsigned int round; /* of checks */
	uint64_t now_ns;    /* of the check that runs */
	unsigned int lost;  /* found missing by it */
	bool is_stuck;	    /* the thread could not come home: nothing is touched any more */
	struct selection selection;
};

__attribute__((format(printf, 3, 4))) static void say(const struct taps *t, int level,
						      const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!t->opts.log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->opts.log(level, text);
}

static struct port *find_port(struct taps *t, unsigned int space, int ifindex)
{
	for (unsigned int i = 0; i < t->port_cnt; i++)
		if (t->port[i].space == space && t->port[i].link.ifindex == ifindex)
			return &t->port[i];
	return NULL;
}

static void say_states(const struct taps *t, const struct port *port)
{
	for (unsigned int i = 0; i < port->tap_cnt; i++) {
		const struct tap_state *s = &port->state[i];

		say(t, SAY_INFO, "tap %s %s (netns %u): %s%s%s", s->ifname, s->direction, s->netns,
		    s->state, s->reason[0] ? ": " : "", s->reason);
	}
}

static void add_port(struct taps *t, unsigned int space, const struct link_info *link)
{
	struct port *port = &t->port[t->port_cnt];

	if (t->port_cnt == TAPS_MAX) {
		if (!t->refused++)
			say(t, SAY_WARN,
			    "tap %s: %d interfaces are watched already, the rest is not",
			    link->name, TAPS_MAX);
		return;
	}
	memset(port, 0, sizeof(*port));
	port->link = *link;
	port->space = space;
	port->netns = t->space[space].ns.inode;
	port->seen = true;
	t->port_cnt++;
	port__attach(port, &t->policy);
	say_states(t, port);
}

static void remove_port(struct taps *t, struct port *port)
{
	say(t, SAY_INFO, "tap %s (netns %u): the interface is gone", port->link.name, port->netns);
	port__detach(port);
	*port = t->port[--t->port_cnt];
}

static void retry_port(struct taps *t, struct port *port)
{
	const char *before = port->state[0].state;

	port__detach(port);
	port__attach(port, &t->policy);
	if (strcmp(before, port->state[0].state))
		say_states(t, port);
}

/* The thread is in the namespace of the space. */
static void on_link(void *ctx, const struct link_info *link, bool gone)
{
	struct space *s = ctx;
	struct taps *t = s->taps;
	unsigned int idx = (unsigned int)(s - t->space);
	struct port *port = find_port(t, idx, link->ifindex);

	if (gone && port) {
		remove_port(t, port);
	} else if (port) {
		port->seen = true;
		if (memcmp(&port->link, link, sizeof(*link)))
			port__rename(port, link);
		if (port->busy)
			retry_port(t, port);
	} else if (!gone && selection__wants(&t->selection, link)) {
		add_port(t, idx, link);
	}
}

/* Everything there is; what was watched and is not there is let go. */
static int scan(struct taps *t, unsigned int idx)
{
	int rc = -ENOBUFS;

	for (unsigned int i = 0; i < t->port_cnt; i++)
		t->port[i].seen = false;
	for (int tries = 0; tries < DUMP_TRIES && rc == -ENOBUFS; tries++)
		rc = links__dump(&t->space[idx].links);
	if (rc)
		return rc;
	for (unsigned int i = t->port_cnt; i-- > 0;)
		if (t->port[i].space == idx && !t->port[i].seen)
			remove_port(t, &t->port[i]);
	return 0;
}

static int watch(struct taps *t, unsigned int idx)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = idx};
	struct space *s = &t->space[idx];
	int rc = links__open(&s->links, on_link, s);

	if (rc)
		return rc;
	if (epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, s->links.fd, &ev))
		return -errno;
	return scan(t, idx);
}

/* The same namespace by two paths is one. */
static bool has_space(const struct taps *t, uint32_t inode)
{
	for (unsigned int i = 0; i < t->space_cnt; i++)
		if (t->space[i].ns.inode == inode)
			return true;
	return false;
}

static int add_space(struct taps *t, const char *path, char *err, size_t err_len)
{
	struct space *s = &t->space[t->space_cnt];
	int rc = netns__open(&s->ns, path, err, err_len), back;

	if (rc)
		return rc;
	if (has_space(t, s->ns.inode)) {
		netns__close(&s->ns);
		return 0;
	}
	s->taps = t;
	s->links.fd = -1;
	t->space_cnt++;
	rc = netns__enter(&s->ns);
	if (!rc) {
		rc = watch(t, t->space_cnt - 1);
		back = netns__leave(&s->ns);
		t->is_stuck = back != 0;
		rc = back ? back : rc;
	}
	if (rc)
		snprintf(err, err_len, "network namespace %s: %s%s", path ? path : "of the daemon",
			 t->is_stuck ? "cannot leave it: " : "", strerror(-rc));
	return rc;
}

int taps__new(const struct taps_opts *opts, const struct plan *plan, struct object *o,
	      struct taps **ret, char *err, size_t err_len)
{
	unsigned int space_cnt = opts->netns_cnt ? opts->netns_cnt : 1;
	struct taps *t = calloc(1, sizeof(*t));
	int rc = -ENOMEM;

	snprintf(err, err_len, "out of memory");
	if (!t)
		return rc;
	t->opts = *opts;
	t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll_fd < 0) {
		rc = -errno;
		snprintf(err, err_len, "cannot watch links: %s", strerror(-rc));
		goto out;
	}
	t->space = calloc(space_cnt, sizeof(*t->space));
	if (!t->space || selection__init(&t->selection, &opts->selection))
		goto out;
	rc = opts->captures.knobs ? captures__new(&opts->captures, &t->captures) : 0;
	if (rc)
		goto out;
	port_policy__init(&t->policy, opts, plan, o, t->captures);
	for (unsigned int i = 0; i < space_cnt && !rc; i++)
		rc = add_space(t, opts->netns_cnt ? opts->netns[i] : NULL, err, err_len);
	if (!rc)
		rc = selection__check(&t->selection, err, err_len);
out:
	if (rc) {
		taps__free(t);
		return rc;
	}
	*ret = t;
	return 0;
}

/* Runs fn in a space's namespace. */
static int within(struct taps *t, unsigned int idx, int (*fn)(struct taps *t, unsigned int idx))
{
	struct netns *ns = &t->space[idx].ns;
	int rc, back;

	if (t->is_stuck)
		return -EIO;
	rc = netns__enter(ns);
	if (rc)
		return rc;
	rc = fn(t, idx);
	back = netns__leave(ns);
	if (!back)
		return rc;
	t->is_stuck = true;
	say(t, SAY_ERROR, "cannot leave network namespace %u: %s; taps stay as they are", ns->inode,
	    strerror(-back));
	return back;
}

static int detach_space(struct taps *t, unsigned int idx)
{
	for (unsigned int i = t->port_cnt; i-- > 0;)
		if (t->port[i].space == idx)
			port__detach(&t->port[i]);
	return 0;
}

void taps__free(struct taps *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; t->space && i < t->space_cnt; i++) {
		within(t, i, detach_space);
		links__close(&t->space[i].links);
		netns__close(&t->space[i].ns);
	}
	captures__free(t->captures);
	if (t->epoll_fd >= 0)
		close(t->epoll_fd);
	selection__done(&t->selection);
	free(t->space);
	free(t);
}

int taps__fd(const struct taps *t)
{
	return t->epoll_fd;
}

static int read_changes(struct taps *t, unsigned int idx)
{
	int rc = links__read(&t->space[idx].links);

	return rc == -ENOBUFS ? scan(t, idx) : rc;
}

void taps__run(struct taps *t)
{
	struct epoll_event ev[16];
	int cnt = epoll_wait(t->epoll_fd, ev, 16, 0);

	for (int i = 0; i < cnt; i++) {
		struct space *s = &t->space[ev[i].data.u32];
		int rc = within(t, ev[i].data.u32, read_changes);

		if (!rc)
			continue;
		say(t, SAY_ERROR, "network namespace %u: %s; its interfaces are no longer followed",
		    s->ns.inode, strerror(-rc));
		epoll_ctl(t->epoll_fd, EPOLL_CTL_DEL, s->links.fd, NULL);
	}
}

/* With many interfaces each has its turn: a filter is asked for by six system calls. */
static bool is_turn(const struct taps *t, unsigned int port)
{
	unsigned int rounds = 1 + t->port_cnt / CHECK_PORTS;

	return port % rounds == t->round % rounds;
}

static int check_space(struct taps *t, unsigned int idx)
{
	for (unsigned int i = 0; i < t->port_cnt; i++) {
		struct port *port = &t->port[i];
		unsigned int lost;

		if (port->space != idx)
			continue;
		lost = is_turn(t, i) ? port__check(port, t->now_ns) : 0;
		t->lost += lost;
		if (lost)
			say_states(t, port);
		if (!port->retry_ns || t->now_ns < port->retry_ns)
			continue;
		port->retry_ns = 0;
		retry_port(t, port);
	}
	return 0;
}

unsigned int taps__check(struct taps *t, uint64_t now_ns)
{
	t->now_ns = now_ns;
	t->lost = 0;
	t->round++;
	for (unsigned int i = 0; i < t->space_cnt; i++)
		within(t, i, check_space);
	return t->lost;
}

static int switch_space(struct taps *t, unsigned int idx)
{
	for (unsigned int i = 0; i < t->port_cnt; i++) {
		struct port *port = &t->port[i];

		if (port->space == idx && !port__switch(port, &t->policy))
			retry_port(t, port);
	}
	return 0;
}

void taps__switch(struct taps *t, bool stamp_only, const struct plan *plan, struct object *o)
{
	t->opts.stamp_only = stamp_only;
	port_policy__init(&t->policy, &t->opts, plan, o, t->captures);
	for (unsigned int i = 0; i < t->space_cnt; i++)
		within(t, i, switch_space);
}

struct captures *taps__captures(const struct taps *t)
{
	return t->captures;
}

unsigned int taps__cnt(const struct taps *t)
{
	unsigned int cnt = 0;

	for (unsigned int i = 0; i < t->port_cnt; i++)
		cnt += t->port[i].tap_cnt;
	return cnt;
}

const struct tap_state *taps__at(const struct taps *t, unsigned int idx)
{
	for (unsigned int i = 0; i < t->port_cnt; i++) {
		if (idx < t->port[i].tap_cnt)
			return &t->port[i].state[idx];
		idx -= t->port[i].tap_cnt;
	}
	return NULL;
}

unsigned int taps__refused(const struct taps *t)
{
	return t->refused;
}
