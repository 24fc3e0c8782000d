/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as people read them: three significant digits, a unit on each, "--" for what is not
 * known. */
#ifndef SIGPATH_FIGURE_H
#define SIGPATH_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#define FIGURE_LEN 24
/* A value that is not known. */
#define FIGURE_NONE UINT64_MAX

/* "850ns", "1.23us", "31.2ms", "1.82s", "20.5m" (minutes), "27.8h"; at most 6 columns below 11
 * years. Returns buf. */
const char *figure__ns(char buf[FIGURE_LEN], uint64_t ns);
/* Digits if they fit in width (>= 4), else "123k", "1.23M". Returns buf. */
const char *figure__count(char buf[FIGURE_LEN], uint64_t count, unsigned int width);
/* "0.0/s", "<0.1/s", "3.1/s", "812/s", "18k/s"; at most 6 columns. Returns buf. */
const char *figure__rate(char buf[FIGURE_LEN], double per_s);
/* "60s", "7.5s": a length of time someone configured. Returns buf. */
const char *figure__seconds(char buf[FIGURE_LEN], uint64_t ns);
/* "512B", "16.0MiB", "1.20GiB"; at most 7 columns. Returns buf. */
const char *figure__bytes(char buf[FIGURE_LEN], uint64_t bytes);
/* A share of one CPU: "<0.01%", "0.71%", "12.3%", "250%"; "--" of a negative one. Returns buf. */
const char *figure__cpu(char buf[FIGURE_LEN], double share);
/* "<1%", "53%", "--" of nothing. Returns buf. */
const char *figure__percent(char buf[FIGURE_LEN], uint64_t part, uint64_t whole);

#endif
