/* SPDX-License-Identifier: BSD-2-Clause */
/* A session description, as far as it ties signaling to media (RFC 8866, 8839, 8122, 5763, 8841):
 * who (origin), where (addresses, candidates), by which secrets (ufrag, fingerprint). Spans point
 * into the text; lines may end in CRLF or LF. */
#ifndef SIGPATH_SDP_H
#define SIGPATH_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "sip_head.h" /* struct sip_span */

#define SDP_MEDIA_MAX	  16
#define SDP_CANDIDATE_MAX 48

enum sdp_setup {
	SDP_SETUP_NONE,
	SDP_SETUP_ACTIVE,
	SDP_SETUP_PASSIVE,
	SDP_SETUP_ACTPASS,
	SDP_SETUP_HOLDCONN
};
enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };
enum sdp_candidate_type { SDP_HOST, SDP_SRFLX, SDP_PRFLX, SDP_RELAY };

struct sdp_media {
	struct sip_span type;  /* "audio" */
	struct sip_span proto; /* "UDP/TLS/RTP/SAVPF" */
	struct sip_span mid;
	struct sip_span ufrag, pwd;  /* of the medium, else of the session; len 0 none */
	struct sip_span fingerprint; /* "sha-256 AB:..." */
	uint8_t addr[16];	     /* of its c= line or the session's; IPv4 as ::ffff:a.b.c.d */
	bool has_addr;		     /* false: none, a host name, or 0.0.0.0 / :: */
	bool is_rtcp_mux, is_bundled_only;
	uint16_t port;	    /* 0 rejected (or bundle-only), 9 discard: candidates tell */
	uint16_t rtcp_port; /* a=rtcp (RFC 3605), else port + 1; 0 with rtcp-mux */
	uint8_t setup;	    /* enum sdp_setup */
	uint8_t direction;  /* enum sdp_direction */
};

struct sdp_candidate {
	uint8_t addr[16];
	bool has_addr; /* false: a name (mDNS) */
	bool is_tcp;
	uint8_t type;	   /* enum sdp_candidate_type */
	uint8_t component; /* 1 RTP, 2 RTCP */
	uint8_t media;	   /* index into media[] */
	uint16_t port;
	uint32_t priority;
};

struct sdp {
	struct sip_span origin; /* value of o=: <username> <sess-id> <sess-version> IN IP4 addr */
	struct sip_span sess_id;
	uint64_t sess_version;
	bool is_ice_lite, is_trickle;
	uint8_t media_cnt, candidate_cnt;    /* kept */
	uint16_t media_seen, candidate_seen; /* in the text */
	struct sdp_media media[SDP_MEDIA_MAX];
	struct sdp_candidate candidate[SDP_CANDIDATE_MAX];
};

/* 0, or -EBADMSG: does not begin with v=0. Broken lines are skipped. */
int sdp__parse(const char *p, uint32_t len, struct sdp *out);
/* One candidate attribute, with or without "a=": RFC 8839 5.1. 0 or -EBADMSG. */
int sdp__candidate(const char *p, uint32_t len, struct sdp_candidate *out);
/* A trickle fragment or candidate (OFFER_CANDIDATE): media[0] has ufrag and pwd if told. */
int sdp__fragment(const char *p, uint32_t len, struct sdp *out);

#endif
