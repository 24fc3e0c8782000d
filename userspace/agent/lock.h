/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps a second daemon from starting: flock() on a file that holds the owner's pid. The kernel
 * drops the lock with the process however it ends, so that a file left behind means nothing. */
#ifndef SIGPATH_LOCK_H
#define SIGPATH_LOCK_H

#include <stddef.h>

struct lock {
	int fd; /* -1: not taken */
};

#define LOCK_NONE        \
	{                \
		.fd = -1 \
	}

/* Makes the file's directory (0755) if it is missing. -EBUSY: held, err says by which pid; other
 * errors say what failed. *l is written in either case and may be given to lock__done. */
int lock__take(struct lock *l, const char *path, char *err, size_t err_len);
/* Lets go of it; the file stays, empty. */
void lock__done(struct lock *l);

#endif
