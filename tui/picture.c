/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures of the screen. */
#include "picture.h"
#include "head.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void picture__draw(struct ui *ui)
{
	struct paint *p = &ui->paint;
	char text[64];
	int head;

	canvas__clear(p->canvas);
	if (p->cols < PICTURE_COLS || p->lines < PICTURE_LINES) {
		snprintf(text, sizeof(text), "terminal too small: %dx%d, needs %dx%d", p->cols,
			 p->lines, PICTURE_COLS, PICTURE_LINES);
		paint__text(p, 0, 0, (unsigned int)p->cols, PAINT_PLAIN, text);
		return;
	}
	head = head__draw(ui);
	ui->view->draw(ui, head, p->lines - head - 1);
	head__draw_footer(ui);
}

static int write_file(const struct canvas *c, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), rc = 0;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		rc = -errno;
		close(fd);
		unlink(path);
		return rc;
	}
	canvas__write(c, f);
	if (ferror(f))
		rc = -EIO;
	if (fclose(f) && !rc)
		rc = -errno;
	if (rc)
		unlink(path);
	return rc;
}

void picture__export(struct ui *ui)
{
	time_t now = time(NULL);
	char path[96], clock[32];
	struct tm tm;
	int rc;

	strftime(clock, sizeof(clock), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	snprintf(path, sizeof(path), "./sigpath-%s-%s.txt", view__tab(ui->view->id)->name, clock);
	rc = write_file(ui->paint.canvas, path);
	if (rc)
		snprintf(ui->note, sizeof(ui->note), "! %s not written: %s", path, strerror(-rc));
	else
		snprintf(ui->note, sizeof(ui->note), "written to %s", path);
}
