#include "sdp.h"
#include <errno.h>
int sdp__parse(const char *p, uint32_t len, struct sdp *out) { (void)p; (void)len; (void)out; return -EBADMSG; }
int sdp__candidate(const char *p, uint32_t len, struct sdp_candidate *out) { (void)p; (void)len; (void)out; return -EBADMSG; }
int sdp__fragment(const char *p, uint32_t len, struct sdp *out) { (void)p; (void)len; (void)out; return -EBADMSG; }
