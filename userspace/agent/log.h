/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's log: one line per event on standard error, "level: text". Only main, daemon and the
 * loader log; library code returns errors. A timestamp is put in front unless a terminal or the
 * journal (which has its own) is reading. */
#ifndef SIGPATH_LOG_H
#define SIGPATH_LOG_H

/* X(id, name), most severe first. */
#define LOG_LEVELS(X)               \
	X(LOG_LEVEL_ERROR, "error") \
	X(LOG_LEVEL_WARN, "warn")   \
	X(LOG_LEVEL_INFO, "info")   \
	X(LOG_LEVEL_DEBUG, "debug")

enum log_level {
#define X(id, name) id,
	LOG_LEVELS(X)
#undef X
};

/* Lines less severe than level are not written. Info until told otherwise. */
void log__set_level(enum log_level level);
/* Writes one line; newlines and control characters inside become spaces, more than 1000 bytes are
 * cut. Keeps errno. */
void log__write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log__write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log__write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log__write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log__write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
