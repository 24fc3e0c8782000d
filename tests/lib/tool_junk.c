/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends what no well-behaved peer sends: broken SIP and STUN, packets that contradict themselves,
 * tags, extension headers and fragments. One table row per case, with the ledger counters of which
 * one has to count it. */
#include "frame.h"
#include "tool.h"
#include "wire.h"

#include <getopt.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>

#define SIP_PORT  5060
#define STUN_PORT 3478
#define SRC_PORT  40000

struct junk {
	struct frame_link link;
	int fd;
	struct sockaddr_ll to;
	uint64_t number; /* of the packet, makes identities unique */
	uint64_t random;
};

static uint64_t next_random(struct junk *j)
{
	uint64_t z = (j->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void send_frame(struct junk *j, const struct frame *f)
{
	if (sendto(j->fd, f->buf, f->len, 0, (const struct sockaddr *)&j->to, sizeof(j->to)) < 0)
		tool__die("send: %s", strerror(errno));
}

static void send_udp(struct junk *j, unsigned int dport, const void *payload, size_t len)
{
	struct frame f;

	frame__init(&f, &j->link, 0x0800, 0);
	frame__ipv4(&f, &j->link, 17, (unsigned int)j->number & 0xffff, 0);
	frame__udp(&f, SRC_PORT, dport, payload, len);
	frame__finish(&f);
	send_frame(j, &f);
}

static void send_text(struct junk *j, const char *text)
{
	send_udp(j, SIP_PORT, text, strlen(text));
}

static size_t make_options(const struct junk *j, char *buf, size_t size)
{
	char branch[64], call_id[64];
	struct wire_options o = {
		.target = "junk.invalid:5060",
		.local = "junk.invalid:40000",
		.branch = branch,
		.call_id = call_id,
	};

	snprintf(branch, sizeof(branch), "z9hG4bKjunk%016llx", (unsigned long long)j->number);
	snprintf(call_id, sizeof(call_id), "junk%016llx", (unsigned long long)j->number);
	return wire__sip_request(buf, size, &o);
}

static size_t make_binding(const struct junk *j, uint8_t *buf)
{
	uint8_t txid[STUN_TXID_LEN] = {'j', 'u', 'n', 'k'};

	memcpy(txid + 4, &j->number, sizeof(j->number));
	return wire__stun_request(buf, txid, 0);
}

/* --- SIP --- */

static void sip_no_start_line(struct junk *j)
{
	send_text(j, "this is not SIP at all, whatever the port says\r\n\r\n");
}

static void sip_bad_version(struct junk *j)
{
	send_text(j, "OPTIONS sip:junk SIP/two\r\nVia: SIP/2.0/UDP "
		     "junk;branch=z9hG4bKx\r\nCall-ID: x\r\n"
		     "CSeq: 1 OPTIONS\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\r\n");
}

static void sip_no_headers(struct junk *j)
{
	send_text(j, "OPTIONS sip:junk SIP/2.0\r\n\r\n");
}

static void sip_cut_short(struct junk *j)
{
	char buf[1024];

	make_options(j, buf, sizeof(buf));
	send_udp(j, SIP_PORT, buf, 60); /* ends inside the Via */
}

static void sip_bad_cseq(struct junk *j)
{
	send_text(
		j,
		"OPTIONS sip:junk SIP/2.0\r\nVia: SIP/2.0/UDP junk;branch=z9hG4bKcseq\r\nCall-ID: "
		"x\r\n"
		"CSeq: 99999999999999999999 INVITE\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\r\n");
}

static void sip_bad_status(struct junk *j)
{
	send_text(j, "SIP/2.0 999 Nonsense\r\nVia: SIP/2.0/UDP junk;branch=z9hG4bKs\r\n\r\n");
}

static void sip_binary(struct junk *j)
{
	uint8_t buf[200];

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(next_random(j) | 0x80);
	send_udp(j, SIP_PORT, buf, sizeof(buf));
}

static void sip_keepalive(struct junk *j)
{
	send_text(j, "\r\n\r\n");
}

static void sip_empty(struct junk *j)
{
	send_text(j, "");
}

/* --- STUN --- */

static void stun_odd_length(struct junk *j)
{
	uint8_t buf[64] = {0};
	size_t len = make_binding(j, buf);

	buf[3] = 3; /* no multiple of four */
	send_udp(j, STUN_PORT, buf, len + 3);
}

static void stun_length_beyond(struct junk *j)
{
	uint8_t buf[64];
	size_t len = make_binding(j, buf);

	buf[2] = 0x7f;
	send_udp(j, STUN_PORT, buf, len);
}

static void stun_attribute_beyond(struct junk *j)
{
	uint8_t buf[64] = {0};
	size_t len = make_binding(j, buf);

	memcpy(buf + len, "\x80\x22\xff\xff", 4);
	buf[3] = 4;
	send_udp(j, STUN_PORT, buf, len + 4);
}

static void stun_short(struct junk *j)
{
	send_udp(j, STUN_PORT, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
}

/* A whole record in the clear, of which the handshake message is none. */
static void stun_dtls(struct junk *j)
{
	send_udp(j, STUN_PORT, "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05hello", 18);
}

static void stun_dtls_cut(struct junk *j)
{
	send_udp(j, STUN_PORT, "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06hello", 18);
}

static void stun_dtls_data(struct junk *j)
{
	send_udp(j, STUN_PORT, "\x17\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05hello", 18);
}

/* --- packets --- */

static void ip_runt(struct junk *j)
{
	struct frame f;

	frame__init(&f, &j->link, 0x0800, 0);
	frame__put(&f, "\x45\x00", 2);
	send_frame(j, &f);
}

/* A datagram that is right but for one 16-bit field at an offset from the IP or the UDP header. */
static void send_broken(struct junk *j, bool in_udp, size_t off, unsigned int value, bool fix_sum)
{
	char buf[1024];
	size_t len = make_options(j, buf, sizeof(buf));
	struct frame f;

	frame__init(&f, &j->link, 0x0800, 0);
	frame__ipv4(&f, &j->link, 17, 0, 0);
	frame__udp(&f, SRC_PORT, SIP_PORT, buf, len);
	frame__finish(&f);
	frame__set_u16(&f, (in_udp ? f.l4_off : f.l3_off) + off, value);
	if (fix_sum) {
		frame__set_u16(&f, f.l3_off + 10, 0);
		frame__set_u16(&f, f.l3_off + 10, frame__fold(frame__sum(f.buf + f.l3_off, 20, 0)));
	}
	send_frame(j, &f);
}

static void ip_header_short(struct junk *j)
{
	send_broken(j, false, 0, 0x4300, true);
}

static void ip_length_beyond(struct junk *j)
{
	send_broken(j, false, 2, 1900, true);
}

static void ip_length_short(struct junk *j)
{
	send_broken(j, false, 2, 10, true);
}

static void ip_bad_checksum(struct junk *j)
{
	send_broken(j, false, 10, 0xdead, false);
}

static void udp_length_short(struct junk *j)
{
	send_broken(j, true, 4, 7, false);
}

static void udp_length_beyond(struct junk *j)
{
	send_broken(j, true, 4, 1800, false);
}

static void udp_bad_checksum(struct junk *j)
{
	send_broken(j, true, 6, 0xdead, false);
}

/* Of no connection: it reaches no socket, where segments are seen. */
static void tcp_data(struct junk *j)
{
	struct frame f;

	frame__init(&f, &j->link, 0x0800, 0);
	frame__ipv4(&f, &j->link, 6, 0, 0);
	frame__put_u16(&f, SRC_PORT);
	frame__put_u16(&f, SIP_PORT);
	frame__put(&f, "\0\0\0\1\0\0\0\1\x50\x18\x01\x00\0\0\0\0OPTIONS sip:junk SIP/2.0\r\n\r\n",
		   44);
	frame__finish(&f);
	send_frame(j, &f);
}

static void ipv6_runt(struct junk *j)
{
	struct frame f;

	frame__init(&f, &j->link, 0x86dd, 0);
	frame__ipv6(&f, &j->link, 0);
	frame__put(&f, "\x11\x00\x01", 3); /* hop-by-hop options, cut off */
	frame__set_u16(&f, f.l3_off + 4, 3);
	send_frame(j, &f);
}

/* --- right, but unusual: these are answered --- */

static void send_tagged(struct junk *j, unsigned int vlans)
{
	char buf[1024];
	size_t len = make_options(j, buf, sizeof(buf));
	struct frame f;

	frame__init(&f, &j->link, 0x0800, vlans);
	frame__ipv4(&f, &j->link, 17, 0, 0);
	frame__udp(&f, SRC_PORT, SIP_PORT, buf, len);
	frame__finish(&f);
	send_frame(j, &f);
}

static void good_vlan(struct junk *j)
{
	send_tagged(j, 1);
}

static void good_two_vlans(struct junk *j)
{
	send_tagged(j, 2);
}

static void good_ipv6_options(struct junk *j)
{
	char buf[1024];
	size_t len = make_options(j, buf, sizeof(buf));
	struct frame f;

	frame__init(&f, &j->link, 0x86dd, 0);
	frame__ipv6(&f, &j->link, 0);
	frame__ipv6_options(&f, 60);
	frame__ipv6_options(&f, 17);
	frame__udp(&f, SRC_PORT, SIP_PORT, buf, len);
	frame__finish(&f);
	send_frame(j, &f);
}

/* RFC 791 2.3: offsets count in units of eight bytes. */
static void send_fragments(struct junk *j, bool with_last)
{
	unsigned int id = (unsigned int)(j->number & 0xffff);
	const size_t first_len = 208;
	struct frame whole, part;
	char buf[1024];
	size_t len = make_options(j, buf, sizeof(buf));

	frame__init(&whole, &j->link, 0x0800, 0);
	frame__ipv4(&whole, &j->link, 17, id, 0);
	frame__udp(&whole, SRC_PORT, SIP_PORT, buf, len);

	frame__init(&part, &j->link, 0x0800, 0);
	frame__ipv4(&part, &j->link, 17, id, 0x2000);
	frame__put(&part, whole.buf + whole.l4_off, first_len);
	frame__finish(&part);
	send_frame(j, &part);
	if (!with_last)
		return;
	frame__init(&part, &j->link, 0x0800, 0);
	frame__ipv4(&part, &j->link, 17, id, (unsigned int)first_len / 8);
	frame__put(&part, whole.buf + whole.l4_off + first_len, 8 + len - first_len);
	frame__finish(&part);
	send_frame(j, &part);
}

static void good_fragments(struct junk *j)
{
	send_fragments(j, true);
}

static void fragment_alone(struct junk *j)
{
	send_fragments(j, false);
}

/* Well-formed up to UDP, random from there on, on the signaling ports; then all of it random. */
static void random_payload(struct junk *j)
{
	uint8_t buf[512];
	size_t len = next_random(j) % sizeof(buf);

	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)next_random(j);
	if (len && next_random(j) % 2)
		buf[0] = (uint8_t)(next_random(j) % 4);
	send_udp(j, next_random(j) % 2 ? SIP_PORT : STUN_PORT, buf, len);
}

static void random_frame(struct junk *j)
{
	struct frame f;
	size_t len = 20 + next_random(j) % 400;

	frame__init(&f, &j->link, next_random(j) % 2 ? 0x0800 : 0x86dd,
		    (unsigned int)(next_random(j) % 3));
	frame__put_u8(&f, next_random(j) % 2 ? 0x45 : 0x60);
	while (f.len < len)
		frame__put_u8(&f, (unsigned int)next_random(j));
	send_frame(j, &f);
}

static const struct {
	const char *name;
	void (*send)(struct junk *j);
	const char *counters; /* one of them counts it; "-": nothing is promised; "answered": it is
				 a transaction */
} cases[] = {
	{"sip_no_start_line", sip_no_start_line, "sip_malformed,parse_failed"},
	{"sip_bad_version", sip_bad_version, "sip_malformed,parse_failed"},
	{"sip_no_headers", sip_no_headers, "sip_malformed,parse_failed"},
	{"sip_cut_short", sip_cut_short, "sip_malformed,parse_failed"},
	{"sip_bad_cseq", sip_bad_cseq, "parse_failed,messages"},
	{"sip_bad_status", sip_bad_status, "sip_malformed,parse_failed"},
	{"sip_binary", sip_binary, "demux_other"},
	{"sip_keepalive", sip_keepalive, "keepalive"},
	{"sip_empty", sip_empty, "keepalive"},
	{"stun_odd_length", stun_odd_length, "stun_malformed,parse_failed"},
	{"stun_length_beyond", stun_length_beyond, "stun_malformed,parse_failed"},
	{"stun_attribute_beyond", stun_attribute_beyond, "stun_malformed,parse_failed,messages"},
	{"stun_short", stun_short, "stun_malformed,parse_failed"},
	{"stun_dtls", stun_dtls, "parse_failed,messages"},
	{"stun_dtls_cut", stun_dtls_cut, "demux_other"},
	{"stun_dtls_data", stun_dtls_data, "demux_other"},
	{"ip_runt", ip_runt, "ip_malformed"},
	{"ip_header_short", ip_header_short, "ip_malformed"},
	{"ip_length_beyond", ip_length_beyond, "ip_malformed,drop_unmatched,drop_kernel"},
	{"ip_length_short", ip_length_short, "ip_malformed"},
	{"ip_bad_checksum", ip_bad_checksum, "ip_malformed,drop_unmatched,drop_kernel"},
	{"udp_length_short", udp_length_short, "ip_malformed"},
	{"udp_length_beyond", udp_length_beyond, "ip_malformed"},
	{"udp_bad_checksum", udp_bad_checksum, "drop_unmatched,drop_kernel,unread"},
	{"tcp_data", tcp_data, "-"},
	{"ipv6_runt", ipv6_runt, "ip_malformed"},
	{"fragment_alone", fragment_alone, "-"},
	{"random_payload", random_payload, "-"},
	{"random_frame", random_frame, "-"},
	{"good_vlan", good_vlan, "answered"},
	{"good_two_vlans", good_two_vlans, "answered"},
	{"good_ipv6_options", good_ipv6_options, "answered"},
	{"good_fragments", good_fragments, "answered"},
};

static void parse_mac(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != 6)
		tool__die("--dst-mac: '%s' is no MAC address", text);
}

static void open_interface(struct junk *j, const char *name)
{
	struct ifreq req = {0};

	j->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (j->fd < 0)
		tool__die("AF_PACKET: %s", strerror(errno));
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	if (ioctl(j->fd, SIOCGIFHWADDR, &req))
		tool__die("--ifname %s: %s", name, strerror(errno));
	memcpy(j->link.src_mac, req.ifr_hwaddr.sa_data, 6);
	j->to = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(name),
		.sll_halen = 6,
	};
}

static void parse_ip(const char *option, const char *text, int family, void *addr)
{
	if (inet_pton(family, text, addr) != 1)
		tool__die("--%s: '%s' is no address", option, text);
}

static const char usage[] =
	"usage: junk --ifname IF --dst-mac MAC --src IP --dst IP --src6 IP6 --dst6 IP6 [options]\n"
	"  --case NAME  only this one\n"
	"  --count N    packets per case (10)\n"
	"  --seed N     of the random cases (1)\n"
	"  --list       the cases and the ledger counters of which one has to count them\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"ifname", 1, NULL, 'i'}, {"dst-mac", 1, NULL, 'm'}, {"src", 1, NULL, 's'},
		{"dst", 1, NULL, 'd'},	  {"src6", 1, NULL, 'S'},    {"dst6", 1, NULL, 'D'},
		{"case", 1, NULL, 'c'},	  {"count", 1, NULL, 'n'},   {"seed", 1, NULL, 'r'},
		{"list", 0, NULL, 'l'},	  {"help", 0, NULL, 'h'},    {NULL, 0, NULL, 0},
	};
	const char *only = NULL, *ifname = NULL;
	struct junk j = {.random = 1, .number = tool__now_ns() << 8};
	unsigned long long count = 10;
	int c, list = 0, found = 0;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'i':
			ifname = optarg;
			break;
		case 'm':
			parse_mac(optarg, j.link.dst_mac);
			break;
		case 's':
			parse_ip("src", optarg, AF_INET, &j.link.src4);
			break;
		case 'd':
			parse_ip("dst", optarg, AF_INET, &j.link.dst4);
			break;
		case 'S':
			parse_ip("src6", optarg, AF_INET6, &j.link.src6);
			break;
		case 'D':
			parse_ip("dst6", optarg, AF_INET6, &j.link.dst6);
			break;
		case 'c':
			only = optarg;
			break;
		case 'n':
			count = (unsigned long long)tool__number("count", optarg, 1, 1e9);
			break;
		case 'r':
			j.random = (uint64_t)tool__number("seed", optarg, 0, 1e15);
			break;
		case 'l':
			list = 1;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (!list && !ifname)
		tool__die("--ifname is missing\n%s", usage);
	if (!list)
		open_interface(&j, ifname);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (only && strcmp(only, cases[i].name))
			continue;
		found = 1;
		for (unsigned long long n = 0; !list && n < count; n++, j.number++)
			cases[i].send(&j);
		printf("%s\t%s\t%llu\n", cases[i].name, cases[i].counters, list ? 0 : count);
	}
	if (!found)
		tool__die("--case %s: there is none of that name (--list)", only ? only : "");
	return 0;
}
