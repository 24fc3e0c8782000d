/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath top`: the live screen, or one snapshot. */
#include "command.h"
#include "live.h"
#include "top_replay.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_SIGNAL 128 /* plus the signal's number, as a shell would report it */

int top__run(const struct options *o)
{
	struct live_opts opts = {.socket = option__socket(o), .ascii = o->value[OPTION_ASCII]};
	char err[256] = "";
	int rc, status, player = 0;

	if (top_replay__is_misused(o))
		return EXIT_USAGE;
	if (o->value[OPTION_ONCE])
		return o->value[OPTION_REPLAY] ? top_replay__once(o) : top_once__run(o);
	if (o->value[OPTION_JSON]) {
		fputs("sigpath top: --json needs --once\n", stderr);
		return EXIT_USAGE;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("sigpath top: the live screen needs a terminal; use `sigpath top --once`\n",
		      stderr);
		return EXIT_FAIL;
	}
	if (o->value[OPTION_REPLAY]) {
		status = top_replay__start(o, &opts.fd, &player);
		if (status != EXIT_DONE)
			return status;
	}
	rc = live__run(&opts, err, sizeof(err));
	if (player)
		top_replay__stop(player);
	if (rc < 0) {
		fprintf(stderr, "sigpath top: %s\n", err[0] ? err : "the terminal cannot be used");
		return EXIT_FAIL;
	}
	return rc ? EXIT_SIGNAL + rc : EXIT_DONE;
}
