/* SPDX-License-Identifier: BSD-2-Clause */
/* sigpathd: settings, log, host, daemon. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "config.h"
#include "daemon.h"
#include "host.h"
#include "log.h"

/* libbpf explains refusals that are part of probing: kept for --log-level debug. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char text[512];
	int len = vsnprintf(text, sizeof(text), fmt, args);

	if (level != LIBBPF_DEBUG && len > 0)
		log_debug("%s", text);
	return 0;
}

static int run(struct config *cfg, char *err, size_t err_len)
{
	struct daemon *d = NULL;
	struct host host;
	int rc = host__read(&host, cfg, err, err_len);

	rc = rc ? rc : daemon__new(cfg, &d, err, err_len);
	if (rc) {
		host__log_refusal(&host, cfg, rc, err);
		return rc;
	}
	host__log(&host, cfg, daemon__plan(d));
	rc = daemon__run(d);
	daemon__free(d);
	return rc;
}

int main(int argc, char **argv)
{
	struct config cfg;
	char err[1024] = "";
	int rc;

	/* glibc would raise it as soon as libbpf frees its types, and our tables, most of which are
	 * never touched, would be made from freed memory that has to be cleared. */
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	rc = config__load(&cfg, argc, argv, err, sizeof(err));
	if (rc) {
		if (rc < 0)
			log_error("%s", err);
		config__done(&cfg);
		return rc < 0 ? 2 : 0;
	}
	signal(SIGPIPE, SIG_IGN); /* who does not read a recording any more ends it */
	log__set_level((enum log_level)cfg.log_level);
	libbpf_set_print(print_libbpf);
	rc = run(&cfg, err, sizeof(err));
	config__done(&cfg);
	return rc ? 1 : 0;
}
