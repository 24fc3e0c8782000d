/* SPDX-License-Identifier: BSD-2-Clause */
/* permessage-deflate (RFC 7692) of one direction: the window lives from message to message. Its
 * memory, some 44 KB, counts as buffered by the connection. */
#ifndef SIGPATH_INFLATER_H
#define SIGPATH_INFLATER_H

#include <stdint.h>

#include "tcp_end.h"

struct inflater;

/* 0, -ENOMEM: no memory, or none left for streams. */
int inflater__new(struct tcp_table *t, struct tcp_end *e, struct inflater **ret);
void inflater__free(struct inflater *f);
/* One message into out. 0; -EMSGSIZE: longer than cap; -EBADMSG: no such data. After an error
 * nothing that follows can be read. */
int inflater__run(struct inflater *f, const uint8_t *p, uint32_t len, uint8_t *out, uint32_t cap,
		  uint32_t *out_len);

#endif
