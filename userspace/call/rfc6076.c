/* SPDX-License-Identifier: BSD-2-Clause */
/* Empty metrics; dialog.c feeds them. */
#include "rfc6076.h"

#include <string.h>

void rfc6076__init(struct rfc6076 *r)
{
	memset(r, 0, sizeof(*r));
	hist__init(&r->rrd);
	hist__init(&r->srd_success);
	hist__init(&r->srd_failed);
	hist__init(&r->sdd);
	hist__init(&r->sdt_success);
	hist__init(&r->sdt_failed);
}
