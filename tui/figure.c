/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers with units. */
#include "figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct unit {
	double size;
	double end; /* values that round to this or more take the next unit */
	const char *name;
};

static const struct unit time_units[] = {
	{1, 999.5, "ns"},  {1e3, 999.5, "us"}, {1e6, 999.5, "ms"},
	{1e9, 999.5, "s"}, {60e9, 99.95, "m"}, {3600e9, INFINITY, "h"},
};
static const struct unit count_units[] = {
	{1e3, 999.5, "k"},
	{1e6, 999.5, "M"},
	{1e9, 999.5, "G"},
	{1e12, INFINITY, "T"},
};

static const struct unit byte_units[] = {
	{1024.0, 999.5, "KiB"},
	{1048576.0, 999.5, "MiB"},
	{1073741824.0, 999.5, "GiB"},
	{1099511627776.0, INFINITY, "TiB"},
};

static const char *print_scaled(char *buf, double value, const struct unit *unit, int whole)
{
	while (value / unit->size >= unit->end)
		unit++;
	value /= unit->size;
	snprintf(buf, FIGURE_LEN, "%.*f%s",
		 whole		 ? 0
		 : value < 9.995 ? 2
		 : value < 99.95 ? 1
				 : 0,
		 value, unit->name);
	return buf;
}

const char *figure__ns(char buf[FIGURE_LEN], uint64_t ns)
{
	if (ns == FIGURE_NONE)
		return strcpy(buf, "--");
	return print_scaled(buf, (double)ns, time_units, ns < 1000);
}

const char *figure__count(char buf[FIGURE_LEN], uint64_t count, unsigned int width)
{
	if (count == FIGURE_NONE)
		return strcpy(buf, "--");
	if ((unsigned int)snprintf(buf, FIGURE_LEN, "%" PRIu64, count) <= width)
		return buf;
	/* "1.23k" has five columns. */
	return print_scaled(buf, (double)count, count_units, width < 5);
}

const char *figure__rate(char buf[FIGURE_LEN], double per_s)
{
	if (!(per_s >= 0) || per_s > 1e15)
		strcpy(buf, "--");
	else if (per_s > 0 && per_s < 0.05)
		strcpy(buf, "<0.1/s");
	else if (per_s < 9999.5)
		snprintf(buf, FIGURE_LEN, "%.*f/s", per_s < 99.95 ? 1 : 0, per_s);
	else
		strcat(strcpy(buf, print_scaled((char[FIGURE_LEN]){0}, per_s, count_units, 1)),
		       "/s");
	return buf;
}

const char *figure__bytes(char buf[FIGURE_LEN], uint64_t bytes)
{
	if (bytes == FIGURE_NONE)
		return strcpy(buf, "--");
	if (bytes < 1000) {
		snprintf(buf, FIGURE_LEN, "%" PRIu64 "B", bytes);
		return buf;
	}
	return print_scaled(buf, (double)bytes, byte_units, 0);
}

const char *figure__cpu(char buf[FIGURE_LEN], double share)
{
	double percent = share * 100;

	if (!(share >= 0) || share > 1e6)
		strcpy(buf, "--");
	else if (share > 0 && percent < 0.005)
		strcpy(buf, "<0.01%");
	else
		snprintf(buf, FIGURE_LEN, "%.*f%%",
			 percent < 9.995   ? 2
			 : percent < 99.95 ? 1
					   : 0,
			 percent);
	return buf;
}

const char *figure__percent(char buf[FIGURE_LEN], uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	if (!whole)
		strcpy(buf, "--");
	else if (part && percent < 0.5)
		strcpy(buf, "<1%");
	else
		snprintf(buf, FIGURE_LEN, "%.0f%%", floor(percent + 0.5));
	return buf;
}

const char *figure__seconds(char buf[FIGURE_LEN], uint64_t ns)
{
	if (ns == FIGURE_NONE)
		return strcpy(buf, "--");
	snprintf(buf, FIGURE_LEN, "%.4gs", (double)ns / 1e9);
	return buf;
}
