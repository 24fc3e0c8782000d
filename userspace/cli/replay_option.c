/* SPDX-License-Identifier: BSD-2-Clause */
/* --sip-ports, --stun-ports, --local. */
#include "replay_option.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *command, const char *option, const char *value, const char *hint)
{
	fprintf(stderr, "sigpath %s: --%s: '%s' is %s\n", command, option, value, hint);
	return -EINVAL;
}

/* "5060,5070"; how many, or negative. */
static int parse_ports(const char *command, const char *option, const char *text, uint16_t *port)
{
	int cnt = 0;

	for (const char *at = text;;) {
		char *end;
		unsigned long v = strtoul(at, &end, 10);

		if (end == at || v < 1 || v > 65535 || (*end && *end != ','))
			return refuse(command, option, text, "no list of ports: 5060,5070");
		if (cnt == REPLAY_OPTION_PORTS)
			return refuse(command, option, text, "too long: at most 64 ports");
		port[cnt++] = (uint16_t)v;
		if (!*end)
			return cnt;
		at = end + 1;
	}
}

static bool parse_address(const char *text, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(ret, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, ret + 12) == 1 || inet_pton(AF_INET6, text, ret) == 1;
}

static int parse_addresses(const char *command, const char *text, uint8_t addr[][16])
{
	int cnt = 0;

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, ",");
		char one[64];

		snprintf(one, sizeof(one), "%.*s", (int)len, at);
		if (len >= sizeof(one) || !parse_address(one, addr[cnt]))
			return refuse(command, "local", text,
				      "no list of addresses: 10.0.0.1,fd00::1");
		if (++cnt == FEEDER_LOCALS_MAX)
			break;
		at += len + (at[len] == ',');
	}
	return cnt;
}

int replay_option__set(const char *command, const struct options *o, struct replay_option *keep,
		       struct replay_opts *ro)
{
	const char *sip = o->value[OPTION_SIP_PORTS], *stun = o->value[OPTION_STUN_PORTS];
	int sip_cnt = parse_ports(command, "sip-ports", sip ? sip : "5060", keep->sip_ports);
	int stun_cnt = sip_cnt < 0 ? 0
				   : parse_ports(command, "stun-ports", stun ? stun : "3478",
						 keep->stun_ports);
	int local_cnt = 0;

	if (o->value[OPTION_LOCAL])
		local_cnt = parse_addresses(command, o->value[OPTION_LOCAL], keep->local);
	if (sip_cnt < 0 || stun_cnt < 0 || local_cnt < 0)
		return -EINVAL;
	replay_settings__init(&ro->settings);
	ro->sip_anywhere = true;
	ro->sip_ports = keep->sip_ports;
	ro->sip_port_cnt = (unsigned int)sip_cnt;
	ro->stun_ports = keep->stun_ports;
	ro->stun_port_cnt = (unsigned int)stun_cnt;
	ro->local = keep->local;
	ro->local_cnt = (unsigned int)local_cnt;
	return 0;
}
