/* SPDX-License-Identifier: BSD-2-Clause */
/* What plan and catalogue say without loading anything: the table's own consistency, and
 * force-probe syntax. */
#include "plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "catalogue.h"
#include "feature.h"
#include "object.h"
#include "sigpath.skel.h"
#include "test.h"

#define PROG_NAME_MAX 15 /* BPF_OBJ_NAME_LEN less the final 0 */

/* Calls fn for each program of each candidate. */
static void each_prog(void (*fn)(const struct candidate *c, const char *prog, void *ctx), void *ctx)
{
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		char progs[96], *save = NULL;

		CHECK_CASE("%s", candidates[i].name);
		CHECK(strlen(candidates[i].progs) < sizeof(progs));
		snprintf(progs, sizeof(progs), "%s", candidates[i].progs);
		for (char *p = strtok_r(progs, ",", &save); p; p = strtok_r(NULL, ",", &save))
			fn(&candidates[i], p, ctx);
	}
}

static void force_syntax(void)
{
	static const struct {
		const char *force;
		const char *said; /* in the message */
	} rows[] = {
		{"t_sock", "'t_sock' is not instant=candidate"},
		{"=", "is not instant=candidate"},
		{"=sock_kp", "is not instant=candidate"},
		{"t_sock=", "'t_sock=' is not instant=candidate"},
		{",t_sock=none", "is not instant=candidate"},
		{"t_sock=none,,t_read=none", "is not instant=candidate"},
		{"t_nope=none", "no instant 't_nope'"},
		{"T_SOCK=none", "no instant 'T_SOCK'"},
		{"t_sock=nope", "t_sock has no candidate 'nope'"},
		{"t_sock=read_kp", "t_sock has no candidate 'read_kp'"},
		{"t_sock=sock_kpx", "t_sock has no candidate 'sock_kpx'"},
		{"t_sock=sock_k", "t_sock has no candidate 'sock_k'"},
		{"t_read=none,t_sock=read_kp", "t_sock has no candidate 'read_kp'"},
		{"t_sock=none t_read=none", "no candidate 'none t_read=none'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plan_opts opts = {.force = rows[i].force};
		static struct plan plan;
		char err[256] = "";

		CHECK_CASE("%s", rows[i].force);
		CHECK_INT(plan__make(&opts, &plan, err, sizeof(err)), -EINVAL);
		if (!CHECK(strstr(err, rows[i].said) != NULL))
			CHECK_STR(err, rows[i].said);
	}
}

static void count_idle(void *ctx)
{
	++*(unsigned int *)ctx;
}

/* Nothing is loaded: all instants but one are switched off, and its candidates are left out. */
static void avoided_ones_are_not_tried(void)
{
	static struct plan plan;
	char force[512] = "", avoid[256] = "", err[256] = "";
	unsigned int idle = 0;
	struct plan_opts opts = {.force = force, .avoid = avoid, .idle = count_idle, .ctx = &idle};
	const struct plan_choice *sock;

	for (int i = 0; i < INSTANT_CNT; i++)
		if (i != INSTANT_SOCK)
			sprintf(force + strlen(force), "%s%s=none", force[0] ? "," : "",
				instants[i].name);
	for (unsigned int i = 0; i < candidate_cnt; i++)
		if (candidates[i].instant == INSTANT_SOCK)
			sprintf(avoid + strlen(avoid), "%s%s", avoid[0] ? "," : "",
				candidates[i].name);
	CHECK_INT(plan__make(&opts, &plan, err, sizeof(err)), -EPERM);
	CHECK_UINT(idle, 0);
	sock = plan__find(&plan, "t_sock");
	CHECK(!sock->candidate);
	CHECK(sock->skip_cnt > 1);
	for (unsigned int i = 0; i < sock->skip_cnt; i++)
		CHECK(strstr(sock->skip[i].reason, "again and again") != NULL);
}

static void a_lost_candidate_is_given_up(void)
{
	static struct plan plan = {
		.choice_cnt = 2,
		.choice = {{.instant = "t_sock", .candidate = "sock_cg", .mechanism = "cgroup_skb"},
			   {.instant = "t_send", .candidate = "send_cg"}},
	};

	plan__give_up(&plan, "sock_c", "gone");
	CHECK_STR(plan.choice[0].candidate, "sock_cg");
	plan__give_up(&plan, "sock_cg", "gone");
	CHECK(!plan.choice[0].candidate);
	CHECK_UINT(plan.choice[0].skip_cnt, 1);
	CHECK_STR(plan.choice[0].skip[0].candidate, "sock_cg");
	CHECK_STR(plan.choice[0].skip[0].reason, "gone");
	CHECK(plan.choice[0].lost[0]);
	CHECK_STR(plan.choice[1].candidate, "send_cg");
}

static void instants_are_ordered(void)
{
	enum instant last = 0;

	for (int i = 0; i < INSTANT_CNT; i++) {
		unsigned int cnt = 0;

		CHECK_CASE("%s", instants[i].name);
		CHECK_INT(instant__find(instants[i].name), i);
		CHECK(instants[i].help[0] && instants[i].merged_as[0] && instants[i].cost[0]);
		for (unsigned int j = 0; j < candidate_cnt; j++)
			cnt += candidates[j].instant == (enum instant)i;
		CHECK(cnt > 0);
		/* the skip list of a choice takes all of them */
		CHECK(cnt <= PLAN_SKIPS_MAX);
	}
	CHECK(INSTANT_CNT <= PLAN_INSTANTS_MAX);
	CHECK_INT(instant__find("t_nope"), -1);
	CHECK_INT(instant__find(""), -1);
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		CHECK_CASE("%s", candidates[i].name);
		CHECK(candidates[i].instant >= last && candidates[i].instant < INSTANT_CNT);
		last = candidates[i].instant;
	}
}

static void candidates_are_found(void)
{
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		const struct candidate *c = &candidates[i];

		CHECK_CASE("%s", c->name);
		CHECK(candidate__find(c->instant, c->name) == c);
		CHECK(c->why[0] != 0);
		CHECK(strcmp(c->name, "none") != 0);
		/* what force-probe takes a word for */
		CHECK(strcspn(c->name, ",= ") == strlen(c->name));
		CHECK(strlen(c->name) < 32 && strlen(instants[c->instant].name) < 32);
		CHECK(mechanism__name(c->mech)[0] && mechanism__refusal(c->mech)[0]);
	}
	CHECK(candidate__find(INSTANT_SOCK, "read_kp") == NULL);
	CHECK(candidate__find(INSTANT_SOCK, "") == NULL);
}

/* The best of each instant costs nothing, the others say what they cost. */
static void costs_are_said(void)
{
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		bool is_first = i == 0 || candidates[i - 1].instant != candidates[i].instant;

		CHECK_CASE("%s", candidates[i].name);
		if (is_first)
			CHECK_STR(candidates[i].lost, "");
	}
}

/* A candidate says all that its mechanism cannot do without. */
static void needs_are_said(void)
{
	static const uint32_t of_mech[] = {
		[MECH_TP_BTF] = NEEDS_BTF,	   [MECH_TP] = NEEDS_SCHED_FORMAT,
		[MECH_FENTRY] = NEEDS_BTF,	   [MECH_KPROBE] = NEEDS_KPROBES,
		[MECH_CGROUP_SKB] = NEEDS_CGROUP2, [MECH_CGROUP_SENDMSG] = NEEDS_CGROUP2,
		[MECH_SOCKET] = NEEDS_NOTHING,
	};

	for (unsigned int i = 0; i < candidate_cnt; i++) {
		const struct candidate *c = &candidates[i];
		uint32_t must = (size_t)c->mech < sizeof(of_mech) / sizeof(of_mech[0])
					? of_mech[c->mech]
					: 0;

		CHECK_CASE("%s", c->name);
		CHECK_INT(c->needs & must, must);
		CHECK(c->needs < 1u << FEATURE_CNT);
	}
	for (int f = 0; f < FEATURE_CNT; f++) {
		CHECK_CASE("%s", feature__name(f));
		CHECK(feature__name(f)[0] != 0);
		CHECK(strlen(feature__absent(f)) > 0 &&
		      strlen(feature__absent(f)) < PLAN_REASON_LEN);
	}
	CHECK_INT(feature__missing(NEEDS_NOTHING, 0), -1);
	CHECK_INT(feature__missing(NEEDS_CGROUP2 | NEEDS_TYPES, NEEDS_CGROUP2 | NEEDS_TYPES), -1);
}

/* What is one hook is known as such from both sides; what is attached to each interface is not. */
static void twins_are_found(void)
{
	const struct candidate *wake = candidate__find(INSTANT_WAKE, "run_info_btf");
	const struct candidate *run = candidate__find(INSTANT_RUN, "run_info_btf");

	CHECK(wake && run && candidate__twin(wake) == run && candidate__twin(run) == wake);
	CHECK(candidate__twin(candidate__find(INSTANT_RUN, "run_btf")) == NULL);
	CHECK(candidate__twin(candidate__find(INSTANT_TAP_IN, "tap_socket")) == NULL);
	CHECK(mechanism__is_on_interface(MECH_XDP) && !mechanism__is_on_interface(MECH_RAW_TP));
}

static void check_name(const struct candidate *c, const char *prog, void *ctx)
{
	static const struct {
		enum mechanism mech;
		const char *suffix;
	} suffixes[] = {{MECH_TP_BTF, "_btf"},	     {MECH_TP, "_tp"},	   {MECH_RAW_TP, "_rtp"},
			{MECH_FENTRY, "_fe"},	     {MECH_KPROBE, "_kp"}, {MECH_CGROUP_SKB, "_cg"},
			{MECH_CGROUP_SENDMSG, "_cg"}};
	unsigned int *cnt = ctx;

	(*cnt)++;
	CHECK_CASE("%s: %s", c->name, prog);
	CHECK(strlen(prog) <= PROG_NAME_MAX);
	for (const char *p = prog; *p; p++)
		CHECK(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t len = strlen(suffixes[i].suffix);

		if (c->mech == suffixes[i].mech)
			CHECK(strlen(prog) > len &&
			      !strcmp(prog + strlen(prog) - len, suffixes[i].suffix));
	}
}

static void programs_are_named(void)
{
	unsigned int cnt = 0;

	each_prog(check_name, &cnt);
	CHECK(cnt >= candidate_cnt);
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		unsigned int progs = 1;

		for (const char *p = candidates[i].progs; *p; p++)
			progs += *p == ',';
		CHECK_CASE("%s", candidates[i].name);
		CHECK(progs <= CANDIDATE_PROGS_MAX);
	}
}

static void check_exists(const struct candidate *c, const char *prog, void *ctx)
{
	/* what libbpf makes of the section the program is in */
	static const enum bpf_prog_type types[] = {
		[MECH_TP_BTF] = BPF_PROG_TYPE_TRACING,
		[MECH_RAW_TP] = BPF_PROG_TYPE_RAW_TRACEPOINT,
		[MECH_TP] = BPF_PROG_TYPE_TRACEPOINT,
		[MECH_FENTRY] = BPF_PROG_TYPE_TRACING,
		[MECH_KPROBE] = BPF_PROG_TYPE_KPROBE,
		[MECH_CGROUP_SKB] = BPF_PROG_TYPE_CGROUP_SKB,
		[MECH_CGROUP_SENDMSG] = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		[MECH_XDP] = BPF_PROG_TYPE_XDP,
		[MECH_TC] = BPF_PROG_TYPE_SCHED_CLS,
		[MECH_SOCKET] = BPF_PROG_TYPE_SOCKET_FILTER,
	};
	struct bpf_program *p = bpf_object__find_program_by_name(ctx, prog);

	CHECK_CASE("%s: %s", c->name, prog);
	if (CHECK(p != NULL))
		CHECK_INT(bpf_program__type(p), types[c->mech]);
}

/* Opening reads the object that is built in; nothing is loaded. */
static void programs_exist(void)
{
	struct object_opts opts = {.ring_bytes = 4096};
	struct bpf_program *prog;
	struct object o;

	if (!CHECK_OK(object__open(&o, &opts)))
		return;
	each_prog(check_exists, o.skel->obj);
	bpf_object__for_each_program (prog, o.skel->obj) {
		bool is_listed = false;

		for (unsigned int i = 0; i < candidate_cnt && !is_listed; i++)
			is_listed = strstr(candidates[i].progs, bpf_program__name(prog)) != NULL;
		CHECK_CASE("%s", bpf_program__name(prog));
		CHECK(is_listed);
		CHECK(!bpf_program__autoload(prog));
	}
	CHECK_INT(object__prog_fd(&o, "tap_xdp"), -ENOENT);
	CHECK_INT(object__prog_fd(&o, "nope"), -ENOENT);
	object__done(&o);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"force_syntax", force_syntax, TEST_PLAIN},
		{"avoided_ones_are_not_tried", avoided_ones_are_not_tried, TEST_PLAIN},
		{"a_lost_candidate_is_given_up", a_lost_candidate_is_given_up, TEST_PLAIN},
		{"instants_are_ordered", instants_are_ordered, TEST_PLAIN},
		{"candidates_are_found", candidates_are_found, TEST_PLAIN},
		{"costs_are_said", costs_are_said, TEST_PLAIN},
		{"needs_are_said", needs_are_said, TEST_PLAIN},
		{"twins_are_found", twins_are_found, TEST_PLAIN},
		{"programs_are_named", programs_are_named, TEST_PLAIN},
		{"programs_exist", programs_exist, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
