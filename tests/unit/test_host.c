/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log says about a host that lacks something, and when the daemon cannot start there. */
#include "fixture_host.h"
#include "fixture_stderr.h"
#include "host.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static unsigned int count(const char *words)
{
	unsigned int cnt = 0;

	for (const char *at = text; (at = strstr(at, words)); at++)
		cnt++;
	return cnt;
}

static const char *last_line(void)
{
	size_t len = strlen(text);

	if (len)
		text[len - 1] = '\0';
	return strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
}

static void lacks_are_warnings(void)
{
	static const struct {
		void (*make)(struct host_case *h);
		unsigned int warnings;
		const char *words;
	} rows[] = {
		{integrity, 0, ""},
		{no_kprobes, 2, "refuses fentry"},
		{no_net_admin, 1, "capabilities.add: [NET_ADMIN]"},
		{container, 1, "hostNetwork: true"},
	};
	struct config cfg = {.ring_size = 8 << 20};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_case c;
		struct host host;

		CHECK_CASE("row %zu", i);
		set_up(&c);
		rows[i].make(&c);
		host = (struct host){.facts = c.facts, .btf = c.btf};
		listen_to_stderr();
		host__log(&host, &cfg, &c.plan);
		hear();
		CHECK_UINT(count("warn: "), rows[i].warnings);
		CHECK_UINT(count("\n"), rows[i].warnings);
		CHECK(strstr(text, rows[i].words));
	}
}

static void refusal_ends_with_the_error(void)
{
	static const struct {
		void (*make)(struct host_case *h);
		int rc;
		unsigned int lines;
		const char *end;
	} rows[] = {
		{no_bpf, -EPERM, 2,
		 "error: it said no: CAP_BPF is missing: no program can be loaded. To "
		 "change it: host: run it as root"},
		{no_caps, -EPERM, 4, "error: it said no: CAP_BPF is missing"},
		{seccomp_bpf, -EPERM, 2, "error: it said no: a seccomp profile refuses bpf(2)"},
		{no_bpf, -EADDRINUSE, 1, "error: it said no"},
		{integrity, -EINVAL, 1, "error: it said no"},
	};
	struct config cfg = {.ring_size = 8 << 20};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host_case c;
		struct host host;

		CHECK_CASE("row %zu", i);
		set_up(&c);
		rows[i].make(&c);
		host = (struct host){.facts = c.facts, .btf = c.btf};
		listen_to_stderr();
		host__log_refusal(&host, &cfg, rows[i].rc, "it said no");
		hear();
		CHECK_UINT(count("\n"), rows[i].lines);
		CHECK(strstr(last_line(), rows[i].end));
	}
}

static void btf_is_settled_in_the_configuration(void)
{
	struct config cfg = {.btf_path = strdup("/none/at/all"), .force_probe = strdup("")};
	char err[512] = "";
	struct host host;

	if (!cfg.btf_path || !cfg.force_probe)
		goto out;
	CHECK_INT(host__read(&host, &cfg, err, sizeof(err)), -ENOENT);
	CHECK_STR(err, "btf: /none/at/all: No such file or directory");
	CHECK_STR(cfg.btf_path, "/none/at/all");
	cfg.btf_path[0] = '\0';
	if (CHECK_OK(host__read(&host, &cfg, err, sizeof(err))))
		CHECK_STR(cfg.btf_path, host.btf.path);
out:
	free(cfg.btf_path);
	free(cfg.force_probe);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"lacks_are_warnings", lacks_are_warnings, TEST_PLAIN},
		{"refusal_ends_with_the_error", refusal_ends_with_the_error, TEST_PLAIN},
		{"btf_is_settled_in_the_configuration", btf_is_settled_in_the_configuration,
		 TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
