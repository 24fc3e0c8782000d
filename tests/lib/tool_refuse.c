/* SPDX-License-Identifier: BSD-2-Clause */
/* A seccomp profile that refuses what a container's may refuse, then a command under it. */
#include "tool.h"

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "which AUDIT_ARCH is this?"
#endif

#define CALLS_MAX 8

static const struct {
	const char *name;
	uint32_t nr;
} known[] = {{"bpf", SYS_bpf}, {"perf_event_open", SYS_perf_event_open}, {"socket", SYS_socket}};

#define KNOWN_CNT (sizeof(known) / sizeof(known[0]))

static const char usage[] =
	"refuse [--call NAME]... [--errno EPERM|ENOSYS|KILL] [--] COMMAND [ARGUMENT...]\n"
	"Runs COMMAND under a seccomp filter that makes system calls fail; all it starts inherits "
	"it.\n"
	"  --call NAME    bpf (default), perf_event_open, socket; may be given several times\n"
	"  --errno NAME   EPERM (default) or ENOSYS, as container runtimes answer; KILL: "
	"SIGSYS ends who calls\n";

static uint32_t find_call(const char *name)
{
	for (size_t i = 0; i < KNOWN_CNT; i++)
		if (!strcmp(known[i].name, name))
			return known[i].nr;
	tool__die("--call: '%s' is not known", name);
}

/* What seccomp returns for it. */
static uint32_t find_answer(const char *name)
{
	if (!strcmp(name, "EPERM"))
		return SECCOMP_RET_ERRNO | EPERM;
	if (!strcmp(name, "ENOSYS"))
		return SECCOMP_RET_ERRNO | ENOSYS;
	if (!strcmp(name, "KILL"))
		return SECCOMP_RET_KILL_PROCESS;
	tool__die("--errno: '%s' is neither EPERM nor ENOSYS nor KILL", name);
}

/* Calls of a foreign architecture are let through: this is a test, not a jail. */
static void install(const uint32_t *call, unsigned int cnt, uint32_t answer)
{
	struct sock_filter insn[CALLS_MAX + 5];
	struct sock_fprog prog = {.filter = insn};
	uint8_t n = 0;

	insn[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	insn[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 0,
						 (uint8_t)(cnt + 1));
	insn[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (unsigned int i = 0; i < cnt; i++)
		insn[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call[i],
							 (uint8_t)(cnt - i), 0);
	insn[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	insn[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
	prog.len = n;
	/* Without it a filter would need CAP_SYS_ADMIN; ambient capabilities survive it. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		tool__die("seccomp filter: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"call", required_argument, NULL, 'c'},
						{"errno", required_argument, NULL, 'e'},
						{"help", no_argument, NULL, 'h'},
						{}};
	uint32_t call[CALLS_MAX] = {SYS_bpf}, answer = SECCOMP_RET_ERRNO | EPERM;
	unsigned int cnt = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (opt == 'c' && cnt < CALLS_MAX)
			call[cnt++] = find_call(optarg);
		else if (opt == 'e')
			answer = find_answer(optarg);
		else
			tool__die("%s", usage);
	}
	if (optind == argc)
		tool__die("%s", usage);
	install(call, cnt ? cnt : 1, answer);
	execvp(argv[optind], argv + optind);
	tool__die("%s: %s", argv[optind], strerror(errno));
}
