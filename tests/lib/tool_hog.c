/* SPDX-License-Identifier: BSD-2-Clause */
/* Burns one CPU in bursts at real-time priority, so that every ordinary thread there has to wait
 * for the end of a burst, and logs when each began and ended. */
#include "tool.h"

#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

static void take_cpu(int cpu, int priority)
{
	struct sched_param param = {.sched_priority = priority};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tool__die("--cpu %d: %s", cpu, strerror(errno));
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		tool__die("SCHED_FIFO: %s", strerror(errno));
	mlockall(MCL_CURRENT | MCL_FUTURE);
}

static const char usage[] = "usage: hog --cpu N [options]\n"
			    "  --burst-us N    length of a burst (5000)\n"
			    "  --gap-us N      sleep between bursts (15000)\n"
			    "  --seconds S     then it ends (5)\n"
			    "  --priority N    SCHED_FIFO priority (50)\n"
			    "  --log FILE      begin and end of each burst (CLOCK_MONOTONIC ns)\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"cpu", 1, NULL, 'c'},	   {"burst-us", 1, NULL, 'b'}, {"gap-us", 1, NULL, 'g'},
		{"seconds", 1, NULL, 's'}, {"priority", 1, NULL, 'p'}, {"log", 1, NULL, 'l'},
		{"help", 0, NULL, 'h'},	   {NULL, 0, NULL, 0},
	};
	struct sigaction sa = {.sa_handler = on_stop};
	uint64_t burst_ns = 5000 * NS_PER_US, gap_ns = 15000 * NS_PER_US, end_ns;
	int cpu = -1, priority = 50, c;
	double seconds = 5;
	FILE *log = NULL;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			cpu = (int)tool__number("cpu", optarg, 0, CPU_SETSIZE - 1);
			break;
		case 'b':
			burst_ns =
				(uint64_t)tool__number("burst-us", optarg, 1, 900000) * NS_PER_US;
			break;
		case 'g':
			gap_ns = (uint64_t)tool__number("gap-us", optarg, 100, 1e8) * NS_PER_US;
			break;
		case 's':
			seconds = tool__number("seconds", optarg, 0.001, 3600);
			break;
		case 'p':
			priority = (int)tool__number("priority", optarg, 1, 99);
			break;
		case 'l':
			log = fopen(optarg, "w");
			if (!log)
				tool__die("--log %s: %s", optarg, strerror(errno));
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (cpu < 0)
		tool__die("--cpu is missing\n%s", usage);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	take_cpu(cpu, priority);
	puts("ready");
	fflush(stdout);
	end_ns = tool__now_ns() + (uint64_t)(seconds * 1e9);
	while (!stop_signal && tool__now_ns() < end_ns) {
		uint64_t begin_ns = tool__now_ns(), done_ns;

		do {
			done_ns = tool__now_ns();
		} while (done_ns < begin_ns + burst_ns);
		if (log)
			fprintf(log, "%llu\t%llu\n", (unsigned long long)begin_ns,
				(unsigned long long)done_ns);
		tool__sleep_until(done_ns + gap_ns);
	}
	if (log)
		fclose(log);
	return 0;
}
