/* SPDX-License-Identifier: BSD-2-Clause */
/* The lock file of the daemon. It is never removed: between a look at the name and a lock on it
 * another daemon could take a file that is about to vanish. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PID_LEN 32

__attribute__((format(printf, 4, 5))) static int fail(int rc, char *err, size_t err_len,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, err_len, fmt, ap);
	va_end(ap);
	return rc;
}

/* The last directory of path; those above must exist. Its mode does not depend on the umask. */
static int make_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int len;

	if (!slash || slash == path)
		return 0;
	len = snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	if (len < 0 || (size_t)len >= sizeof(dir))
		return -ENAMETOOLONG;
	if (mkdir(dir, 0755))
		return errno == EEXIST ? 0 : -errno;
	return chmod(dir, 0755) ? -errno : 0;
}

/* The pid in the file, 0 if there is none (yet). */
static long read_owner(int fd)
{
	char buf[PID_LEN];
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	if (n <= 0)
		return 0;
	buf[n] = '\0';
	return strtol(buf, NULL, 10);
}

static int write_owner(int fd)
{
	char buf[PID_LEN];
	int len = snprintf(buf, sizeof(buf), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) || pwrite(fd, buf, (size_t)len, 0) != len)
		return errno ? -errno : -EIO;
	return 0;
}

int lock__take(struct lock *l, const char *path, char *err, size_t err_len)
{
	int rc;

	l->fd = -1;
	rc = make_directory(path);
	if (rc)
		return fail(rc, err, err_len, "cannot make the directory of the lock file %s: %s",
			    path, strerror(-rc));
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (l->fd < 0)
		return fail(-errno, err, err_len, "cannot open the lock file %s: %s", path,
			    strerror(errno));
	if (flock(l->fd, LOCK_EX | LOCK_NB) == 0) {
		rc = write_owner(l->fd);
		if (rc)
			fail(rc, err, err_len, "cannot write to the lock file %s: %s", path,
			     strerror(-rc));
	} else if (errno == EWOULDBLOCK) {
		rc = fail(-EBUSY, err, err_len, "already running, pid %ld (lock %s)",
			  read_owner(l->fd), path);
	} else {
		rc = fail(-errno, err, err_len, "cannot lock %s: %s", path, strerror(errno));
	}
	if (rc) {
		close(l->fd);
		l->fd = -1;
	}
	return rc;
}

void lock__done(struct lock *l)
{
	if (l->fd < 0)
		return;
	if (ftruncate(l->fd, 0)) {
		/* A stale pid does no harm. */
	}
	close(l->fd);
	l->fd = -1;
}
