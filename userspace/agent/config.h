/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of the daemon. The table config.def is the only list of them; a setting's field here,
 * its default, its line in the file, its option and its help all come from its row.
 *
 * Precedence: defaults, then the file, then options. Within one of these a repeated list key
 * appends; the first one there replaces what the layer below said. */
#ifndef SIGPATH_CONFIG_H
#define SIGPATH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "value.h"

#define CONFIG_FILE_DEFAULT "/etc/sigpath/sigpathd.conf"
#define CONFIG_LIST_MAX	    256
#define CONFIG_PORTS_MAX    64

/* X(id, name) */
#define CONFIG_TAPS(X)                  \
	X(CONFIG_TAPS_AUTO, "auto")     \
	X(CONFIG_TAPS_XDP, "xdp")       \
	X(CONFIG_TAPS_TC, "tc")         \
	X(CONFIG_TAPS_SOCKET, "socket") \
	X(CONFIG_TAPS_NONE, "none")

enum config_taps {
#define X(id, name) id,
	CONFIG_TAPS(X)
#undef X
};

/* "a|b|c" from a table of X(id, name). */
#define CONFIG_NAME(id, name) "|" name
#define CONFIG_NAMES(table)   (&"" table(CONFIG_NAME)[1])

struct config_list {
	char **item;
	unsigned int cnt;
};

/* Each port once, in the order given. */
struct config_ports {
	uint16_t port[CONFIG_PORTS_MAX];
	unsigned int cnt;
};

/* Type of the field that a row of that TYPE makes. Strings are never NULL after config__load; ""
 * says not set. */
#define CONFIG_FIELD_STRING   char *
#define CONFIG_FIELD_PATH     char *
#define CONFIG_FIELD_BOOL     bool
#define CONFIG_FIELD_UINT     unsigned int
#define CONFIG_FIELD_OCTAL    unsigned int
#define CONFIG_FIELD_DURATION uint64_t /* ns */
#define CONFIG_FIELD_SIZE     size_t   /* bytes */
#define CONFIG_FIELD_POW2     size_t   /* bytes, a power of two */
#define CONFIG_FIELD_ENUM     int /* index in the row's own table: enum config_taps, enum log_level */
#define CONFIG_FIELD_LIST     struct config_list
#define CONFIG_FIELD_PORTS    struct config_ports

struct config {
#define CONFIG(key, type, def, field, lo, hi, metavar, help) CONFIG_FIELD_##type field;
#include "config.def"
#undef CONFIG
};

/* Fills *c from defaults, file and options. 0: run with it. > 0: --help, --version, --check or
 * --print-config has been answered on standard output, exit with 0. -errno: err says what is wrong,
 * where, and what was expected. Whatever it returns, *c may be given to config__done. */
int config__load(struct config *c, int argc, char **argv, char *err, size_t err_len);
void config__done(struct config *c);

#endif
