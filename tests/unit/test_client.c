/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

/* Asks, is answered, loses its other end. */
static void adopts_a_connection(void)
{
	struct client *c = NULL;
	char *line = NULL, got[8] = "";
	int pair[2], rc;

	if (!CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0))
		return;
	rc = client__adopt(pair[0], &c);
	if (!CHECK_OK(rc))
		goto out;
	rc = client__ask(c, "{}");
	if (!CHECK_OK(rc))
		goto out;
	CHECK_INT(client__ask(c, "{}"), -EBUSY);
	rc = client__work(c, &line);
	if (!CHECK_OK(rc))
		goto out;
	CHECK_INT(read(pair[1], got, sizeof(got)), 3);
	CHECK_INT(write(pair[1], "[1]\n", 4), 4);
	rc = client__work(c, &line);
	if (rc < 0) {
		CHECK_OK(rc);
		goto out;
	}
	CHECK_INT(rc, 1);
	CHECK_STR(line, "[1]");
	client__drop(c);
	CHECK_INT(client__ask(c, "{}"), -ECONNRESET);
out:
	if (!c)
		close(pair[0]);
	close(pair[1]);
	free(line);
	client__free(c);
}

static void refuses_what_is_no_descriptor(void)
{
	struct client *c = NULL;

	CHECK_INT(client__adopt(-1, &c), -EBADF);
	CHECK(!c);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"adopts_a_connection", adopts_a_connection, TEST_WALK},
		{"refuses_what_is_no_descriptor", refuses_what_is_no_descriptor, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
