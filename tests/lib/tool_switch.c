/* SPDX-License-Identifier: BSD-2-Clause */
/* Two processes that wake each other over a pair of pipes and do nothing else: the price of a
 * context switch. */
#include "tool.h"

#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

static void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tool__die("--cpus: CPU %d: %s", cpu, strerror(errno));
}

/* Passes the token on until the pipe is closed. */
static void run_partner(int in, int out)
{
	char token;

	while (read(in, &token, 1) == 1 && write(out, &token, 1) == 1)
		;
	exit(0);
}

static void play_rounds(int in, int out, uint64_t rounds)
{
	char token = 't';

	for (uint64_t i = 0; i < rounds; i++) {
		if (write(out, &token, 1) != 1 || read(in, &token, 1) != 1)
			tool__die("the partner is gone");
	}
}

static const char usage[] =
	"usage: switch [options]\n"
	"  --rounds N  round trips of the token per sample (20000)\n"
	"  --samples N lines of output, ns per round trip (10)\n"
	"  --cpus A,B  pin the two (the same CPU: every hand-over is a switch)\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"rounds", 1, NULL, 'r'}, {"samples", 1, NULL, 's'}, {"cpus", 1, NULL, 'c'},
		{"help", 0, NULL, 'h'},	  {NULL, 0, NULL, 0},
	};
	uint64_t rounds = 20000;
	int samples = 10, cpus[2] = {-1, -1}, there[2], back[2], c;
	pid_t partner;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'r':
			rounds = (uint64_t)tool__number("rounds", optarg, 1, 1e9);
			break;
		case 's':
			samples = (int)tool__number("samples", optarg, 1, 1e6);
			break;
		case 'c':
			if (sscanf(optarg, "%d,%d", &cpus[0], &cpus[1]) != 2)
				tool__die("--cpus: '%s' is not A,B", optarg);
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (pipe(there) || pipe(back))
		tool__die("pipe: %s", strerror(errno));
	partner = fork();
	if (partner < 0)
		tool__die("fork: %s", strerror(errno));
	if (cpus[0] >= 0)
		pin_to_cpu(cpus[partner ? 0 : 1]);
	if (!partner) {
		close(there[1]);
		close(back[0]);
		run_partner(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	play_rounds(back[0], there[1], rounds / 10 + 1);
	for (int i = 0; i < samples; i++) {
		uint64_t begin_ns = tool__now_ns();

		play_rounds(back[0], there[1], rounds);
		printf("%.1f\n", (double)(tool__now_ns() - begin_ns) / (double)rounds);
	}
	close(there[1]);
	waitpid(partner, NULL, 0);
	return 0;
}
