/* SPDX-License-Identifier: BSD-2-Clause */
/* Terminal-safe text: UTF-8 decoding, cleaning, cutting to columns. */
#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct range {
	uint32_t from;
	uint32_t to;
};

/* Characters that steer a terminal or hide what is written. */
static const struct range unsafe[] = {
	{0x0000, 0x001f},    /* C0 */
	{0x007f, 0x009f},    /* DEL, C1 */
	{0x00ad, 0x00ad},    /* soft hyphen */
	{0x061c, 0x061c},    /* Arabic letter mark */
	{0x180e, 0x180e},    /* Mongolian vowel separator */
	{0x200b, 0x200f},    /* zero width, direction marks */
	{0x2028, 0x202e},    /* line and paragraph separators, embeddings */
	{0x2060, 0x206f},    /* word joiner, isolates, deprecated format controls */
	{0xd800, 0xdfff},    /* surrogates */
	{0xfe00, 0xfe0f},    /* variation selectors */
	{0xfeff, 0xfeff},    /* byte order mark */
	{0xfff0, 0xffff},    /* specials */
	{0xe000, 0xf8ff},    /* private use */
	{0xe0000, 0x10ffff}, /* tags, private use */
};

static bool is_unsafe(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		if (cp >= unsafe[i].from && cp <= unsafe[i].to)
			return true;
	}
	return false;
}

size_t text__next(const char *s, size_t len, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *b = (const unsigned char *)s;
	size_t need = b[0] < 0x80	? 1
		      : b[0] >> 5 == 6	? 2
		      : b[0] >> 4 == 14 ? 3
		      : b[0] >> 3 == 30 ? 4
					: 0;

	*cp = 0;
	if (!need || need > len)
		return 1;
	if (need == 1) {
		*cp = b[0];
		return 1;
	}
	uint32_t value = b[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if (b[i] >> 6 != 2)
			return 1;
		value = value << 6 | (b[i] & 0x3f);
	}
	if (value < least[need] || value > 0x10ffff)
		return 1;
	*cp = value;
	return need;
}

void text__clean(char *dst, size_t size, const char *src, size_t len)
{
	size_t at = 0;

	while (len) {
		uint32_t cp;
		size_t take = text__next(src, len, &cp);
		bool bad = is_unsafe(cp);

		if (at + (bad ? 1 : take) >= size)
			break;
		memcpy(dst + at, bad ? "?" : src, bad ? 1 : take);
		at += bad ? 1 : take;
		src += take;
		len -= take;
	}
	dst[at] = '\0';
}

/* Columns of a character; what cannot be shown is shown as '?', 1 column. */
static unsigned int get_width(uint32_t cp, bool utf8, bool *shown)
{
	int width;

	*shown = true;
	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	width = utf8 && !is_unsafe(cp) ? wcwidth((wchar_t)cp) : -1;
	if (width < 0)
		*shown = false;
	return width < 0 ? 1 : (unsigned int)width;
}

unsigned int text__fit(char *dst, size_t size, const char *src, unsigned int cols, bool utf8)
{
	size_t len = strlen(src), at = 0, cut_at = 0;
	unsigned int used = 0, cut_used = 0;

	while (len) {
		uint32_t cp;
		bool shown;
		size_t take = text__next(src, len, &cp);
		unsigned int width = get_width(cp, utf8, &shown);
		size_t bytes = shown ? take : 1;

		if (used + width > cols || at + bytes + 1 >= size)
			break;
		if (width) {
			memcpy(dst + at, shown ? src : "?", bytes);
			at += bytes;
		}
		used += width;
		src += take;
		len -= take;
		if (used < cols) {
			cut_at = at;
			cut_used = used;
		}
	}
	if (len && cols && size > cut_at + 1) {
		at = cut_at;
		used = cut_used + 1;
		dst[at++] = '~';
	}
	if (size)
		dst[at] = '\0';
	return used;
}

bool text__is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

bool text__set_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	bool named = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		named = named || (value && *value);
	}
	/* `kubectl exec -it` sets TERM but no locale; the terminal behind it shows UTF-8. */
	if (!setlocale(LC_CTYPE, named ? "" : "C.UTF-8"))
		setlocale(LC_CTYPE, "C");
	return text__is_utf8();
}
