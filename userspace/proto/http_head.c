#include "http_head.h"
#include <errno.h>
int http_head__parse(const uint8_t *p, uint32_t len, struct http_head *out) { (void)p; (void)len; (void)out; return -EBADMSG; }
const char *http_method__name(const uint8_t *p, struct sip_span method) { (void)p; (void)method; return "OTHER"; }
