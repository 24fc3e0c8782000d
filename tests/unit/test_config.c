/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings from file and options, what is said about wrong ones, and the file that is shipped. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define SHIPPED	 "deploy/sigpathd.conf"
#define ARGS_MAX 32
#define CNT(a)	 (sizeof(a) / sizeof((a)[0]))

static const struct row {
	const char *key;
	const char *def;
	const char *help;
} table[] = {
#define CONFIG(key, type, def, field, lo, hi, metavar, help) {key, def, help},
#include "config.def"
#undef CONFIG
};

static char dir[] = "/tmp/sigpath-test-XXXXXX";
static char file[64];
static char err[512];

/* Options separated by blanks, after "--config FILE" with this text in it. */
static int load(struct config *c, const char *text, const char *options)
{
	char name[] = "sigpathd", config[] = "--config";
	char *argv[ARGS_MAX] = {name, config, file};
	char copy[1024], *rest = copy;
	int fd = open(file, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	int argc = 3;

	CHECK_INT(write(fd, text, strlen(text)), (int64_t)strlen(text));
	close(fd);
	snprintf(copy, sizeof(copy), "%s", options);
	while (*options && rest && argc < ARGS_MAX)
		argv[argc++] = strsep(&rest, " ");
	err[0] = '\0';
	return config__load(c, argc, argv, err, sizeof(err));
}

/* The same with standard output in buf. */
static int load_printing(struct config *c, const char *text, const char *options, char *buf,
			 size_t len)
{
	int saved = dup(STDOUT_FILENO);
	FILE *f = tmpfile();
	int rc;

	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	rc = load(c, text, options);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	buf[fread(buf, 1, len - 1, f)] = '\0';
	fclose(f);
	return rc;
}

static void has_its_defaults(void)
{
	struct config c;

	if (CHECK_OK(load(&c, "", ""))) {
		CHECK_UINT(c.interfaces.cnt, 0);
		CHECK_INT(c.taps, CONFIG_TAPS_AUTO);
		CHECK_UINT(c.sip_ports.cnt, 1);
		CHECK_UINT(c.sip_ports.port[0], 5060);
		CHECK_UINT(c.stun_ports.port[0], 3478);
		CHECK_UINT(c.http_ports.cnt, 3);
		CHECK_UINT(c.http_ports.port[2], 8188);
		CHECK_UINT(c.tls_ports.cnt, 2);
		CHECK_UINT(c.heartbeat_ports.cnt, 0);
		CHECK(c.stun_anywhere);
		CHECK(c.dtls_anywhere);
		CHECK(c.first_media);
		CHECK_UINT(c.snap_len, 1536);
		CHECK_UINT(c.ring_size, 8 * VALUE_MIB);
		CHECK_UINT(c.poll_interval_ns, 10 * VALUE_MS);
		CHECK_UINT(c.window_ns, 60 * VALUE_S);
		CHECK_UINT(c.max_messages, 65536);
		CHECK_UINT(c.max_transactions, 49152);
		CHECK_UINT(c.max_rows, 256);
		CHECK_UINT(c.sip_timeout_ns, 32 * VALUE_S);
		CHECK_UINT(c.stun_timeout_ns, 39500 * VALUE_MS);
		CHECK_UINT(c.linger_ns, 5 * VALUE_S);
		CHECK_STR(c.socket_path, "/run/sigpath/sigpath.sock");
		CHECK_STR(c.socket_group, "sigpath");
		CHECK_UINT(c.socket_mode, 0660);
		CHECK_STR(c.lock_path, "/run/sigpath/sigpathd.lock");
		CHECK_STR(c.force_probe, "");
		CHECK_STR(c.transactions_path, "");
		CHECK_INT(c.log_level, LOG_LEVEL_INFO);
		CHECK_UINT(c.duration_ns, 0);
	}
	config__done(&c);
	config__done(&c);
}

static void reads_the_file(void)
{
	struct config c;

	if (CHECK_OK(load(&c,
			  "# comment\n"
			  "\n"
			  "  taps=socket  # why\n"
			  "\tsocket = /tmp/a#b  \r\n"
			  "stun-anywhere = no\n"
			  "first-media = no\n"
			  "heartbeat-ports = 9999, 10000\n"
			  "socket-mode = 600\n"
			  "log-level = DEBUG\n"
			  "force-probe =\n"
			  "netns = /run/netns/a,/run/netns/b\n"
			  "netns = /run/netns/c\n"
			  "duration = 1.5m",
			  ""))) {
		CHECK_INT(c.taps, CONFIG_TAPS_SOCKET);
		CHECK_STR(c.socket_path, "/tmp/a#b");
		CHECK(!c.stun_anywhere);
		CHECK(!c.first_media);
		CHECK_UINT(c.heartbeat_ports.cnt, 2);
		CHECK_UINT(c.heartbeat_ports.port[1], 10000);
		CHECK_UINT(c.socket_mode, 0600);
		CHECK_INT(c.log_level, LOG_LEVEL_DEBUG);
		CHECK_UINT(c.netns.cnt, 3);
		CHECK_STR(c.netns.item[0], "/run/netns/a");
		CHECK_STR(c.netns.item[2], "/run/netns/c");
		CHECK_UINT(c.duration_ns, 90 * VALUE_S);
	}
	config__done(&c);
}

static void puts_options_after_the_file(void)
{
	static const char text[] = "taps = tc\nsip-ports = 5070, 5080 5070\nstun-anywhere = false\n"
				   "interfaces = eth0\n";
	struct config c;

	if (CHECK_OK(load(&c, text, "--taps=xdp --socket /s --stun-anywhere"))) {
		CHECK_INT(c.taps, CONFIG_TAPS_XDP);
		CHECK_STR(c.socket_path, "/s");
		CHECK(c.stun_anywhere);
		/* The file's list replaced the default's, and each port is there once. */
		CHECK_UINT(c.sip_ports.cnt, 2);
		CHECK_UINT(c.sip_ports.port[1], 5080);
		CHECK_STR(c.interfaces.item[0], "eth0");
	}
	config__done(&c);
	if (CHECK_OK(load(&c, text,
			  "--sip-ports 1 --sip-ports=2,65535 --interfaces= "
			  "--no-stun-anywhere"))) {
		CHECK_UINT(c.sip_ports.cnt, 3);
		CHECK_UINT(c.sip_ports.port[0], 1);
		CHECK_UINT(c.sip_ports.port[2], 65535);
		CHECK_UINT(c.interfaces.cnt, 0);
		CHECK(!c.stun_anywhere);
	}
	config__done(&c);
}

/* Wrong lines of a file; "FILE" stands for its path in what is said. */
static void explains_a_wrong_file(void)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"\nsip-port = 1\n", "FILE:2: unknown key 'sip-port', the nearest is 'sip-ports'"},
		{"Window = 9s", "FILE:1: unknown key 'Window', the nearest is 'window'"},
		{"taps", "FILE:1: 'taps': expected 'key = value'"},
		{"= 5", "FILE:1: unknown key '', the nearest is 'btf'"},
		{"window = 5s",
		 "FILE:1: window: '5s' is not valid, expected a time from 6s to 3600s "
		 "(units ns us ms s m h)"},
		{"window =", "FILE:1: window: '' is not valid, expected a time from 6s to 3600s "
			     "(units ns us ms s m h)"},
		{"snap-len = 63", "FILE:1: snap-len: '63' is not valid, expected a size from 64 to "
				  "4KiB (units KiB MiB, none: bytes)"},
		{"ring-size = 3MiB",
		 "FILE:1: ring-size: '3MiB' is not valid, expected a power of two "
		 "from 256KiB to 256MiB (units KiB MiB, none: bytes)"},
		{"max-rows = many",
		 "FILE:1: max-rows: 'many' is not valid, expected a number from 8 "
		 "to 4096"},
		{"taps = tcx", "FILE:1: taps: 'tcx' is not valid, expected one of "
			       "auto|xdp|tc|socket|none"},
		{"taps = t", "FILE:1: taps: 't' is not valid, expected one of "
			     "auto|xdp|tc|socket|none"},
		{"taps = auto|xdp", "FILE:1: taps: 'auto|xdp' is not valid, expected one of "
				    "auto|xdp|tc|socket|none"},
		{"socket-mode = 888", "FILE:1: socket-mode: '888' is not valid, expected an octal "
				      "mode up to 0777"},
		{"stun-anywhere = maybe",
		 "FILE:1: stun-anywhere: 'maybe' is not valid, expected true "
		 "or false"},
		{"sip-ports = 0", "FILE:1: sip-ports: '0' is not valid, expected ports from 1 to "
				  "65535, separated by commas, at most 64"},
		{"sip-ports = 5060-5070",
		 "FILE:1: sip-ports: '5060-5070' is not valid, expected ports "
		 "from 1 to 65535, separated by commas, at most 64"},
		{"sip-ports = 65536",
		 "FILE:1: sip-ports: '65536' is not valid, expected ports from 1 "
		 "to 65535, separated by commas, at most 64"},
	};
	char want[512];
	struct config c;

	for (size_t i = 0; i < CNT(rows); i++) {
		CHECK_CASE("%s", rows[i].text);
		CHECK_INT(load(&c, rows[i].text, ""), -EINVAL);
		snprintf(want, sizeof(want), "%s%s", file, rows[i].want + strlen("FILE"));
		CHECK_STR(err, want);
		config__done(&c);
	}
}

static void explains_wrong_options(void)
{
	static const struct {
		const char *options;
		int rc;
		const char *want;
	} rows[] = {
		{"--tap xdp", -EINVAL,
		 "unknown option '--tap', the nearest is '--taps'; see --help"},
		{"--no-taps", -EINVAL,
		 "unknown option '--no-taps', the nearest is '--taps'; see "
		 "--help"},
		{"--taps", -EINVAL, "--taps: expected a value (auto|xdp|tc|socket|none)"},
		{"--taps --check", -EINVAL, "--taps: expected a value (auto|xdp|tc|socket|none)"},
		{"--check=1", -EINVAL, "--check: takes no value"},
		{"eth0", -EINVAL, "unexpected argument 'eth0': options start with --, see --help"},
		{"-v", -EINVAL, "unexpected argument '-v': options start with --, see --help"},
		{"--", -EINVAL, "unexpected argument '--': options start with --, see --help"},
		{"--window 1s", -EINVAL,
		 "--window: '1s' is not valid, expected a time from 6s to "
		 "3600s (units ns us ms s m h)"},
		{"--config /nonexistent", -ENOENT,
		 "/nonexistent: cannot open: No such file or "
		 "directory"},
		{"--config /", -EIO, "/: cannot read: Is a directory"},
	};
	struct config c;

	for (size_t i = 0; i < CNT(rows); i++) {
		CHECK_CASE("%s", rows[i].options);
		CHECK_INT(load(&c, "", rows[i].options), rows[i].rc);
		CHECK_STR(err, rows[i].want);
		config__done(&c);
	}
}

static void limits_lists(void)
{
	char text[CONFIG_LIST_MAX * 20] = "";
	struct config c;

	for (int i = 0; i < CONFIG_LIST_MAX; i++)
		strcat(text, "interfaces = e\n");
	CHECK_OK(load(&c, text, ""));
	CHECK_UINT(c.interfaces.cnt, CONFIG_LIST_MAX);
	config__done(&c);
	strcat(text, "interfaces = e\n");
	CHECK_INT(load(&c, text, ""), -E2BIG);
	CHECK(strstr(err, ":257: interfaces: 'e' is too much, expected at most 256 values"));
	config__done(&c);
}

static void prints_help_for_every_key(void)
{
	static char out[16384];
	char want[256];
	struct config c;

	CHECK_INT(load_printing(&c, "", "--help", out, sizeof(out)), 1);
	config__done(&c);
	for (size_t i = 0; i < CNT(table); i++) {
		CHECK_CASE("%s", table[i].key);
		snprintf(want, sizeof(want), "  --%s", table[i].key);
		CHECK(strstr(out, want));
		snprintf(want, sizeof(want), "%s%s%s%s\n", table[i].help, *table[i].def ? " [" : "",
			 table[i].def, *table[i].def ? "]" : "");
		CHECK(strstr(out, want));
	}
	CHECK_INT(load_printing(&c, "", "-h", out, sizeof(out)), 1);
	config__done(&c);
	CHECK_INT(load_printing(&c, "", "--version", out, sizeof(out)), 1);
	config__done(&c);
	CHECK_STR(out, "sigpathd " SIGPATH_VERSION "\n");
	CHECK_INT(load_printing(&c, "", "--check", out, sizeof(out)), 1);
	config__done(&c);
}

/* --print-config makes a file that says the same. */
static void prints_what_it_reads(void)
{
	static char first[16384], second[16384];
	static const char options[] =
		"--print-config --sip-ports 5070,5080 --interfaces a,b --taps tc "
		"--window 90s --socket-mode 0600 --no-stun-anywhere "
		"--stun-timeout 1.25s --snap-len 2KiB";
	struct config c;

	CHECK_INT(load_printing(&c, "", options, first, sizeof(first)), 1);
	config__done(&c);
	CHECK(strstr(first, "\nsip-ports = 5070, 5080\n"));
	CHECK(strstr(first, "\nsocket-mode = 0600\n"));
	CHECK(strstr(first, "\nstun-timeout = 1.25s\n"));
	CHECK(strstr(first, "\ntaps = tc\n"));
	CHECK_INT(load_printing(&c, first, "--print-config", second, sizeof(second)), 1);
	config__done(&c);
	CHECK_STR(second, first);
}

/* The shipped file has exactly "# help", "#key = default" for each row, in the table's order, and
 * no setting that is on. */
static void ships_every_key_with_its_default(void)
{
	char line[512], help[512] = "", want[512];
	FILE *f = fopen(SHIPPED, "re");
	size_t idx = 0;

	if (!f) {
		test__skip("needs to run from the top of the tree, for " SHIPPED);
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		CHECK_CASE("%s", line);
		CHECK(!*line || *line == '#');
		if (*line == '#' && line[1] && line[1] != ' ' && CHECK(idx < CNT(table))) {
			snprintf(want, sizeof(want), "#%s =%s%s", table[idx].key,
				 *table[idx].def ? " " : "", table[idx].def);
			CHECK_STR(line, want);
			snprintf(want, sizeof(want), "# %s", table[idx].help);
			CHECK_STR(help, want);
			idx++;
		}
		strcpy(help, line);
	}
	fclose(f);
	CHECK_UINT(idx, CNT(table));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"has_its_defaults", has_its_defaults, TEST_WALK},
		{"reads_the_file", reads_the_file, TEST_WALK},
		{"puts_options_after_the_file", puts_options_after_the_file, TEST_WALK},
		{"explains_a_wrong_file", explains_a_wrong_file, TEST_PLAIN},
		{"explains_wrong_options", explains_wrong_options, TEST_PLAIN},
		{"limits_lists", limits_lists, TEST_PLAIN},
		{"prints_help_for_every_key", prints_help_for_every_key, TEST_PLAIN},
		{"prints_what_it_reads", prints_what_it_reads, TEST_PLAIN},
		{"ships_every_key_with_its_default", ships_every_key_with_its_default, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(dir))
		return 1;
	snprintf(file, sizeof(file), "%s/conf", dir);
	rc = test__run(tests, argc, argv);
	unlink(file);
	rmdir(dir);
	return rc;
}
