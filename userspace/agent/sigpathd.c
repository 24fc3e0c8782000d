/* SPDX-License-Identifier: BSD-2-Clause */
/* sigpathd: settings, log, daemon. */
#include <stdio.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "config.h"
#include "daemon.h"
#include "facts.h"
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

/* "; this process lacks CAP_BPF CAP_PERFMON: ...", or nothing when it has all it needs. */
static void name_missing_caps(char *buf, size_t len)
{
	static const enum facts_cap needed[] = {FACTS_CAP_BPF, FACTS_CAP_PERFMON,
						FACTS_CAP_NET_ADMIN};
	struct facts facts;
	size_t at = 0;

	buf[0] = '\0';
	facts__read("", &facts);
	if (!facts.caps_known || facts__has_cap(&facts, FACTS_CAP_SYS_ADMIN))
		return;
	for (unsigned int i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!facts__has_cap(&facts, needed[i]) && at < len)
			at += (size_t)snprintf(buf + at, len - at, "%s %s",
					       at ? "" : "; this process lacks",
					       facts__cap_name(needed[i]));
	if (at && at < len)
		snprintf(buf + at, len - at, ": run it as root, or grant them");
}

int main(int argc, char **argv)
{
	struct daemon *d = NULL;
	struct config cfg;
	char err[512] = "", lacks[128];
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
	if (rc) {
		name_missing_caps(lacks, sizeof(lacks));
		log_error("%s%s", err, lacks);
	}
	if (!rc)
		rc = daemon__run(d);
	daemon__free(d);
	config__done(&cfg);
	return rc ? 1 : 0;
}
