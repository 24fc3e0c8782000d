/* SPDX-License-Identifier: BSD-2-Clause */
/* The torture messages of RFC 4475 and the outcome its text asks for. "Answered 400" and the like
 * is a transaction to time, so the message has to be taken; where the text allows refusal the row
 * says why this parser uses it. */
#ifndef SIGPATH_RFC4475_H
#define SIGPATH_RFC4475_H

#include <errno.h>
#include <stdbool.h>

#include "sip.h"

static const struct torture {
	const char *file;
	int rc;
	enum sip_method method;
	uint16_t status;
	enum sip_method cseq_method;
	bool has_cseq; /* a number that may be used */
} torture[] = {
	{"wsinv.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.1.1.1 valid, folded and spaced wherever allowed */
	{"intmeth.dat", 0, SIP_OTHER, 0, SIP_OTHER,
	 true}, /* 3.1.1.2 valid, an extension method of 43 characters */
	{"esc01.dat", 0, SIP_INVITE, 0, SIP_INVITE, true},	 /* 3.1.1.3 valid */
	{"escnull.dat", 0, SIP_REGISTER, 0, SIP_REGISTER, true}, /* 3.1.1.4 valid */
	{"esc02.dat", 0, SIP_OTHER, 0, SIP_OTHER,
	 true}, /* 3.1.1.5 valid, % is no escape in a method */
	{"lwsdisp.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.1.1.6 valid */
	{"longreq.dat", 0, SIP_INVITE, 0, SIP_INVITE, true},   /* 3.1.1.7 valid */
	{"dblreq.dat", 0, SIP_REGISTER, 0, SIP_REGISTER,
	 true}, /* 3.1.1.8 valid, the second request is excess */
	{"semiuri.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true},	  /* 3.1.1.9 valid */
	{"transports.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.1.1.10 valid */
	{"mpart01.dat", 0, SIP_MESSAGE, 0, SIP_MESSAGE, true},	  /* 3.1.1.11 valid */
	{"unreason.dat", 0, SIP_INVITE, 200, SIP_INVITE, true},	  /* 3.1.1.12 valid */
	{"noreason.dat", 0, SIP_INVITE, 100, SIP_INVITE, true},	  /* 3.1.1.13 valid */
	{"badinv01.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.1.2.1 answered 400: bad Via and Contact */
	{"clerr.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true},						 /* 3.1.2.2 answered 400: Content-Length */
	{"ncl.dat", 0, SIP_INVITE, 0, SIP_INVITE, true}, /* 3.1.2.3 answered 400: Content-Length */
	{"scalar02.dat", 0, SIP_REGISTER, 0, SIP_REGISTER,
	 false}, /* 3.1.2.4 answered 400: CSeq beyond 2^31 */
	{"scalarlg.dat", 0, SIP_OPTIONS, 503, SIP_OPTIONS,
	 false}, /* 3.1.2.5 CSeq beyond 2^31: the number must not be used */
	{"quotbal.dat", 0, SIP_INVITE, 0, SIP_INVITE, true}, /* 3.1.2.6 answered 400: To */
	{"ltgtruri.dat", -EBADMSG, SIP_OTHER, 0, SIP_OTHER,
	 false}, /* 3.1.2.7 invalid start line, may be refused: < */
	{"lwsruri.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.1.2.8 invalid, 400 or recovered; method and version are clear */
	{"lwsstart.dat", -EBADMSG, SIP_OTHER, 0, SIP_OTHER,
	 false}, /* 3.1.2.9 invalid start line, may be refused: two spaces */
	{"trws.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS,
	 true}, /* 3.1.2.10 invalid, 400 or recovered: trailing spaces */
	{"escruri.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.1.2.11 answered 400: headers in the URI */
	{"baddate.dat", 0, SIP_INVITE, 0, SIP_INVITE, true}, /* 3.1.2.12 Date */
	{"regbadct.dat", 0, SIP_REGISTER, 0, SIP_REGISTER,
	 true},							/* 3.1.2.13 answered 400: Contact */
	{"badaspec.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.1.2.14 answered 400: To */
	{"baddn.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true},	/* 3.1.2.15 From */
	{"badvers.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true},	/* 3.1.2.16 answered 505: SIP/7.0 */
	{"mismatch01.dat", 0, SIP_OPTIONS, 0, SIP_INVITE,
	 true}, /* 3.1.2.17 answered 400: CSeq method differs */
	{"mismatch02.dat", 0, SIP_OTHER, 0, SIP_INVITE,
	 true}, /* 3.1.2.18 answered 400 or 501: CSeq method differs */
	{"bigcode.dat", -EBADMSG, SIP_OTHER, 0, SIP_OTHER,
	 false}, /* 3.1.2.19 refused: status of ten digits */
	{"badbranch.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS,
	 true}, /* 3.2.1 nothing behind the magic cookie */
	{"insuf.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.3.1 answered 400: From, To and Call-ID are missing */
	{"unkscm.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true},  /* 3.3.2 answered 416 */
	{"novelsc.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.3.3 answered 416 */
	{"unksm2.dat", 0, SIP_REGISTER, 0, SIP_REGISTER,
	 true},						      /* 3.3.4 schemes in To and Contact */
	{"bext01.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.3.5 answered 420 */
	{"invut.dat", 0, SIP_INVITE, 0, SIP_INVITE, true},    /* 3.3.6 answered 415 */
	{"regaut01.dat", 0, SIP_REGISTER, 0, SIP_REGISTER, true}, /* 3.3.7 Authorization scheme */
	{"multi01.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.3.8 answered 400: fields that occur twice */
	{"mcl01.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true}, /* 3.3.9 two Content-Length */
	{"bcast.dat", 0, SIP_INVITE, 200, SIP_INVITE,
	 true}, /* 3.3.10 broadcast address in the second Via */
	{"zeromf.dat", 0, SIP_OPTIONS, 0, SIP_OPTIONS, true},	  /* 3.3.11 Max-Forwards 0 */
	{"cparam01.dat", 0, SIP_REGISTER, 0, SIP_REGISTER, true}, /* 3.3.12 Contact parameter */
	{"cparam02.dat", 0, SIP_REGISTER, 0, SIP_REGISTER, true}, /* 3.3.13 Contact URI parameter */
	{"regescrt.dat", 0, SIP_REGISTER, 0, SIP_REGISTER, true}, /* 3.3.14 URI header */
	{"sdp01.dat", 0, SIP_INVITE, 0, SIP_INVITE, true},	  /* 3.3.15 answered 406 */
	{"inv2543.dat", 0, SIP_INVITE, 0, SIP_INVITE,
	 true}, /* 3.4.1 RFC 2543: no branch, no From tag */
	{"test.dat", -EBADMSG, SIP_OTHER, 0, SIP_OTHER,
	 false}, /* not in the text: no SIP-Version */
};

#endif
