/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath export`: a snapshot's cells as folded stacks. */
#include "command.h"
#include "folded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST "{\"cmd\":\"snapshot\",\"view\":\"stages\"}"

/* --- snapshot to rows --- */

static struct folded_stage *find_stage(struct folded_stage *stage, unsigned int *cnt,
				       const char *name)
{
	for (unsigned int i = 0; i < *cnt; i++) {
		if (!strcmp(stage[i].name, name))
			return &stage[i];
	}
	stage[*cnt] = (struct folded_stage){.name = name};
	return &stage[(*cnt)++];
}

/* Sums the cells whose upper edge is above edge_ns (0: all) into *ret, whose stages are returned
 * owned. */
static int add_cells(const struct model_row *row, uint64_t edge_ns, struct folded_row *ret)
{
	struct folded_stage *stage;
	size_t most = 1;

	for (unsigned int i = 0; i < row->cell_cnt; i++)
		most += row->cell[i].share_cnt;
	stage = calloc(most, sizeof(*stage));
	if (!stage)
		return -ENOMEM;
	*ret = (struct folded_row){
		.service = row->service, .side = row->side, .method = row->method, .stage = stage};
	for (unsigned int i = 0; i < row->cell_cnt; i++) {
		const struct model_cell *cell = &row->cell[i];

		if (cell->upper_ns <= edge_ns)
			continue;
		ret->total_ns += cell->total_ns;
		for (unsigned int j = 0; j < cell->share_cnt; j++)
			find_stage(stage, &ret->stage_cnt, cell->share[j].name)->ns +=
				cell->share[j].ns;
	}
	return 0;
}

/* Fills row[] (one place per row of the model); returns how many, or a negative errno. */
static int make_rows(const struct model *m, bool tail, struct folded_row *row)
{
	int cnt = 0;

	for (unsigned int i = 0; i < m->row_cnt; i++) {
		const struct model_row *from = &m->row[i];
		int rc;

		if (!from->has_cells) {
			fputs("sigpath export: the daemon sent no cells: it is older than this "
			      "client\n",
			      stderr);
			return -EPROTO;
		}
		if (tail && !from->tail.known) {
			fprintf(stderr,
				"sigpath export: note: %s (%s) %s left out: too few requests for a "
				"tail\n",
				from->service, from->side, from->method);
			continue;
		}
		rc = add_cells(from, tail ? from->tail.edge_ns : 0, &row[cnt]);
		if (rc)
			return rc;
		cnt++;
	}
	return cnt;
}

/* --- output --- */

static int tell(const char *file, int rc)
{
	fprintf(stderr, "sigpath export: %s: %s\n", file, strerror(-rc));
	return EXIT_FAIL;
}

static int write_rows(FILE *out, const char *file, const struct folded_row *row, unsigned int cnt)
{
	unsigned int bad = 0;
	int rc = folded__write(out, row, cnt, &bad);

	if (rc == -ERANGE && bad < cnt) {
		fprintf(stderr,
			"sigpath export: %s (%s) %s: its stages exceed its total; nothing written "
			"to %s\n",
			row[bad].service, row[bad].side, row[bad].method, file);
		return EXIT_FAIL;
	}
	return rc ? tell(file, rc == -EIO && errno ? -errno : rc) : EXIT_DONE;
}

/* Permissions a new file would have had. */
static mode_t get_new_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Writes beside the file and renames: readers see the old or the new one, whole. */
static int replace_file(const char *file, const struct folded_row *row, unsigned int cnt)
{
	int status = EXIT_FAIL, fd = -1;
	char *temp = NULL;
	FILE *out = NULL;

	if (asprintf(&temp, "%s.XXXXXX", file) < 0)
		return tell(file, -ENOMEM);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		tell(file, -errno);
		free(temp);
		return EXIT_FAIL;
	}
	out = fdopen(fd, "w");
	if (!out) {
		tell(file, -errno);
		close(fd);
		goto out;
	}
	status = write_rows(out, file, row, cnt);
	if (status == EXIT_DONE && (fchmod(fd, get_new_mode()) || fsync(fd)))
		status = tell(file, -errno);
	if (fclose(out) && status == EXIT_DONE)
		status = tell(file, -errno);
	if (status == EXIT_DONE && rename(temp, file))
		status = tell(file, -errno);
out:
	if (status != EXIT_DONE)
		unlink(temp);
	free(temp);
	return status;
}

/* A pipe or device cannot be replaced by a file. */
static int write_special(const char *file, const struct folded_row *row, unsigned int cnt)
{
	FILE *out = fopen(file, "we");
	int status;

	if (!out)
		return tell(file, -errno);
	status = write_rows(out, file, row, cnt);
	if (fclose(out) && status == EXIT_DONE)
		status = tell(file, -errno);
	return status;
}

static int write_output(const char *file, const struct folded_row *row, unsigned int cnt)
{
	struct stat st;

	if (!strcmp(file, "-"))
		return write_rows(stdout, "standard output", row, cnt);
	if (!stat(file, &st) && S_ISDIR(st.st_mode))
		return tell(file, -EISDIR);
	if (!stat(file, &st) && !S_ISREG(st.st_mode))
		return write_special(file, row, cnt);
	return replace_file(file, row, cnt);
}

static int export_model(const struct model *m, bool tail, const char *file)
{
	struct folded_row *row = calloc(m->row_cnt + 1, sizeof(*row));
	int cnt, status = EXIT_FAIL;

	if (!row)
		return tell(file, -ENOMEM);
	cnt = make_rows(m, tail, row);
	if (cnt >= 0)
		status = write_output(file, row, (unsigned int)cnt);
	else if (cnt == -ENOMEM)
		tell(file, cnt);
	for (unsigned int i = 0; i < m->row_cnt; i++)
		free((void *)row[i].stage);
	free(row);
	return status;
}

/* Is the value of an option with a closed set of words one of them? */
static bool check_word(const struct options *o, enum option_id id, const char *name)
{
	if (!o->value[id]) {
		fprintf(stderr, "sigpath export: --%s is missing; valid: %s\n", name,
			option__argument(id));
		return false;
	}
	if (option__is_word(option__argument(id), o->value[id]))
		return true;
	fprintf(stderr, "sigpath export: unknown %s '%s'; valid: %s\n", name, o->value[id],
		option__argument(id));
	return false;
}

int export__run(const struct options *o)
{
	const char *file = o->value[OPTION_OUTPUT] ? o->value[OPTION_OUTPUT] : "-";
	struct model *m = NULL;
	int status;

	if (!check_word(o, OPTION_VIEW, "view") ||
	    (o->value[OPTION_FORMAT] && !check_word(o, OPTION_FORMAT, "format")))
		return EXIT_USAGE;
	if (command__ask_model("export", option__socket(o), REQUEST, &m))
		return EXIT_FAIL;
	status = export_model(m, !strcmp(o->value[OPTION_VIEW], "tail"), file);
	model__free(m);
	return status;
}
