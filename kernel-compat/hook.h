/* SPDX-License-Identifier: BSD-2-Clause */
/* One tap on one interface: a program by XDP, by tc (tcx link, else a clsact filter) or by a packet
 * socket's filter, or a capture, which needs no program. All but the clsact filter go away with
 * their descriptor, however the process ends.
 *
 * Attach functions find the interface in the namespace the thread is in. They return 0, or -errno
 * with the reason in operator's words; also on success reason may say why it is not the better way.
 */
#ifndef SIGPATH_HOOK_H
#define SIGPATH_HOOK_H

#include <stdbool.h>
#include <stddef.h>

/* id, what the operator reads */
#define HOOK_KINDS(X)             \
	X(NONE, "off")            \
	X(XDP_NATIVE, "native")   \
	X(XDP_GENERIC, "generic") \
	X(TCX, "tcx")             \
	X(CLSACT, "clsact")       \
	X(SOCKET, "socket")       \
	X(CAPTURE, "capture")

enum hook_kind {
#define X(id, name) HOOK_##id,
	HOOK_KINDS(X)
#undef X
};

struct capture;
struct captures;

struct hook {
	enum hook_kind kind;	   /* HOOK_NONE: the rest means nothing */
	int fd;			   /* link or socket, owned; -1 with HOOK_CLSACT and HOOK_CAPTURE */
	struct captures *captures; /* HOOK_CAPTURE: borrowed, and what was opened there */
	struct capture *capture;
	int ifindex;
	bool is_egress;
	bool made_qdisc; /* the clsact qdisc was not there before */
};

/* Somebody else has what we want; it may be free later. */
#define HOOK_IS_BUSY(err) ((err) == -EBUSY || (err) == -EEXIST)

int hook__xdp(struct hook *h, int prog_fd, int ifindex, bool is_generic, char *reason, size_t len);
int hook__tc(struct hook *h, int prog_fd, int ifindex, bool is_egress, char *reason, size_t len);
/* Both directions of the interface. The program must accept no byte: the socket is never read. */
int hook__socket(struct hook *h, int prog_fd, int ifindex, char *reason, size_t len);
/* Puts another program in the place of the one that runs, without a gap where the kernel can
 * (links).
 */
int hook__switch(struct hook *h, int prog_fd);
/* False: somebody took the program off, or the kernel did. HOOK_CLSACT: six system calls, in the
 * interface's namespace. */
bool hook__is_held(const struct hook *h);
/* Both directions, read in user space. */
int hook__capture(struct hook *h, struct captures *s, int ifindex, char *reason, size_t len);
/* The two kinds of socket, which see both directions. */
bool hook__is_both(const struct hook *h);
/* Only HOOK_CLSACT needs the thread to be in the interface's namespace. A qdisc is removed if it is
 * ours and no filter of anybody is left on it. */
void hook__done(struct hook *h);
const char *hook__name(enum hook_kind kind);

#endif
