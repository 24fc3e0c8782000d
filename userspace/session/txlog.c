/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of JSON through a large stdio buffer. */
#include "txlog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many lines always fit the buffer: stdio never writes on its own, and what a failed write loses
 * is known. */
#define TXLOG_BUFFER (1u << 20)
#define TXLOG_LINES  256

struct txlog {
	FILE *file;
	uint64_t id;
	uint64_t lost;
	unsigned int waiting; /* lines in the buffer */
	bool is_torn;	      /* the file may end inside a line */
};

int txlog__new(const char *path, struct txlog **ret)
{
	struct txlog *log = calloc(1, sizeof(*log));

	if (!log)
		return -ENOMEM;
	log->file = fopen(path, "we");
	if (!log->file) {
		int err = -errno;

		free(log);
		return err;
	}
	setvbuf(log->file, NULL, _IOFBF, TXLOG_BUFFER);
	*ret = log;
	return 0;
}

void txlog__free(struct txlog *log)
{
	if (!log)
		return;
	fclose(log->file);
	free(log);
}

static const char *const side_names[] = {
	[TXN_SERVER] = "server", [TXN_CLIENT] = "client", [TXN_WIRE] = "wire"};

/* Untrusted text, made harmless inside a JSON string. */
static void put_text(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++)
		fputc(*text >= 0x20 && *text < 0x7f && *text != '"' && *text != '\\' ? *text : '?',
		      f);
	fputc('"', f);
}

static void put_stages(FILE *f, const struct path *p)
{
	char name[STAGE_NAME_LEN];

	fputs(",\"stages\":{", f);
	for (unsigned int i = 0; i < p->share_cnt; i++) {
		stage__name(p->share[i].mask, name, sizeof(name));
		fprintf(f, "%s\"%s\":%" PRIu64, i ? "," : "", name, p->share[i].ns);
	}
	fputc('}', f);
}

static void put_addresses(FILE *f, const struct txn *x)
{
	char src[64], dst[64];
	bool is_server = x->side == TXN_SERVER;

	session__address(x->flow.saddr, x->flow.sport, src, sizeof(src));
	session__address(x->flow.daddr, x->flow.dport, dst, sizeof(dst));
	fprintf(f, ",\"local\":\"%s\",\"remote\":\"%s\"", is_server ? dst : src,
		is_server ? src : dst);
}

void txlog__push(struct txlog *log, const struct session_done *done)
{
	const struct txn *x = done->txn;
	FILE *f = log->file;

	if (log->is_torn)
		fputc('\n', f);
	log->is_torn = false;
	fprintf(f,
		"{\"id\":%" PRIu64
		",\"service\":\"%s\",\"side\":\"%s\",\"method\":\"%s\",\"code\":%u,\"key\":",
		++log->id, x->row->key.service, side_names[x->side], x->method, x->code);
	put_text(f, x->text->key);
	fputs(",\"call_id\":", f);
	put_text(f, x->text->call_id);
	fprintf(f, ",\"cseq\":%u,\"start_ns\":%" PRIu64 ",\"total_ns\":%" PRIu64, x->cseq,
		done->path->start_ns, path__total_ns(done->path));
	put_stages(f, done->path);
	put_addresses(f, x);
	fprintf(f, ",\"tid\":%u,\"tgid\":%u,\"comm\":", x->tid, x->tgid);
	put_text(f, x->comm);
	fprintf(f, ",\"netns\":%u,\"cgroup\":%" PRIu64 ",\"proxied\":%s,\"retransmits\":%u}\n",
		x->netns, x->cgroup_id, done->is_proxied ? "true" : "false", x->retransmits);
	if (++log->waiting == TXLOG_LINES)
		txlog__flush(log);
}

void txlog__flush(struct txlog *log)
{
	if (fflush(log->file)) {
		log->lost += log->waiting;
		log->is_torn = true;
		clearerr(log->file);
	}
	log->waiting = 0;
}

uint64_t txlog__lost(const struct txlog *log)
{
	return log->lost;
}
