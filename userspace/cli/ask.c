/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the daemon, with errors an operator can act on. */
#include "client.h"
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPLY_MS 5000

static const struct {
	int rc;
	const char *remedy;
} remedies[] = {
	{-ENOENT, "start it with `sigpathd` or check `sigpath doctor`"},
	{-ECONNREFUSED, "the daemon that made the socket is gone: start it with `sigpathd`"},
	{-EACCES, "run as root or as a member of the daemon's group"},
	{-ETIMEDOUT, "it does not answer: look at its log"},
	{-ECONNRESET, "it closed the connection: look at its log"},
	{-ENAMETOOLONG, "the path of a socket has at most 107 bytes"},
};

int command__ask(const char *command, const char *socket, const char *request, char **line)
{
	const char *remedy = "start it with `sigpathd` or check `sigpath doctor`";
	int rc = client__call(socket, request, REPLY_MS, line);

	if (!rc)
		return 0;
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (remedies[i].rc == rc)
			remedy = remedies[i].remedy;
	}
	fprintf(stderr, "sigpath %s: cannot reach sigpathd at %s: %s; %s\n", command, socket,
		strerror(-rc), remedy);
	return rc;
}

int command__ask_model(const char *command, const char *socket, const char *request,
		       struct model **ret)
{
	char err[MODEL_ERROR_LEN], *line = NULL;
	int rc = command__ask(command, socket, request, &line);

	if (rc)
		return rc;
	rc = model__parse(line, ret, err);
	if (rc)
		fprintf(stderr, "sigpath %s: sigpathd at %s: %s\n", command, socket, err);
	free(line);
	return rc;
}
