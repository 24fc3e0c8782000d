/* SPDX-License-Identifier: BSD-2-Clause */
/* stub */
#include "sip_head.h"
enum sip_fault sip_head__judge(const uint8_t *p, uint32_t len, const struct sip_head *head) { (void)p; (void)len; (void)head; return SIP_FAULT_NONE; }
const char *sip_fault__text(enum sip_fault fault) { (void)fault; return ""; }
