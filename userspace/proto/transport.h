/* SPDX-License-Identifier: BSD-2-Clause */
/* What carries a message. */
#ifndef SIGPATH_TRANSPORT_H
#define SIGPATH_TRANSPORT_H

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_WS, TRANSPORT_TLS };

#endif
