/* SPDX-License-Identifier: BSD-2-Clause */
/* Every program of the catalogue through this kernel's verifier, and what that cost against
 * tests/bpf/budget.
 *
 *   test_load BUDGET            the test
 *   test_load --print           "program instructions" or "program - why it was refused" */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "catalogue.h"
#include "feature.h"
#include "object.h"
#include "record.h"
#include "report.h"
#include "sigpath.skel.h"

#define LOG_BYTES  (16 << 20) /* a full log of the largest program */
#define LOG_STATS  4	      /* BPF_LOG_STATS: "processed N insns" and nothing else */
#define LOG_STEPS  1
#define PROGS_MAX  64
#define RING_BYTES 4096

/* What a kernel says that does not have the thing: another candidate of the instant is for it. */
static const char *const absences[] = {
	"doesn't have", /* the tracepoint has fewer arguments */
	"unknown func", /* a helper that came later */
	"invalid func", /* the same, before 6.1 */
};

static char log_buf[LOG_BYTES];

static bool is_allowed_refusal(enum mechanism mech, int err, const char **why)
{
	if (mech == MECH_FENTRY && err == -EPERM) {
		*why = "this kernel's policy refuses fentry";
		return true;
	}
	if (err == -ESRCH) {
		*why = "this kernel has no such tracepoint or function";
		return true;
	}
	for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++) {
		if (!strstr(log_buf, absences[i]))
			continue;
		*why = "this kernel lacks an argument or helper it needs";
		return true;
	}
	return false;
}

/* The dearest configuration: nothing that the constants would let the verifier leave out. */
static void set_knobs(struct knobs *k)
{
	k->snap_len = REC_SNAP_MAX;
	k->wake_bytes = 1;
	k->stun_anywhere = 1;
	k->dtls_anywhere = 1;
	k->first_media = 1;
	k->send_by_sock = 1;
	k->drop_by_skb = 1;
}

/* 0 with log_buf filled, else -errno. */
static int load_one(const char *name, int log_level, bool cast_only)
{
	struct object_opts opts = {.ring_bytes = RING_BYTES};
	struct bpf_program *prog;
	struct object o;
	int err = object__open(&o, &opts);

	if (err)
		return err;
	set_knobs(object__knobs(&o));
	if (cast_only)
		object__knobs(&o)->kernel_read = READ_CAST;
	prog = bpf_object__find_program_by_name(o.skel->obj, name);
	if (!prog) {
		object__done(&o);
		return -ENOENT;
	}
	log_buf[0] = 0;
	bpf_program__set_autoload(prog, true);
	bpf_program__set_log_level(prog, log_level);
	bpf_program__set_log_buf(prog, log_buf, sizeof(log_buf));
	err = object__load(&o);
	object__done(&o);
	return err;
}

static unsigned int processed_insns(void)
{
	const char *p = strstr(log_buf, "processed ");

	return p ? (unsigned int)strtoul(p + strlen("processed "), NULL, 10) : 0;
}

/* As this kernel would run it, and as it would under lockdown=confidentiality where that differs;
 * the dearer one counts. */
static int load_both(const char *name, unsigned int *insns)
{
	int err = load_one(name, LOG_STATS, false);

	*insns = processed_insns();
	if (err || !feature__has(FEATURE_RDONLY_CAST))
		return err;
	err = load_one(name, LOG_STATS, true);
	if (processed_insns() > *insns)
		*insns = processed_insns();
	return err;
}

/* Again, with the log of what was refused. */
static void load_steps(const char *prog)
{
	if (!load_one(prog, LOG_STEPS, false))
		load_one(prog, LOG_STEPS, true);
}

/* The line above the statistics says what was wrong. */
static const char *last_complaint(void)
{
	char *end = strstr(log_buf, "\nprocessed ");

	if (!end)
		return "";
	*end = 0;
	end = strrchr(log_buf, '\n');
	return end ? end + 1 : log_buf;
}

static unsigned int budget_of(const char *path, const char *prog)
{
	unsigned int insns = 0, found = 0;
	FILE *f = fopen(path, "re");
	char line[128], name[32];

	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%31s %u", name, &insns) == 2 && !strcmp(name, prog))
			found = insns;
	fclose(f);
	return found;
}

static void judge(const char *prog, enum mechanism mech, const char *budget_path)
{
	unsigned int insns, budget;
	const char *why;
	char name[48];
	int err = load_both(prog, &insns);

	snprintf(name, sizeof(name), "load_%s", prog);
	if (err) {
		load_steps(prog);
		if (is_allowed_refusal(mech, err, &why))
			report__skip(name, why);
		else
			report__bad(name, "%s: %s", strerror(-err), last_complaint());
		return;
	}
	budget = budget_of(budget_path, prog);
	if (!budget)
		report__bad(name, "no line in %s; %u instructions here", budget_path, insns);
	else if (!insns)
		report__bad(name, "the verifier did not say how much it processed");
	else if (insns > budget)
		report__bad(name, "%u instructions processed, %u budgeted", insns, budget);
	else
		report__ok("%s (%u of %u instructions)", name, insns, budget);
}

static void print_cost(const char *prog, enum mechanism mech)
{
	unsigned int insns;
	int err = load_both(prog, &insns);
	const char *why;

	if (!err) {
		printf("%-15s %u\n", prog, insns);
		return;
	}
	load_steps(prog);
	if (!is_allowed_refusal(mech, err, &why))
		why = last_complaint();
	printf("%-15s - %s\n", prog, why);
}

/* A program may belong to two instants. */
static bool is_new(const char *seen[], unsigned int *cnt, const char *prog)
{
	for (unsigned int i = 0; i < *cnt; i++)
		if (!strcmp(seen[i], prog))
			return false;
	if (*cnt < PROGS_MAX)
		seen[(*cnt)++] = strdup(prog);
	return true;
}

int main(int argc, char **argv)
{
	const char *seen[PROGS_MAX];
	unsigned int cnt = 0;

	if (argc != 2)
		return 2;
	report__start();
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		char progs[96], *save = NULL;

		snprintf(progs, sizeof(progs), "%s", candidates[i].progs);
		for (char *p = strtok_r(progs, ",", &save); p; p = strtok_r(NULL, ",", &save)) {
			if (!is_new(seen, &cnt, p))
				continue;
			if (strcmp(argv[1], "--print"))
				judge(p, candidates[i].mech, argv[1]);
			else
				print_cost(p, candidates[i].mech);
		}
	}
	return report__status();
}
