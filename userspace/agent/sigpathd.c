/* SPDX-License-Identifier: BSD-2-Clause */
/* sigpathd: settings, log, daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "config.h"
#include "daemon.h"
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

int main(int argc, char **argv)
{
	struct daemon *d = NULL;
	struct config cfg;
	char err[512] = "";
	int rc;

	rc = config__load(&cfg, argc, argv, err, sizeof(err));
	if (rc) {
		if (rc < 0)
			log_error("%s", err);
		config__done(&cfg);
		return rc < 0 ? 2 : 0;
	}
	log__set_level((enum log_level)cfg.log_level);
	libbpf_set_print(print_libbpf);
	rc = daemon__new(&cfg, &d, err, sizeof(err));
	if (rc)
		log_error(
			"%s%s", err,
			geteuid()
				? "; sigpathd needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN"
				: "");
	else
		rc = daemon__run(d);
	daemon__free(d);
	config__done(&cfg);
	return rc ? 1 : 0;
}
