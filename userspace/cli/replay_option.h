/* SPDX-License-Identifier: BSD-2-Clause */
/* How a capture is to be read, from the command line: ports and whose view it is. */
#ifndef SIGPATH_REPLAY_OPTION_H
#define SIGPATH_REPLAY_OPTION_H

#include "option.h"
#include "replay.h"

#define REPLAY_OPTION_PORTS 64

struct replay_option {
	uint16_t sip_ports[REPLAY_OPTION_PORTS], stun_ports[REPLAY_OPTION_PORTS];
	uint8_t local[FEEDER_LOCALS_MAX][16];
};

/* Fills ports, addresses and settings of ro, which borrows them from keep. -EINVAL: told on stderr
 * what is wrong. */
int replay_option__set(const char *command, const struct options *o, struct replay_option *keep,
		       struct replay_opts *ro);

#endif
