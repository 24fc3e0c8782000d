/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <string.h>

#include "test.h"

#define SECOND 1000000000ull

struct frame {
	uint8_t p[4096 + 512];
	uint32_t len;
};

static void put(struct frame *f, const void *p, uint32_t len)
{
	memcpy(f->p + f->len, p, len);
	f->len += len;
}

static void put16(struct frame *f, unsigned int v)
{
	put(f, (uint8_t[2]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static void put_ethernet(struct frame *f, unsigned int type)
{
	put(f, "\1\2\3\4\5\6\1\2\3\4\5\7", 12);
	put16(f, type);
}

/* frag: flags and offset in units of 8. */
static void put_ip4(struct frame *f, uint8_t proto, unsigned int len, unsigned int frag)
{
	put(f, "\x45\0", 2);
	put16(f, 20 + len);
	put16(f, 0x1234);
	put16(f, frag);
	put(f, (uint8_t[4]){64, proto}, 4);
	put(f, "\x0a\0\0\1\x0a\0\0\2", 8);
}

static void put_ip6(struct frame *f, uint8_t next, unsigned int len)
{
	put(f, "\x60\0\0\0", 4);
	put16(f, len);
	put(f, (uint8_t[2]){next, 64}, 2);
	put(f, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 32);
}

static void put_udp(struct frame *f, unsigned int dport, unsigned int len)
{
	put16(f, 1111);
	put16(f, dport);
	put16(f, 8 + len);
	put16(f, 0);
}

static void put_tcp(struct frame *f, uint8_t flags)
{
	put16(f, 1111);
	put16(f, 5060);
	put(f, "\1\2\3\4\0\0\0\0\x50", 9);
	put(f, &flags, 1);
	put(f, "\1\0\0\0\0\0", 6);
}

static struct {
	struct link link;
	struct fragments *fragments;
} at;

static bool start(void)
{
	memset(&at, 0, sizeof(at));
	return CHECK_OK(fragments__new(16, 1 << 20, &at.fragments)) &&
	       CHECK_OK(link__init(&at.link, at.fragments));
}

static void stop(void)
{
	link__done(&at.link);
	fragments__free(at.fragments);
}

static bool decode(uint32_t type, const struct frame *f, struct link_packet *out)
{
	return link__decode(&at.link, type, f->p, f->len, SECOND, out);
}

static void put_link(struct frame *f, uint32_t type, bool is_v6)
{
	unsigned int ether = is_v6 ? 0x86dd : 0x0800;

	switch (type) {
	case LINK_ETHERNET:
		put_ethernet(f, ether);
		break;
	case LINK_COOKED:
		put(f, "\0\0\0\1\0\6\1\2\3\4\5\6\0\0", 14);
		put16(f, ether);
		break;
	case LINK_COOKED_2:
		put16(f, ether);
		put(f, "\0\0\0\0\0\1\0\1\0\6\1\2\3\4\5\6\0\0", 18);
		break;
	case LINK_NULL: /* little endian */
		put(f, is_v6 ? "\x1e\0\0\0" : "\2\0\0\0", 4);
		break;
	case LINK_LOOP:
		put(f, is_v6 ? "\0\0\0\x18" : "\0\0\0\2", 4);
		break;
	case LINK_PPP:
		put(f, "\xff\3", 2);
		put16(f, is_v6 ? 0x57 : 0x21);
		break;
	default:
		break;
	}
}

static void every_link(void)
{
	static const uint32_t type[] = {LINK_NULL,    LINK_ETHERNET, LINK_PPP,
					LINK_RAW_OLD, LINK_RAW_BSD,  LINK_RAW,
					LINK_LOOP,    LINK_COOKED,   LINK_COOKED_2};

	if (!start())
		goto out;
	for (size_t i = 0; i < 2 * sizeof(type) / sizeof(type[0]); i++) {
		bool is_v6 = i & 1;
		struct frame f = {.len = 0};
		struct link_packet p;

		CHECK_CASE("link %u, %s", type[i / 2], is_v6 ? "IPv6" : "IPv4");
		put_link(&f, type[i / 2], is_v6);
		if (is_v6)
			put_ip6(&f, 17, 8 + 5);
		else
			put_ip4(&f, 17, 8 + 5, 0);
		put_udp(&f, 5060, 5);
		put(&f, "hellopadding", 12);
		if (!CHECK(decode(type[i / 2], &f, &p)))
			continue;
		CHECK_UINT(p.l4, 17);
		CHECK_UINT(p.len, 5);
		CHECK_UINT(p.wire_len, 5);
		CHECK_MEM(p.p, "hello", 5);
		CHECK_UINT(p.flow.sport, 1111);
		CHECK_UINT(p.flow.dport, 5060);
		CHECK_UINT(p.flow.daddr[15], 2);
		CHECK_UINT(p.flow.saddr[0], is_v6 ? 0xfd : 0);
		/* cut at every byte: never more than there is */
		for (uint32_t len = 0; len < f.len; len++) {
			struct frame c = f;

			c.len = len;
			memset(c.p + len, 0xaa, f.len - len);
			if (decode(type[i / 2], &c, &p))
				CHECK(p.p + p.len <= c.p + len && p.len <= p.wire_len);
		}
	}
out:
	stop();
}

static void what_is_not_known_is_counted(void)
{
	struct frame f = {.len = 0}, arp = {.len = 0}, icmp = {.len = 0};
	struct link_packet p;

	if (start()) {
		put_ethernet(&arp, 0x0806);
		put(&arp, "abcdefgh", 8);
		put_ethernet(&icmp, 0x0800);
		put_ip4(&icmp, 1, 8, 0);
		put(&icmp, "abcdefgh", 8);
		put(&f, "abcdefgh", 8);
		CHECK(!decode(147, &f, &p));
		CHECK(!decode(LINK_ETHERNET, &arp, &p));
		CHECK(!decode(LINK_ETHERNET, &icmp, &p));
		CHECK(!decode(LINK_ETHERNET, &f, &p));
		CHECK_UINT(at.link.counts.unknown_link, 1);
		CHECK_UINT(at.link.unknown_link, 147);
		CHECK_UINT(at.link.counts.not_ip, 2);
		CHECK_UINT(at.link.counts.other, 1);
		CHECK_UINT(at.link.counts.malformed, 1);
	}
	stop();
}

static void tcp_says_how_it_begins_and_ends(void)
{
	struct frame f = {.len = 0};
	struct link_packet p;

	if (start()) {
		put_ip4(&f, 6, 20 + 3, 0);
		put_tcp(&f, 0x02 | 0x01);
		put(&f, "abc", 3);
		if (CHECK(decode(LINK_RAW, &f, &p))) {
			CHECK_UINT(p.l4, 6);
			CHECK_UINT(p.seq, 0x01020305); /* behind the SYN */
			CHECK_UINT(p.flow.flags, REC_F_SYN | REC_F_FIN);
			CHECK_UINT(p.len, 3);
		}
		f.p[20 + 13] = 0x14;
		if (CHECK(decode(LINK_RAW, &f, &p))) {
			CHECK_UINT(p.seq, 0x01020304);
			CHECK_UINT(p.flow.flags, REC_F_RST);
		}
	}
	stop();
}

static void put_inside(struct frame *f)
{
	put_ip4(f, 17, 8 + 2, 0);
	put_udp(f, 5060, 2);
	put(f, "hi", 2);
}

static void inside_of_each_other(void)
{
	static const char *const name[] = {"qinq",	 "ip in ip", "ip in ipv6", "gre",
					   "gre bridge", "vxlan",    "pppoe",	   "ipv6 in ip"};

	if (!start())
		goto out;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		struct frame f = {.len = 0};
		struct link_packet p;

		CHECK_CASE("%s", name[i]);
		switch (i) {
		case 0:
			put_ethernet(&f, 0x88a8);
			put(&f, "\0\1\x81\0\0\2\x08\0", 8);
			break;
		case 1:
			put_ethernet(&f, 0x0800);
			put_ip4(&f, 4, 30, 0);
			break;
		case 2:
			put_ethernet(&f, 0x86dd);
			put_ip6(&f, 4, 30);
			break;
		case 3: /* with a key */
			put_ethernet(&f, 0x0800);
			put_ip4(&f, 47, 38, 0);
			put(&f, "\x20\0\x08\0key!", 8);
			break;
		case 4:
			put_ethernet(&f, 0x0800);
			put_ip4(&f, 47, 48, 0);
			put(&f, "\0\0\x65\x58", 4);
			put_ethernet(&f, 0x0800);
			break;
		case 5:
			put_ethernet(&f, 0x0800);
			put_ip4(&f, 17, 8 + 8 + 14 + 30, 0);
			put_udp(&f, 4789, 8 + 14 + 30);
			put(&f, "\x08\0\0\0\0\0\1\0", 8);
			put_ethernet(&f, 0x0800);
			break;
		case 6:
			put_ethernet(&f, 0x8864);
			put(&f, "\x11\0\0\1\0\x20\0\x21", 8);
			break;
		case 7:
			put_ethernet(&f, 0x0800);
			put_ip4(&f, 41, 50, 0);
			put_ip6(&f, 17, 10);
			put_udp(&f, 5060, 2);
			put(&f, "hi", 2);
			break;
		}
		if (i != 7)
			put_inside(&f);
		if (!CHECK(decode(LINK_ETHERNET, &f, &p)))
			continue;
		CHECK_UINT(p.len, 2);
		CHECK_MEM(p.p, "hi", 2);
		CHECK(!(p.flow.flags & REC_F_VLAN) == (i != 0));
	}
	CHECK_UINT(at.link.counts.malformed, 0);
out:
	stop();
}

static void not_too_deep(void)
{
	for (int depth = LINK_DEPTH - 1; depth <= LINK_DEPTH; depth++) {
		struct frame f = {.len = 0};
		struct link_packet p;

		if (start()) {
			for (int i = depth; i > 0; i--)
				put_ip4(&f, 4, (unsigned int)i * 20 + 10, 0);
			put_inside(&f);
			CHECK(decode(LINK_RAW, &f, &p) == (depth < LINK_DEPTH));
			CHECK_UINT(at.link.counts.too_deep, depth == LINK_DEPTH);
		}
		stop();
	}
}

/* A datagram of 40 bytes in three fragments, the first one too short for its UDP header's length to
 * be believed by anybody who does not wait. */
static void fragments_are_joined(void)
{
	static const uint8_t udp[40] = {1111 >> 8, 1111 & 255, 5060 >> 8, 5060 & 255, 0,   40, 0,
					0,	   'h',	       'e',	  'l',	      'l', 'o'};

	for (int v6 = 0; v6 < 2; v6++) {
		struct link_packet p;

		if (!start()) {
			stop();
			return;
		}
		for (unsigned int i = 0; i < 3; i++) {
			unsigned int off = i * 16, len = i < 2 ? 16 : 8;
			struct frame f = {.len = 0};
			bool is_done;

			CHECK_CASE("v%d fragment %u", v6 ? 6 : 4, i);
			if (v6) {
				put_ip6(&f, 0, 8 + 8 + len); /* hop-by-hop first */
				put(&f, "\x2c\0\1\4\0\0\0\0", 8);
				put(&f, "\x11\0", 2);
				put16(&f, off | (i < 2));
				put(&f, "\0\0\0\7", 4);
			} else {
				put_ip4(&f, 17, len, off / 8 | (i < 2 ? 0x2000 : 0));
			}
			put(&f, udp + off, len);
			is_done = decode(LINK_RAW, &f, &p);
			CHECK(is_done == (i == 2));
		}
		CHECK_UINT(p.flow.flags, REC_F_FRAG);
		CHECK_UINT(p.flow.dport, 5060);
		CHECK_UINT(p.len, 32);
		CHECK_MEM(p.p, "hello", 5);
		CHECK_UINT(p.flow.saddr[0], v6 ? 0xfd : 0);
		CHECK_UINT(at.link.counts.malformed, 0);
		stop();
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"every_link", every_link, TEST_WALK},
		{"what_is_not_known_is_counted", what_is_not_known_is_counted, TEST_PLAIN},
		{"tcp_says_how_it_begins_and_ends", tcp_says_how_it_begins_and_ends, TEST_PLAIN},
		{"inside_of_each_other", inside_of_each_other, TEST_PLAIN},
		{"not_too_deep", not_too_deep, TEST_PLAIN},
		{"fragments_are_joined", fragments_are_joined, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
