#include "dtls_head.h"
#include <errno.h>
#include <stddef.h>
int dtls_head__parse(const uint8_t *p, uint32_t len, uint32_t msg_len, struct dtls_head *out) { (void)p; (void)len; (void)msg_len; (void)out; return -EBADMSG; }
int tls_head__parse(const uint8_t *p, uint32_t len, struct dtls_head *out) { (void)p; (void)len; (void)out; return -EBADMSG; }
int dtls_hello__parse(const uint8_t *body, uint32_t len, uint8_t type, bool is_dtls, struct dtls_hello *out) { (void)body; (void)len; (void)type; (void)is_dtls; (void)out; return -EBADMSG; }
const char *dtls_type__name(uint8_t type) { (void)type; return NULL; }
const char *dtls_srtp__name(uint16_t profile) { (void)profile; return NULL; }
