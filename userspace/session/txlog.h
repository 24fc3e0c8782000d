/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction log: each measured transaction as one line of JSON.
 *
 *   {"id":1,"service":"sip 10.0.0.1:5060","side":"server","method":"OPTIONS","code":200,
 *    "key":"z9hG4bK...","call_id":"...","cseq":1,"start_ns":N,"total_ns":N,
 *    "stages":{"driver":N,...},"local":"ip:port","remote":"ip:port","tid":N,"tgid":N,
 *    "comm":"...","netns":N,"cgroup":N,"proxied":false,"retransmits":0}
 *
 * The stages sum to total_ns. Times are CLOCK_MONOTONIC. Names are printable ASCII without quotes
 * or backslashes. */
#ifndef SIGPATH_TXLOG_H
#define SIGPATH_TXLOG_H

#include <stdint.h>

#include "session.h"

struct txlog;

/* Truncates the file. -errno of open. */
int txlog__new(const char *path, struct txlog **ret);
/* Flushes; NULL is fine. */
void txlog__free(struct txlog *log);
/* Buffered. */
void txlog__push(struct txlog *log, const struct session_done *done);
void txlog__flush(struct txlog *log);
/* Lines that could not be written (disk full). */
uint64_t txlog__lost(const struct txlog *log);

#endif
