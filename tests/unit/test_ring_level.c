/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_level: a file of the same shape as the map's pages. */
#include "ring_level.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static void set_position(int fd, unsigned int page, unsigned long at)
{
	CHECK_INT(pwrite(fd, &at, sizeof(at), (off_t)page * sysconf(_SC_PAGESIZE)), sizeof(at));
}

static void tells_what_waits_and_the_most_of_it(void)
{
	static const struct {
		unsigned long taken, reserved;
		uint64_t used, peak;
	} rows[] = {
		{0, 0, 0, 0},		{0, 640, 640, 640},
		{640, 640, 0, 640},	{640, 1664, 1024, 1024},
		{1640, 1664, 24, 1024},
	};
	int fd = memfd_create("ring", MFD_CLOEXEC);
	struct ring_level l;

	CHECK_INT(ftruncate(fd, 2 * sysconf(_SC_PAGESIZE)), 0);
	if (!CHECK_OK(ring_level__init(&l, fd)))
		goto out;
	CHECK(ring_level__is_known(&l));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%zu", i);
		set_position(fd, 0, rows[i].taken);
		set_position(fd, 1, rows[i].reserved);
		ring_level__take(&l);
		CHECK_UINT(l.used, rows[i].used);
		CHECK_UINT(l.peak, rows[i].peak);
	}
	ring_level__done(&l);
out:
	close(fd);
}

static void does_nothing_without_a_ring(void)
{
	struct ring_level l;

	CHECK_INT(ring_level__init(&l, -1), -EBADF);
	CHECK(!ring_level__is_known(&l));
	ring_level__take(&l);
	CHECK_UINT(l.peak, 0);
	ring_level__done(&l);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"tells_what_waits_and_the_most_of_it", tells_what_waits_and_the_most_of_it,
		 TEST_PLAIN},
		{"does_nothing_without_a_ring", does_nothing_without_a_ring, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
