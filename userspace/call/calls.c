#include "calls.h"
#include <errno.h>
#include <stdlib.h>
struct calls { struct calls_counts n; struct rfc6076 r; };
int calls__new(const struct calls_opts *opts, struct calls **ret) { (void)opts; *ret = calloc(1, sizeof(**ret)); return *ret ? 0 : -ENOMEM; }
void calls__free(struct calls *c) { free(c); }
call_msg_ref_t calls__add(struct calls *c, const struct message *m, const struct facts *f, const struct call_verdict *v) { (void)c; (void)m; (void)f; (void)v; return 0; }
void calls__settle(struct calls *c, call_msg_ref_t ref, enum call_fate fate, const struct rx_leg *rx, const struct tx_leg *tx, const struct rec_task *task) { (void)c; (void)ref; (void)fate; (void)rx; (void)tx; (void)task; }
void calls__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir, uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns) { (void)c; (void)flow; (void)proto; (void)dir; (void)msg_len; (void)first; (void)ts_ns; }
void calls__tick(struct calls *c, uint64_t now_ns) { (void)c; (void)now_ns; }
const struct calls_counts *calls__counts(const struct calls *c) { return &c->n; }
const struct rfc6076 *calls__rfc6076(const struct calls *c) { return &c->r; }
const struct call *calls__next(const struct calls *c, uint64_t from) { (void)c; (void)from; return NULL; }
const struct call *calls__prev(const struct calls *c, uint64_t before) { (void)c; (void)before; return NULL; }
const struct call *calls__find(const struct calls *c, uint64_t id) { (void)c; (void)id; return NULL; }
const struct call *calls__find_text(const struct calls *c, const char *call_id) { (void)c; (void)call_id; return NULL; }
const struct call_msg *calls__msg(const struct calls *c, uint32_t idx1) { (void)c; (void)idx1; return NULL; }
uint32_t calls__payload(const struct calls *c, const struct call_msg *m, uint8_t *buf, uint32_t len) { (void)c; (void)m; (void)buf; (void)len; return 0; }
unsigned int calls__cnt(const struct calls *c) { (void)c; return 0; }
