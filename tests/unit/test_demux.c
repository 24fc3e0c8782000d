/* SPDX-License-Identifier: BSD-2-Clause */
/* What a datagram is, by its first bytes and the kinds of its ports; the header of a DTLS record.
 */
#include "demux.h"

#include <string.h>

#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEXT(s)	 s, sizeof(s) - 1

#define HEADER(type, version, len) type version "\0\0\0\0\0\0\0\0" len

static void knows_dtls_records(void)
{
	static const struct {
		const char *name;
		const char *bytes;
		uint32_t len;
		bool is_message;
	} rows[] = {
		{"handshake 1.2", TEXT(HEADER("\x16", "\xfe\xfd", "\0\x01") "x"), true},
		{"handshake 1.0", TEXT(HEADER("\x16", "\xfe\xff", "\0\x01") "x"), true},
		{"before the RFC", TEXT(HEADER("\x16", "\x01\0", "\0\x01") "x"), true},
		{"change cipher spec", TEXT(HEADER("\x14", "\xfe\xfd", "\0\x01") "\x01"), true},
		{"alert", TEXT(HEADER("\x15", "\xfe\xfd", "\0\x02") "\x02\x28"), true},
		{"ack", TEXT(HEADER("\x1a", "\xfe\xfd", "\0\x02") "\0\0"), true},
		{"another record behind", TEXT(HEADER("\x16", "\xfe\xfd", "\0\x01") "x and more"),
		 true},
		{"application data", TEXT(HEADER("\x17", "\xfe\xfd", "\0\x01") "x"), false},
		{"heartbeat", TEXT(HEADER("\x18", "\xfe\xfd", "\0\x01") "x"), false},
		{"connection id", TEXT(HEADER("\x19", "\xfe\xfd", "\0\x01") "x"), false},
		{"type 27", TEXT(HEADER("\x1b", "\xfe\xfd", "\0\x01") "x"), false},
		{"type 19", TEXT(HEADER("\x13", "\xfe\xfd", "\0\x01") "x"), false},
		{"TLS", TEXT(HEADER("\x16", "\x03\x03", "\0\x01") "x"), false},
		{"one byte missing", TEXT(HEADER("\x16", "\xfe\xfd", "\0\x02") "x"), false},
		{"empty record", TEXT(HEADER("\x16", "\xfe\xfd", "\0\0") "x"), false},
		{"header alone", TEXT(HEADER("\x16", "\xfe\xfd", "\0\x01")), false},
		{"half a header", TEXT("\x16\xfe\xfd\0\0\0"), false},
		{"unified header", TEXT("\x2f\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"),
		 false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t window[PARSE_WINDOW] = {0};

		CHECK_CASE("%s", rows[i].name);
		memcpy(window, rows[i].bytes, rows[i].len);
		CHECK_INT(dtls_parse(window, rows[i].len) == 0, rows[i].is_message);
	}
}

#define SIP "OPTIONS sip:a@b SIP/2.0\r\n"
#define STUN                         \
	"\0\x01\0\0\x21\x12\xa4\x42" \
	"abcdefghijkl"
#define HELLO HEADER("\x16", "\xfe\xfd", "\0\x01") "\x01"
#define RTP   "\x80\0\x12\x34\0\0\0\xa0\xde\xad\xbe\xefvoice"

static void judges_by_ports(void)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		uint8_t kinds;
		uint32_t anywhere;
		enum demux_verdict want;
	} rows[] = {
		{TEXT(SIP), PORT_SIP, 0, DEMUX_SIP},
		{TEXT(SIP), PORT_STUN, 3, DEMUX_OTHER},
		{TEXT(SIP), 0, 3, DEMUX_NONE},
		{TEXT(SIP), PORT_STREAM, 3, DEMUX_NONE},
		{TEXT(STUN), 0, 0, DEMUX_NONE},
		{TEXT(STUN), 0, ANYWHERE_DTLS, DEMUX_NONE},
		{TEXT(STUN), 0, ANYWHERE_STUN, DEMUX_STUN},
		{TEXT(STUN), PORT_SIP, 0, DEMUX_STUN},
		{TEXT(HELLO), 0, ANYWHERE_STUN, DEMUX_NONE},
		{TEXT(HELLO), 0, ANYWHERE_DTLS, DEMUX_DTLS},
		{TEXT(HELLO), PORT_STUN, 0, DEMUX_DTLS},
		{TEXT(HELLO), PORT_STREAM, 0, DEMUX_NONE},
		{TEXT(RTP), PORT_SIP, 3, DEMUX_OTHER},
		{TEXT(RTP), 0, 3, DEMUX_NONE},
		/* a heartbeat port: whatever it is */
		{TEXT(RTP), PORT_BEAT, 3, DEMUX_BEAT},
		{TEXT(STUN), PORT_BEAT, 3, DEMUX_BEAT},
		{TEXT("x"), PORT_BEAT, 0, DEMUX_BEAT},
		{TEXT("\0"), PORT_BEAT | PORT_STREAM, 0, DEMUX_BEAT},
		{TEXT(""), PORT_BEAT, 3, DEMUX_KEEPALIVE},
		/* of two ports one is for heartbeats: what nothing else is */
		{TEXT(SIP), PORT_BEAT | PORT_SIP, 0, DEMUX_SIP},
		{TEXT(STUN), PORT_BEAT | PORT_STUN, 0, DEMUX_STUN},
		{TEXT("\r\n"), PORT_BEAT | PORT_SIP, 0, DEMUX_BEAT},
		{TEXT(RTP), PORT_BEAT | PORT_SIP, 0, DEMUX_BEAT},
		{TEXT(""), PORT_STUN, 3, DEMUX_OTHER},
		{TEXT(""), 0, 3, DEMUX_NONE},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t window[PARSE_WINDOW] = {0};

		CHECK_CASE("row %zu", i);
		memcpy(window, rows[i].bytes, rows[i].len);
		CHECK_INT(demux_classify(window, rows[i].len, rows[i].kinds, rows[i].anywhere),
			  rows[i].want);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"knows_dtls_records", knows_dtls_records, TEST_PLAIN},
		{"judges_by_ports", judges_by_ports, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
