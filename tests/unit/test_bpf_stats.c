/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf_stats: with a kernel that says yes, no, or has them on already. */
#include "bpf_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define SEC 1000000000ull

static int answer; /* of the kernel; 0: a descriptor */
static bool sysctl_on;
static unsigned int asked;

static int fake_enable(void)
{
	asked++;
	return answer ? answer : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool fake_sysctl(void)
{
	return sysctl_on;
}

static void init(struct bpf_stats *s, int kernel, bool sysctl)
{
	answer = kernel;
	sysctl_on = sysctl;
	asked = 0;
	bpf_stats__init(s);
	s->enable = fake_enable;
	s->is_sysctl_on = fake_sysctl;
}

static void holds_them_while_somebody_asks(void)
{
	struct bpf_stats s;
	int fd;

	init(&s, 0, false);
	CHECK(!bpf_stats__is_on(&s));
	CHECK(strstr(bpf_stats__why(&s), "nobody asked"));
	CHECK(bpf_stats__ask(&s, 10 * SEC));
	CHECK(bpf_stats__ask(&s, 12 * SEC));
	CHECK_UINT(asked, 1);
	fd = s.fd;
	bpf_stats__tick(&s, 14 * SEC);
	CHECK(bpf_stats__is_on(&s));
	CHECK_STR(bpf_stats__why(&s), "");
	bpf_stats__tick(&s, 15 * SEC);
	CHECK(!bpf_stats__is_on(&s));
	CHECK_INT(fcntl(fd, F_GETFD), -1); /* closed */
	CHECK(bpf_stats__ask(&s, 20 * SEC));
	CHECK_UINT(asked, 2);
	bpf_stats__done(&s);
	bpf_stats__done(&s);
}

static void honours_the_sysctl(void)
{
	struct bpf_stats s;

	init(&s, -EPERM, true);
	CHECK(bpf_stats__is_on(&s)); /* nobody asked us */
	CHECK(bpf_stats__ask(&s, SEC));
	CHECK_UINT(asked, 0);
	bpf_stats__tick(&s, 9 * SEC);
	CHECK(bpf_stats__is_on(&s));
	sysctl_on = false;
	CHECK(!bpf_stats__is_on(&s));
	bpf_stats__done(&s);
}

static void says_why_not(void)
{
	static const struct {
		int kernel;
		const char *says;
	} rows[] = {{-EPERM, "CAP_SYS_ADMIN"},
		    {-EINVAL, "sysctl kernel.bpf_stats_enabled=1"},
		    {-ENFILE, "failed"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bpf_stats s;

		CHECK_CASE("%d", rows[i].kernel);
		init(&s, rows[i].kernel, false);
		CHECK(!bpf_stats__ask(&s, SEC));
		CHECK(strstr(bpf_stats__why(&s), rows[i].says));
		sysctl_on = true;
		CHECK(bpf_stats__ask(&s, 2 * SEC));
		CHECK_STR(bpf_stats__why(&s), "");
		CHECK_INT(s.fd, -1);
		bpf_stats__done(&s);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"holds_them_while_somebody_asks", holds_them_while_somebody_asks, TEST_PLAIN},
		{"honours_the_sysctl", honours_the_sysctl, TEST_PLAIN},
		{"says_why_not", says_why_not, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
