/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may record, and what the client gets to hear. */
#include "record_command.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "jvalue.h"
#include "log.h"

static char *refuse(const char *error, const char *hint)
{
	return jvalue__line(
		json_pack("{s:s, s:s, s:s}", "type", "error", "error", error, "hint", hint));
}

static char *reply(const struct recorder *r)
{
	struct recorder_counts n = recorder__counts(r);

	return jvalue__line(json_pack("{s:s, s:b, s:I, s:I, s:I}", "type", "record", "running",
				      recorder__is_running(r), "records", (json_int_t)n.records,
				      "bytes", (json_int_t)n.bytes, "lost", (json_int_t)n.lost));
}

static char *start(struct recorder *r, const struct recording_head *head, int fd)
{
	int rc = recorder__start(r, fd, head);

	if (rc == -EBUSY)
		return refuse("a recording is being made", "wait for it to end");
	if (rc)
		return refuse("that is no pipe to write to", "use `sigpath record`");
	log_info("a recording begins");
	return reply(r);
}

char *record_command__reply(struct recorder *r, const struct recording_head *head, const char *line,
			    size_t len, int fd, bool is_owner)
{
	json_t *request = json_loadb(line, len, 0, NULL);
	const char *cmd = json_string_value(json_object_get(request, "cmd"));
	bool is_record = cmd && !strcmp(cmd, "record");
	bool is_stop = json_is_true(json_object_get(request, "stop"));

	json_decref(request);
	if (is_record && is_owner && !is_stop)
		return start(r, head, fd);
	close(fd);
	if (!is_record)
		return refuse("no command that takes a descriptor", "commands: record");
	if (!is_owner)
		return refuse("recordings hold whole messages: not permitted",
			      "run as root or as the daemon's user");
	recorder__stop(r, head->start_ns);
	return reply(r);
}
