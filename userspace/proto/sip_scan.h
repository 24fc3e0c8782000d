/* SPDX-License-Identifier: BSD-2-Clause */
/* Several bytes of a header field at a time: how many are plain, up to a ; , quote, white space or
 * control. With SSE2 sixteen, elsewhere eight in a word. */
#ifndef SIGPATH_SIP_SCAN_H
#define SIGPATH_SIP_SCAN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool is_plain(uint8_t ch)
{
	return ch > ' ' && ch != ';' && ch != ',' && ch != '"';
}

static inline uint64_t load_le64(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return le64toh(x);
}

#ifdef __SSE2__
#include <emmintrin.h>

#define SCAN_STEP 16u

/* SCAN_STEP bytes at p: the index of the first that is not plain, SCAN_STEP: none. */
static inline uint32_t scan_plain(const uint8_t *p)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)p);
	__m128i hit = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(' ')), x);

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8(';')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8(',')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	return (uint32_t)__builtin_ctz((uint32_t)_mm_movemask_epi8(hit) | 1u << SCAN_STEP);
}

/* The same for a byte. */
static inline uint32_t scan_byte(const uint8_t *p, char ch)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)p);
	uint32_t hit = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(ch)));

	return (uint32_t)__builtin_ctz(hit | 1u << SCAN_STEP);
}

#else
#define SCAN_STEP 8u

/* The high bit of each byte of x that is ch; exact up to the first hit, counted from the low end.
 */
static inline uint64_t match_byte(uint64_t x, uint8_t ch)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x8080808080808080ull;

	x ^= ones * ch;
	return (x - ones) & ~x & high;
}

static inline uint32_t scan_plain(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x8080808080808080ull;
	uint64_t x = load_le64(p), hit = (x - ones * (' ' + 1)) & ~x & high;

	hit |= match_byte(x, ';') | match_byte(x, ',') | match_byte(x, '"');
	return hit ? (uint32_t)__builtin_ctzll(hit) >> 3 : SCAN_STEP;
}

static inline uint32_t scan_byte(const uint8_t *p, char ch)
{
	uint64_t hit = match_byte(load_le64(p), (uint8_t)ch);

	return hit ? (uint32_t)__builtin_ctzll(hit) >> 3 : SCAN_STEP;
}
#endif

/* Of ch in len bytes at p, len: none. */
static inline uint32_t find_byte(const uint8_t *p, uint32_t len, char ch)
{
	uint32_t pos = 0, step;

	for (; len - pos >= SCAN_STEP; pos += SCAN_STEP) {
		step = scan_byte(p + pos, ch);
		if (step < SCAN_STEP)
			return pos + step;
	}
	while (pos < len && p[pos] != (uint8_t)ch)
		pos++;
	return pos;
}

#endif
