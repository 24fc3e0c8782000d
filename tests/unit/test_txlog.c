/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction log: one line of valid JSON each, whatever peers sent; lines that are lost are
 * counted. */
#include "txlog.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture_session.h"

struct sample {
	struct txn txn;
	struct txn_text text;
	struct stats_row row;
	struct path path;
};

static struct session_done sample_done(struct sample *s)
{
	*s = (struct sample){
		.txn = {.side = TXN_SERVER,
			.method = "OPTIONS",
			.cseq = 4294967295u,
			.code = 200,
			.flow = flow_between(9, 1, PROTO_SIP),
			.tid = 3,
			.tgid = 2,
			.netns = 4026531840u,
			.cgroup_id = 1234,
			.comm = "kamailio",
			.retransmits = 1},
		.text = {.key = "z9hG4bK1", .call_id = "a@b"},
		.path = {.share = {{STAGE_DRIVER | STAGE_STACK, 10}, {STAGE_APP, 20}},
			 .share_cnt = 2,
			 .start_ns = 1000,
			 .last_ns = 1030},
	};
	s->txn.text = &s->text;
	s->txn.row = &s->row;
	snprintf(s->row.key.service, sizeof(s->row.key.service), "sip 10.0.0.1:5060");
	return (struct session_done){.txn = &s->txn, .path = &s->path, .is_proxied = true};
}

/* Makes an empty file; the caller unlinks it. */
static bool temp_path(char *path, size_t len)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	snprintf(path, len, "%s/sigpath-txlog-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	if (!CHECK(fd >= 0))
		return false;
	close(fd);
	return true;
}

/* Line `idx` of the file, NULL when there is none or it is no JSON. Returns owned. */
static json_t *line_at(const char *path, unsigned int idx)
{
	FILE *f = fopen(path, "re");
	char line[4096];
	json_t *json = NULL;

	while (f && fgets(line, sizeof(line), f)) {
		if (idx-- > 0)
			continue;
		CHECK(line[strlen(line) - 1] == '\n');
		json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		break;
	}
	if (f)
		fclose(f);
	return json;
}

static const char *text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static long long int_of(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}

static void check_line(const json_t *json)
{
	const json_t *stages = json_object_get(json, "stages");

	CHECK_INT(int_of(json, "id"), 1);
	CHECK_STR(text_of(json, "service"), "sip 10.0.0.1:5060");
	CHECK_STR(text_of(json, "side"), "server");
	CHECK_STR(text_of(json, "method"), "OPTIONS");
	CHECK_INT(int_of(json, "code"), 200);
	CHECK_STR(text_of(json, "key"), "z9hG4bK1");
	CHECK_STR(text_of(json, "call_id"), "a@b");
	CHECK_INT(int_of(json, "cseq"), 4294967295);
	CHECK_INT(int_of(json, "start_ns"), 1000);
	CHECK_INT(int_of(json, "total_ns"), 30);
	CHECK_INT(int_of(stages, "driver+stack"), 10);
	CHECK_INT(int_of(stages, "app"), 20);
	CHECK_STR(text_of(json, "local"), "10.0.0.1:5060");
	CHECK_STR(text_of(json, "remote"), "10.0.0.9:5060");
	CHECK_INT(int_of(json, "tid"), 3);
	CHECK_INT(int_of(json, "tgid"), 2);
	CHECK_STR(text_of(json, "comm"), "kamailio");
	CHECK_INT(int_of(json, "netns"), 4026531840);
	CHECK_INT(int_of(json, "cgroup"), 1234);
	CHECK(json_is_true(json_object_get(json, "proxied")));
	CHECK_INT(int_of(json, "retransmits"), 1);
}

static void writes_lines_of_json(void)
{
	struct sample s;
	struct session_done done = sample_done(&s);
	struct txlog *log;
	char path[256];
	json_t *json;

	if (!temp_path(path, sizeof(path)))
		return;
	if (!CHECK_OK(txlog__new(path, &log)))
		goto out;
	txlog__push(log, &done);
	s.txn.side = TXN_CLIENT;
	done.is_proxied = false;
	txlog__push(log, &done);
	txlog__flush(log);
	json = line_at(path, 0);
	if (CHECK(json != NULL))
		check_line(json);
	json_decref(json);
	json = line_at(path, 1);
	CHECK_INT(int_of(json, "id"), 2);
	CHECK_STR(text_of(json, "side"), "client");
	CHECK_STR(text_of(json, "local"), "10.0.0.9:5060");
	CHECK(json_is_false(json_object_get(json, "proxied")));
	json_decref(json);
	CHECK(!line_at(path, 2));
	CHECK_UINT(txlog__lost(log), 0);
	txlog__free(log);
out:
	unlink(path);
}

/* Peers choose keys and Call-IDs, processes their own names. */
static void hostile_text_stays_inside_its_string(void)
{
	struct sample s;
	struct session_done done = sample_done(&s);
	struct txlog *log;
	char path[256];
	json_t *json;

	if (!temp_path(path, sizeof(path)))
		return;
	if (!CHECK_OK(txlog__new(path, &log)))
		goto out;
	snprintf(s.text.key, sizeof(s.text.key), "\",\"id\":9,\\\n\x01\x7f\xff");
	snprintf(s.text.call_id, sizeof(s.text.call_id), "}\r\n{");
	memcpy(s.txn.comm, "a\"b\\c\td\xc3\xa9", 10);
	txlog__push(log, &done);
	txlog__free(log);
	json = line_at(path, 0);
	CHECK(json != NULL);
	CHECK_STR(text_of(json, "key"), "?,?id?:9,?????");
	CHECK_STR(text_of(json, "call_id"), "}??{");
	CHECK_STR(text_of(json, "comm"), "a?b?c?d??");
	CHECK_INT(int_of(json, "id"), 1);
	json_decref(json);
out:
	unlink(path);
}

static void refuses_what_cannot_be_opened(void)
{
	struct txlog *log = NULL;

	CHECK_INT(txlog__new("/nonexistent/dir/log", &log), -ENOENT);
	CHECK(!log);
	txlog__free(NULL);
}

/* Every line counts, not every failure. */
static void a_full_disk_loses_lines(void)
{
	struct sample s;
	struct session_done done = sample_done(&s);
	struct txlog *log;

	if (access("/dev/full", W_OK)) {
		test__skip("no /dev/full");
		return;
	}
	if (!CHECK_OK(txlog__new("/dev/full", &log)))
		return;
	for (unsigned int i = 0; i < 3; i++)
		txlog__push(log, &done);
	txlog__flush(log);
	CHECK_UINT(txlog__lost(log), 3);
	txlog__flush(log);
	CHECK_UINT(txlog__lost(log), 3);
	for (unsigned int i = 0; i < 5000; i++) /* more than the buffer */
		txlog__push(log, &done);
	txlog__flush(log);
	CHECK_UINT(txlog__lost(log), 5003);
	txlog__free(log);
}

static void runs_short_of_memory(void)
{
	struct txlog *log;

	if (CHECK_OK(txlog__new("/dev/null", &log)))
		txlog__free(log);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"writes_lines_of_json", writes_lines_of_json, TEST_PLAIN},
		{"hostile_text_stays_inside_its_string", hostile_text_stays_inside_its_string,
		 TEST_PLAIN},
		{"refuses_what_cannot_be_opened", refuses_what_cannot_be_opened, TEST_PLAIN},
		{"a_full_disk_loses_lines", a_full_disk_loses_lines, TEST_PLAIN},
		{"runs_short_of_memory", runs_short_of_memory, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
