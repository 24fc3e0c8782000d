/* SPDX-License-Identifier: BSD-2-Clause */
/* By name, by pattern, by kind. */
#include "selection.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phrase.h"

int selection__init(struct selection *s, const struct selection_opts *opts)
{
	*s = (struct selection){.opts = *opts};
	s->is_found = calloc(opts->interface_cnt + 1, sizeof(*s->is_found));
	return s->is_found ? 0 : -ENOMEM;
}

void selection__done(struct selection *s)
{
	free(s->is_found);
	s->is_found = NULL;
}

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* Index of the first entry that matches, -1 none. */
static int match(const char *const *list, unsigned int cnt, const char *name)
{
	for (unsigned int i = 0; i < cnt; i++)
		if (!fnmatch(list[i], name, 0))
			return (int)i;
	return -1;
}

/* Hardware, veth and loopback carry packets to and from sockets; bridges, bonds and VLANs show them
 * once more. */
static bool is_end(const struct link_info *link)
{
	if (link->flags & IFF_LOOPBACK)
		return true;
	return link->type == ARPHRD_ETHER && (!link->kind[0] || !strcmp(link->kind, "veth"));
}

bool selection__wants(struct selection *s, const struct link_info *link)
{
	int named = match(s->opts.interfaces, s->opts.interface_cnt, link->name);

	phrase__add(s->present, sizeof(s->present), "%s%s", s->present[0] ? ", " : "", link->name);
	if (named >= 0)
		s->is_found[named] = true;
	if (match(s->opts.exclude, s->opts.exclude_cnt, link->name) >= 0)
		return false;
	return s->opts.interface_cnt ? named >= 0 : is_end(link);
}

int selection__check(const struct selection *s, char *err, size_t err_len)
{
	for (unsigned int i = 0; i < s->opts.interface_cnt; i++) {
		const char *name = s->opts.interfaces[i];

		if (s->is_found[i] || is_pattern(name))
			continue;
		snprintf(err, err_len, "no interface '%s' here; there are: %s", name, s->present);
		return -ENODEV;
	}
	return 0;
}
