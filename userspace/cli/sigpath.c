/* SPDX-License-Identifier: BSD-2-Clause */
/* The client: finds the command in a const table, parses its options, runs it. */
#include "command.h"
#include "filter_text.h"
#include "text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	const char *synopsis;
	const char *help;
	unsigned int options; /* enum option_for */
	int (*run)(const struct options *o);
	void (*print_more)(FILE *out); /* at the end of its help; NULL: nothing */
};

static const struct command commands[] = {
	{"top", "top [--once [--json]]",
	 "latency by service and method, live, with the stages of the slow ones", FOR_TOP, top__run,
	 NULL},
	{"sessions", "sessions [FILTER]",
	 "calls, registrations, checks, handshakes: state and setup time; FILTER as 'state=failed "
	 "setup>500ms'",
	 FOR_SESSIONS | FOR_OPERAND, sessions__run, filter_text__print_help},
	{"show", "show ID|CALL-ID [--payload]",
	 "one of them: its messages with the wait of each on this host, then its waterfall",
	 FOR_SHOW | FOR_OPERAND, show__run, NULL},
	{"doctor", "doctor [--json] [--plan]",
	 "what this host lets sigpath observe, and what to change; needs no daemon", FOR_DOCTOR,
	 doctor__run, NULL},
	{"export", "export --view VIEW [-o FILE]",
	 "where the time goes, in a format that flame graph tools read", FOR_EXPORT, export__run,
	 NULL},
	{"health", "health [--ready] [--json]",
	 "exit 0 when the daemon answers and its loop runs; --ready: and it observes something",
	 FOR_HEALTH, health__run, NULL},
	{"record", "record -o FILE [--duration SECONDS]",
	 "what the daemon sees, to be replayed later: whole messages, so only root may", FOR_RECORD,
	 record__run, NULL},
	{"replay", "replay FILE [--sessions]",
	 "the same from a capture (pcap, pcapng, gz) or a recording; needs no daemon",
	 FOR_REPLAY | FOR_OPERAND, replay__command, NULL},
};

#define COMMAND_CNT (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_CNT; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static void print_help(FILE *out)
{
	fputs("usage: sigpath COMMAND [OPTION...]\n\nWhere SIP and STUN messages spend their time, "
	      "per service, method and "
	      "stage.\n\n",
	      out);
	for (size_t i = 0; i < COMMAND_CNT; i++)
		fprintf(out, "  %-28s  %s\n", commands[i].synopsis, commands[i].help);
	fprintf(out, "  %-28s  %s\n", "help [COMMAND]", "this text, or the options of a command");
	fprintf(out, "  %-28s  %s\n", "--version", "version of this client");
	fputs("\nExit status: 0 done, 1 could not be done, 2 used wrongly.\n", out);
}

static void print_command_help(FILE *out, const struct command *c)
{
	fprintf(out, "usage: sigpath %s\n\n%s\n\n", c->synopsis, c->help);
	option__print_help(out, c->options);
	if (c->print_more)
		c->print_more(out);
}

static int refuse(const char *name)
{
	char clean[128];

	text__clean(clean, sizeof(clean), name, strlen(name));
	fprintf(stderr, "sigpath: unknown command '%s'; valid:", clean);
	for (size_t i = 0; i < COMMAND_CNT; i++)
		fprintf(stderr, " %s", commands[i].name);
	fputs(" help --help --version\n", stderr);
	return EXIT_USAGE;
}

static int help(const char *name)
{
	const struct command *c = name ? find_command(name) : NULL;

	if (name && !c)
		return refuse(name);
	if (c)
		print_command_help(stdout, c);
	else
		print_help(stdout);
	return EXIT_DONE;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct options o;

	if (option__parse(c->name, c->options, argc, argv, &o))
		return EXIT_USAGE;
	if (!o.help)
		return c->run(&o);
	print_command_help(stdout, c);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	const struct command *c;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of the write, told below */
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	c = find_command(argv[1]);
	if (!strcmp(argv[1], "--version"))
		status = puts("sigpath " SIGPATH_VERSION) < 0 ? EXIT_FAIL : EXIT_DONE;
	else if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		status = help(argv[2]);
	else if (!c)
		status = refuse(argv[1]);
	else
		status = run(c, argc - 2, argv + 2);
	if (fflush(stdout) || ferror(stdout)) {
		perror("sigpath: standard output");
		return EXIT_FAIL;
	}
	return status;
}
