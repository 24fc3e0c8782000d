/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fixture_capture.h"
#include "test.h"

/* Reads all; the result of the last call. */
static int read_all(const struct made *m, struct capture_packet *packet, unsigned int max,
		    unsigned int *cnt, char *error)
{
	struct source s = {.fd = -1};
	struct capture_file f;
	struct capture_packet p;
	int rc = source__open_bytes(m->p, m->len, &s);

	*cnt = 0;
	error[0] = '\0';
	if (rc)
		return rc;
	rc = capture_file__open(&s, &f);
	while (!rc && !(rc = capture_file__next(&f, &p))) {
		if (*cnt < max)
			packet[*cnt] = p;
		++*cnt;
	}
	snprintf(error, CAPTURE_FILE_ERROR_LEN, "%s", f.error);
	capture_file__done(&f);
	source__done(&s);
	return rc;
}

static void reads_pcap_of_every_kind(void)
{
	static const struct {
		uint32_t magic;
		uint64_t ns;
		bool is_big, is_long;
	} rows[] = {
		{0xa1b2c3d4, 1000000005000, false, false}, {0xa1b2c3d4, 1000000005000, true, false},
		{0xa1b23c4d, 1000000000005, false, false}, {0xa1b23c4d, 1000000000005, true, false},
		{0xa1b2cd34, 1000000005000, false, true},  {0xa1b2cd34, 1000000005000, true, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = {.is_big = rows[i].is_big};
		struct capture_packet p[2];
		char error[CAPTURE_FILE_ERROR_LEN];
		unsigned int cnt;

		CHECK_CASE("%zu", i);
		made__pcap(&m, rows[i].magic, 0xf0000071); /* with an FCS length */
		for (int k = 0; k < 2; k++) {
			made__record(&m, 1000, 5, "", 0, 60);
			if (rows[i].is_long)
				made__bytes(&m, "12345678", 8);
			memcpy(m.p + m.len - (rows[i].is_long ? 16 : 8), (uint8_t[4]){0}, 4);
			m.p[m.len - (rows[i].is_long ? 16 : 8) + (m.is_big ? 3 : 0)] = 3;
			made__bytes(&m, "abc", 3);
		}
		if (read_all(&m, p, 2, &cnt, error) == -ENOMEM)
			continue;
		CHECK_STR(error, "");
		CHECK_UINT(cnt, 2);
		CHECK_UINT(p[1].ts_ns, rows[i].ns);
		CHECK_UINT(p[1].len, 3);
		CHECK_UINT(p[1].wire_len, 60);
		CHECK_UINT(p[1].link, 0x71);
	}
}

static void reads_pcapng_of_both_orders(void)
{
	for (int big = 0; big < 2; big++) {
		struct made m = {.is_big = big};
		struct capture_packet p[8];
		char error[CAPTURE_FILE_ERROR_LEN];
		unsigned int cnt;
		int rc;

		CHECK_CASE("big %d", big);
		made__section(&m);
		made__interface(&m, 1, 0, -1, 0);
		made__interface(&m, 101, 0, 9, 0);
		made__interface(&m, 113, 0, 0x80 | 10, 0);
		made__interface(&m, 276, 0, 12, -2);
		made__block(&m, 0x0bad, "read over", 9);
		made__enhanced(&m, 0, 3000001, "abcd", 4, 4);
		made__enhanced(&m, 1, 3000000002, "abcde", 5, 9);
		made__enhanced(&m, 2, 3 * 1024 + 512, "", 0, 0);
		made__enhanced(&m, 3, 5000000000003ull, "a", 1, 1);
		/* another section, another order, its own interfaces */
		m.is_big = !big;
		made__section(&m);
		made__interface(&m, 228, 3, 6, 0);
		made__block(&m, 3, m.is_big ? "\0\0\0\x07zyxwvut" : "\x07\0\0\0zyxwvut", 11);
		rc = read_all(&m, p, 8, &cnt, error);
		if (rc == -ENOMEM)
			continue;
		CHECK_INT(rc, -ENODATA);
		CHECK_STR(error, "");
		if (!CHECK_UINT(cnt, 5))
			continue;
		CHECK_UINT(p[0].ts_ns, 3000001000);
		CHECK_UINT(p[0].link, 1);
		CHECK_UINT(p[1].ts_ns, 3000000002);
		CHECK_UINT(p[1].wire_len, 9);
		CHECK_UINT(p[2].ts_ns, 3500000000);
		CHECK_UINT(p[2].link, 113);
		CHECK_UINT(p[3].ts_ns, 3000000000);
		CHECK_UINT(p[4].ts_ns, 3000000000); /* has none of its own */
		CHECK_UINT(p[4].len, 3);	    /* snapped */
		CHECK_UINT(p[4].wire_len, 7);
		CHECK_UINT(p[4].link, 228);
	}
}

/* Cut at every byte: the packets before are there, and only a cut between two is an end. */
static void cut_anywhere(void)
{
	for (int ng = 0; ng < 2; ng++) {
		struct made m = {0};
		uint32_t border[4];

		if (ng) {
			made__section(&m);
			made__interface(&m, 1, 0, -1, 0);
		} else {
			made__pcap(&m, 0xa1b2c3d4, 1);
		}
		border[0] = m.len;
		for (int i = 1; i < 4; i++) {
			if (ng)
				made__enhanced(&m, 0, 7, "abcdef", 6, 6);
			else
				made__record(&m, 1, 2, "abcdef", 6, 6);
			border[i] = m.len;
		}
		for (uint32_t len = 0; len <= m.len; len++) {
			struct made c = m;
			char error[CAPTURE_FILE_ERROR_LEN];
			unsigned int cnt, want = 0;
			bool is_border = false;
			int rc;

			c.len = len;
			for (int i = 0; i < 4; i++) {
				want = len >= border[i] ? (unsigned int)i : want;
				is_border |= len == border[i];
			}
			is_border |= ng && len == 28; /* behind the section header */
			rc = read_all(&c, NULL, 0, &cnt, error);
			if (rc == -ENOMEM)
				continue;
			CHECK_CASE("%s cut at %u", ng ? "pcapng" : "pcap", len);
			CHECK_INT(rc, is_border ? -ENODATA : -EBADMSG);
			CHECK_UINT(cnt, want);
			CHECK((error[0] == '\0') == is_border);
		}
	}
}

static void says_where_and_what(void)
{
	struct made m = {0}, n = {0}, ng = {0};
	char error[CAPTURE_FILE_ERROR_LEN];
	unsigned int cnt;

	made__bytes(&m, "GET / HTTP/1.1\r\n", 16);
	if (read_all(&m, NULL, 0, &cnt, error) != -ENOMEM)
		CHECK_STR(
			error,
			"no capture: it begins with 47 45 54 20 at byte 0, after 0 packets; pcap, "
			"pcapng and recordings of sigpath can be read, plain or gzip");
	made__pcap(&n, 0xa1b2c3d4, 1);
	made__record(&n, 1, 2, "abc", 3, 3);
	made__u32(&n, 1);
	made__u32(&n, 1);
	made__u32(&n, 0x7fffffff);
	made__u32(&n, 1);
	if (read_all(&n, NULL, 0, &cnt, error) != -ENOMEM) {
		CHECK_UINT(cnt, 1);
		CHECK_STR(error,
			  "a packet of impossible length at byte 43, after 1 packets; the file is "
			  "damaged: what came before is used");
	}
	made__section(&ng);
	made__enhanced(&ng, 0, 7, "abcdef", 6, 6);
	if (read_all(&ng, NULL, 0, &cnt, error) != -ENOMEM)
		CHECK_STR(error,
			  "a packet of an interface that is not described at byte 28 (block 2), "
			  "after 0 packets; the file is damaged: what came before is used");
	ng.p[ng.len - 1] ^= 1;
	if (read_all(&ng, NULL, 0, &cnt, error) != -ENOMEM)
		CHECK_STR(error,
			  "a block whose two lengths differ at byte 28 (block 2), after 0 packets; "
			  "the file is damaged: what came before is used");
}

/* A gzip file, whole and cut. */
static void reads_gzip(void)
{
	struct made m = {0};
	char path[64];
	int fd = memfd_create("capture", 0);
	off_t len;
	gzFile gz;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	made__pcap(&m, 0xa1b2c3d4, 1);
	gz = gzopen(path, "wb");
	if (!CHECK(fd >= 0 && gz))
		return;
	gzwrite(gz, m.p, m.len);
	for (uint32_t i = 0; i < 50000; i++) {
		m.len = 0;
		made__record(&m, i, 0, &i, 4, 4);
		gzwrite(gz, m.p, m.len);
	}
	gzclose(gz);
	len = lseek(fd, 0, SEEK_END);
	for (int is_cut = 0; is_cut < 2; is_cut++) {
		struct source s = {.fd = -1};
		struct capture_file f;
		struct capture_packet p = {0};
		int rc;

		if (is_cut && !CHECK_INT(ftruncate(fd, len / 2), 0))
			break;
		if (!CHECK_OK(source__open(path, &s)))
			continue;
		CHECK(source__size(&s) > 0);
		rc = capture_file__open(&s, &f);
		if (CHECK_OK(rc)) {
			while (!(rc = capture_file__next(&f, &p)))
				;
			CHECK_INT(rc, is_cut ? -EBADMSG : -ENODATA);
			if (is_cut)
				CHECK(f.packets > 1000 && f.packets < 49000);
			else
				CHECK_UINT(f.packets, 50000);
			CHECK_UINT(p.ts_ns, (f.packets - 1) * 1000000000ull);
			CHECK(!is_cut || strstr(f.error, "compressed data is cut"));
		}
		capture_file__done(&f);
		source__done(&s);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_pcap_of_every_kind", reads_pcap_of_every_kind, TEST_WALK},
		{"reads_pcapng_of_both_orders", reads_pcapng_of_both_orders, TEST_WALK},
		{"cut_anywhere", cut_anywhere, TEST_PLAIN},
		{"says_where_and_what", says_where_and_what, TEST_WALK},
		{"reads_gzip", reads_gzip, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}
