/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath sessions` and `sigpath show`: what the daemon holds of calls, as text or as it answered.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "session_ask.h"

/* rc: of making the request. */
static int run(const struct options *o, struct session_ask *ask, int rc)
{
	char *line = NULL;
	int status = EXIT_FAIL;

	if (rc == -EINVAL)
		return EXIT_USAGE;
	if (rc)
		fprintf(stderr, "sigpath %s: %s\n", ask->command, strerror(-rc));
	else if (!command__ask(ask->command, option__socket(o), ask->request, &line))
		status = session_ask__print(o, ask, line);
	free(line);
	free(ask->request);
	return status;
}

int sessions__run(const struct options *o)
{
	struct session_ask ask = {.command = "sessions"};

	return run(o, &ask, session_ask__sessions(o, o->operand ? o->operand : "", &ask));
}

int show__run(const struct options *o)
{
	struct session_ask ask = {.command = "show"};

	if (!o->operand || !*o->operand) {
		fputs("sigpath show: which one? Give an ID of `sigpath sessions`, or a Call-ID\n",
		      stderr);
		return EXIT_USAGE;
	}
	return run(o, &ask, session_ask__show(o, o->operand, &ask));
}
