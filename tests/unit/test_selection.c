/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces are tapped, by kind and by name. */
#include "selection.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>

#include "test.h"

static const struct link_info links[] = {
	{.name = "lo", .type = ARPHRD_LOOPBACK, .flags = IFF_LOOPBACK | IFF_UP},
	{.name = "eth0", .type = ARPHRD_ETHER},
	{.name = "veth1", .type = ARPHRD_ETHER, .kind = "veth"},
	{.name = "br0", .type = ARPHRD_ETHER, .kind = "bridge"},
	{.name = "eth0.7", .type = ARPHRD_ETHER, .kind = "vlan"},
	{.name = "wg0", .type = ARPHRD_NONE, .kind = "wireguard"},
};

#define LINKS (sizeof(links) / sizeof(links[0]))

/* A + for each link that is wanted. */
static void check_wants(const struct selection_opts *opts, const char *want, int rc)
{
	char got[LINKS + 1] = "", err[256] = "";
	struct selection s = {0};
	int init = selection__init(&s, opts);

	CHECK_OK(init);
	for (unsigned int i = 0; !init && i < LINKS; i++)
		got[i] = selection__wants(&s, &links[i]) ? '+' : '-';
	if (!init) {
		CHECK_STR(got, want);
		CHECK_INT(selection__check(&s, err, sizeof(err)), rc);
	}
	if (!init && rc)
		CHECK_STR(err, "no interface 'eth1' here; there are: lo, eth0, veth1, br0, eth0.7, "
			       "wg0");
	selection__done(&s);
}

static void ends_by_kind(void)
{
	static const char *const exclude[] = {"veth*"};

	check_wants(&(struct selection_opts){0}, "+++---", 0);
	check_wants(&(struct selection_opts){.exclude = exclude, .exclude_cnt = 1}, "++----", 0);
}

static void by_name_and_pattern(void)
{
	static const char *const names[] = {"br0", "eth0*", "nothing?"}, *const no[] = {"eth0"};

	check_wants(&(struct selection_opts){.interfaces = names, .interface_cnt = 3}, "-+-++-", 0);
	check_wants(
		&(struct selection_opts){
			.interfaces = names, .interface_cnt = 3, .exclude = no, .exclude_cnt = 1},
		"---++-", 0);
}

static void a_name_must_be_there(void)
{
	static const char *const names[] = {"lo", "eth1"};

	check_wants(&(struct selection_opts){.interfaces = names, .interface_cnt = 2}, "+-----",
		    -ENODEV);
}

/* The list of names has an end. */
static void many_are_there(void)
{
	static const char *const names[] = {"none"};
	struct selection_opts opts = {.interfaces = names, .interface_cnt = 1};
	struct selection s = {0};
	char err[1024] = "";

	if (selection__init(&s, &opts))
		return;
	for (unsigned int i = 0; i < 1000; i++)
		selection__wants(&s, &links[i % LINKS]);
	CHECK_INT(selection__check(&s, err, sizeof(err)), -ENODEV);
	CHECK(strlen(err) < SELECTION_PRESENT_LEN + 64);
	selection__done(&s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"ends_by_kind", ends_by_kind, TEST_PLAIN},
		{"by_name_and_pattern", by_name_and_pattern, TEST_PLAIN},
		{"a_name_must_be_there", a_name_must_be_there, TEST_PLAIN},
		{"many_are_there", many_are_there, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
