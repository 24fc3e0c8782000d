/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers with units, both ways. */
#include "value.h"

#include <errno.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

static void parses_durations(void)
{
	static const struct {
		const char *in;
		int rc;
		uint64_t ns;
	} rows[] = {
		{"0", 0, 0},
		{"0s", 0, 0},
		{"1ns", 0, 1},
		{"250us", 0, 250 * VALUE_US},
		{"10ms", 0, 10 * VALUE_MS},
		{"10 ms", 0, 10 * VALUE_MS},
		{"60s", 0, 60 * VALUE_S},
		{"2m", 0, 120 * VALUE_S},
		{"1h", 0, 3600 * VALUE_S},
		{"39.5s", 0, 39500 * VALUE_MS},
		{"0.000000001s", 0, 1},
		{"1.25us", 0, 1250},
		{"1.5h", 0, 5400 * VALUE_S},
		{"18446744073s", 0, 18446744073 * VALUE_S},
		{"18446744074s", -ERANGE, 0},
		{"18446744073709551616ns", -ERANGE, 0},
		{"1.5ns", -EINVAL, 0},
		{"0.0000000001s", -EINVAL, 0},
		{"1.s", -EINVAL, 0},
		{".5s", -EINVAL, 0},
		{"1.2.3s", -EINVAL, 0},
		{"10", -EINVAL, 0},
		{"10 parsecs", -EINVAL, 0},
		{"10S", -EINVAL, 0},
		{"-1s", -EINVAL, 0},
		{" 1s", -EINVAL, 0},
		{"1s ", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{"", -EINVAL, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		uint64_t ns = 77;

		CHECK_CASE("'%s'", rows[i].in);
		CHECK_INT(value__parse_duration(rows[i].in, &ns), rows[i].rc);
		CHECK_UINT(ns, rows[i].rc ? 77 : rows[i].ns);
	}
}

static void parses_sizes(void)
{
	static const struct {
		const char *in;
		int rc;
		uint64_t bytes;
	} rows[] = {
		{"0", 0, 0},
		{"1536", 0, 1536},
		{"1536B", 0, 1536},
		{"4KiB", 0, 4096},
		{"1.5KiB", 0, 1536},
		{"8 MiB", 0, 8 * VALUE_MIB},
		{"0.5MiB", 0, VALUE_MIB / 2},
		{"1.1KiB", -EINVAL, 0},
		{"1.5", -EINVAL, 0},
		{"8MB", -EINVAL, 0},
		{"8mib", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"17592186044416MiB", -ERANGE, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		uint64_t bytes = 77;

		CHECK_CASE("'%s'", rows[i].in);
		CHECK_INT(value__parse_size(rows[i].in, &bytes), rows[i].rc);
		CHECK_UINT(bytes, rows[i].rc ? 77 : rows[i].bytes);
	}
}

static void parses_numbers(void)
{
	static const struct {
		const char *in;
		unsigned int base;
		int rc;
		uint64_t v;
	} rows[] = {
		{"0", 10, 0, 0},
		{"65535", 10, 0, 65535},
		{"0660", 8, 0, 0660},
		{"18446744073709551615", 10, 0, UINT64_MAX},
		{"18446744073709551616", 10, -ERANGE, 0},
		{"0680", 8, -EINVAL, 0},
		{"0x10", 10, -EINVAL, 0},
		{"1 2", 10, -EINVAL, 0},
		{"-1", 10, -EINVAL, 0},
		{"+1", 10, -EINVAL, 0},
		{"", 10, -EINVAL, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		uint64_t v = 77;

		CHECK_CASE("'%s'", rows[i].in);
		CHECK_INT(value__parse_uint(rows[i].in, rows[i].base, &v), rows[i].rc);
		CHECK_UINT(v, rows[i].rc ? 77 : rows[i].v);
	}
}

static void parses_booleans(void)
{
	static const struct {
		const char *in;
		int rc;
		bool v;
	} rows[] = {
		{"true", 0, true}, {"yes", 0, true},	{"on", 0, true},  {"1", 0, true},
		{"TRUE", 0, true}, {"false", 0, false}, {"no", 0, false}, {"off", 0, false},
		{"0", 0, false},   {"2", -EINVAL, 0},	{"", -EINVAL, 0}, {"tru", -EINVAL, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		bool v = !rows[i].v;

		CHECK_CASE("'%s'", rows[i].in);
		CHECK_INT(value__parse_bool(rows[i].in, &v), rows[i].rc);
		CHECK_INT(v, rows[i].rc ? !rows[i].v : rows[i].v);
	}
}

static void prints_durations(void)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} rows[] = {
		{0, "0"},
		{1, "1ns"},
		{1500, "1500ns"},
		{1500 * VALUE_US, "1500us"},
		{10 * VALUE_MS, "10ms"},
		{VALUE_S, "1s"},
		{39500 * VALUE_MS, "39.5s"},
		{1250 * VALUE_MS, "1.25s"},
		{1005 * VALUE_MS, "1.005s"},
		{1050 * VALUE_MS, "1.05s"},
		{3600 * VALUE_S, "3600s"},
	};
	char buf[32];

	for (size_t i = 0; i < CNT(rows); i++) {
		value__print_duration(rows[i].ns, buf, sizeof(buf));
		CHECK_STR(buf, rows[i].want);
	}
}

/* What is printed parses to the same value. */
static void prints_what_it_reads(void)
{
	uint64_t state = 3, ns, back;
	char buf[32];

	for (int i = 0; i < 20000; i++) {
		static const uint64_t units[] = {1, VALUE_US, VALUE_MS, VALUE_S};

		ns = test__random(&state) % 100000 * units[i % 4];
		value__print_duration(ns, buf, sizeof(buf));
		if (!CHECK_INT(value__parse_duration(buf, &back), 0) || !CHECK_UINT(back, ns))
			return;
		value__print_size(ns, buf, sizeof(buf));
		if (!CHECK_INT(value__parse_size(buf, &back), 0) || !CHECK_UINT(back, ns))
			return;
	}
	value__print_size(8 * VALUE_MIB, buf, sizeof(buf));
	CHECK_STR(buf, "8MiB");
	value__print_size(UINT64_MAX, buf, sizeof(buf));
	CHECK_STR(buf, "18446744073709551615");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_durations", parses_durations, TEST_PLAIN},
		{"parses_sizes", parses_sizes, TEST_PLAIN},
		{"parses_numbers", parses_numbers, TEST_PLAIN},
		{"parses_booleans", parses_booleans, TEST_PLAIN},
		{"prints_durations", prints_durations, TEST_PLAIN},
		{"prints_what_it_reads", prints_what_it_reads, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
