/* SPDX-License-Identifier: BSD-2-Clause */
/* One walk over the lines of a session description. */
#include "sdp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

struct line {
	const char *text; /* the whole description */
	const char *p, *end;
};

static struct sip_span span_of(const struct line *l, const char *p, const char *end)
{
	return (struct sip_span){.off = (uint32_t)(p - l->text), .len = (uint32_t)(end - p)};
}

/* Up to the next blank, behind blanks; empty at the end of the line. */
static struct line word(struct line *l)
{
	struct line w = *l;

	while (l->p < l->end && *l->p == ' ')
		l->p++;
	w.p = l->p;
	while (l->p < l->end && *l->p != ' ')
		l->p++;
	w.end = l->p;
	return w;
}

static bool is_word(const struct line *w, const char *name)
{
	size_t n = strlen(name);

	return (size_t)(w->end - w->p) == n && !memcmp(w->p, name, n);
}

/* Digits only; UINT64_MAX: none, or more than fit. */
static uint64_t number(const struct line *w)
{
	uint64_t v = 0;

	if (w->p == w->end || w->end - w->p > 19)
		return UINT64_MAX;
	for (const char *p = w->p; p < w->end; p++) {
		if (*p < '0' || *p > '9')
			return UINT64_MAX;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	return v;
}

static bool read_port(const struct line *w, uint16_t *port)
{
	uint64_t v = number(w);

	if (v > UINT16_MAX)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* IPv4 as ::ffff:a.b.c.d. False: a name, or no address at all. */
static bool read_addr(const struct line *w, uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN];
	size_t n = (size_t)(w->end - w->p);

	if (!n || n >= sizeof(text))
		return false;
	memcpy(text, w->p, n);
	text[n] = '\0';
	memset(addr, 0, 16);
	if (inet_pton(AF_INET, text, addr + 12) == 1) {
		addr[10] = addr[11] = 0xff;
		return true;
	}
	return inet_pton(AF_INET6, text, addr) == 1;
}

static bool is_any(const uint8_t addr[16])
{
	static const uint8_t any4[16] = {[10] = 0xff, [11] = 0xff}, any6[16];

	return !memcmp(addr, any4, 16) || !memcmp(addr, any6, 16);
}

/* c=IN IP4 10.0.0.1[/ttl] */
static bool read_connection(struct line l, uint8_t addr[16])
{
	struct line w;
	const char *slash;

	word(&l);
	word(&l);
	w = word(&l);
	slash = memchr(w.p, '/', (size_t)(w.end - w.p));
	if (slash)
		w.end = slash;
	return read_addr(&w, addr) && !is_any(addr);
}

static const struct {
	const char *name;
	uint8_t value;
} candidate_types[] = {
	{"host", SDP_HOST}, {"srflx", SDP_SRFLX}, {"prflx", SDP_PRFLX}, {"relay", SDP_RELAY}};

/* foundation component transport priority address port "typ" type */
static int read_candidate(struct line l, struct sdp_candidate *out)
{
	struct sdp_candidate c = {0};
	struct line w;
	uint64_t v;

	word(&l);
	w = word(&l);
	v = number(&w);
	if (!v || v > 256)
		return -EBADMSG;
	c.component = (uint8_t)(v & 0xff);
	w = word(&l);
	c.is_tcp = w.end - w.p == 3 && (w.p[0] | 0x20) == 't';
	w = word(&l);
	v = number(&w);
	if (v > UINT32_MAX)
		return -EBADMSG;
	c.priority = (uint32_t)v;
	w = word(&l);
	if (w.p == w.end)
		return -EBADMSG;
	c.has_addr = read_addr(&w, c.addr);
	w = word(&l);
	if (!read_port(&w, &c.port))
		return -EBADMSG;
	w = word(&l);
	if (!is_word(&w, "typ"))
		return -EBADMSG;
	w = word(&l);
	for (unsigned int i = 0; i < sizeof(candidate_types) / sizeof(candidate_types[0]); i++)
		if (is_word(&w, candidate_types[i].name))
			c.type = candidate_types[i].value;
	*out = c;
	return 0;
}

static bool starts(const struct line *l, const char *name, struct line *value)
{
	size_t n = strlen(name);

	if ((size_t)(l->end - l->p) < n || memcmp(l->p, name, n))
		return false;
	*value = *l;
	value->p += n;
	return true;
}

static void add_candidate(struct sdp *s, uint8_t medium, struct line value)
{
	struct sdp_candidate c;

	if (read_candidate(value, &c))
		return;
	s->candidate_seen += s->candidate_seen < UINT16_MAX;
	if (s->candidate_cnt == SDP_CANDIDATE_MAX || medium >= SDP_MEDIA_MAX)
		return;
	c.media = medium;
	s->candidate[s->candidate_cnt++] = c;
}

static void note_setup(struct sdp_media *m, const struct line *v)
{
	static const char *const names[] = {NULL, "active", "passive", "actpass", "holdconn"};

	for (uint8_t i = SDP_SETUP_ACTIVE; i <= SDP_SETUP_HOLDCONN; i++)
		if (is_word(v, names[i]))
			m->setup = i;
}

static void note_direction(struct sdp_media *m, const struct line *l)
{
	static const char *const names[] = {"sendrecv", "sendonly", "recvonly", "inactive"};

	for (uint8_t i = SDP_SENDRECV; i <= SDP_INACTIVE; i++)
		if (is_word(l, names[i]))
			m->direction = i;
}

/* What names the session's or a medium's ICE and DTLS, and where it is. l: behind "a=". */
static void read_attribute(struct sdp *s, struct sdp_media *m, uint8_t medium, struct line l)
{
	struct line v;

	if (starts(&l, "candidate:", &v))
		add_candidate(s, medium, v);
	else if (starts(&l, "ice-ufrag:", &v))
		m->ufrag = span_of(&l, v.p, v.end);
	else if (starts(&l, "ice-pwd:", &v))
		m->pwd = span_of(&l, v.p, v.end);
	else if (starts(&l, "fingerprint:", &v))
		m->fingerprint = span_of(&l, v.p, v.end);
	else if (starts(&l, "setup:", &v))
		note_setup(m, &v);
	else if (starts(&l, "mid:", &v))
		m->mid = span_of(&l, v.p, v.end);
	else if (is_word(&l, "rtcp-mux"))
		m->is_rtcp_mux = true;
	else if (is_word(&l, "bundle-only"))
		m->is_bundled_only = true;
	else if (starts(&l, "rtcp:", &v)) {
		struct line w = word(&v);

		read_port(&w, &m->rtcp_port);
	} else if (is_word(&l, "ice-lite"))
		s->is_ice_lite = true;
	else if (starts(&l, "ice-options:", &v))
		s->is_trickle |= memmem(v.p, (size_t)(v.end - v.p), "trickle", 7) != NULL;
	else
		note_direction(m, &l);
}

/* m=<type> <port>[/n] <proto> <fmt> ... */
static void read_media(struct sdp_media *m, struct line l)
{
	struct line w = word(&l);
	const char *slash;

	m->type = span_of(&l, w.p, w.end);
	w = word(&l);
	slash = memchr(w.p, '/', (size_t)(w.end - w.p));
	if (slash)
		w.end = slash;
	read_port(&w, &m->port);
	w = word(&l);
	m->proto = span_of(&l, w.p, w.end);
}

static void read_origin(struct sdp *s, struct line l)
{
	struct line w;

	s->origin = span_of(&l, l.p, l.end);
	word(&l);
	w = word(&l);
	s->sess_id = span_of(&l, w.p, w.end);
	w = word(&l);
	s->sess_version = number(&w);
}

/* The next line without its end; false: none. */
static bool next_line(struct line *rest, struct line *l)
{
	const char *nl;

	if (rest->p == rest->end)
		return false;
	nl = memchr(rest->p, '\n', (size_t)(rest->end - rest->p));
	*l = *rest;
	l->end = nl ? nl : rest->end;
	rest->p = nl ? nl + 1 : rest->end;
	if (l->end > l->p && l->end[-1] == '\r')
		l->end--;
	return true;
}

/* What the session says holds for media that say nothing (RFC 8839 5.4, RFC 8866 5.7). A medium on
 * hold (c=0.0.0.0) has said something: has_line. */
static void inherit(struct sdp_media *m, const struct sdp_media *session, bool has_line)
{
	if (!m->ufrag.len)
		m->ufrag = session->ufrag;
	if (!m->pwd.len)
		m->pwd = session->pwd;
	if (!m->fingerprint.len)
		m->fingerprint = session->fingerprint;
	if (!m->setup)
		m->setup = session->setup;
	if (!has_line && session->has_addr) {
		memcpy(m->addr, session->addr, 16);
		m->has_addr = true;
	}
	if (m->is_rtcp_mux)
		m->rtcp_port = 0; /* a=rtcp beside it is for peers that do not multiplex */
	else if (!m->rtcp_port && m->port && m->port < UINT16_MAX)
		m->rtcp_port = (uint16_t)(m->port + 1);
}

/* Returns a bit for each medium that has a c= line of its own. */
static uint32_t read_lines(struct line rest, struct sdp *s, struct sdp_media *session)
{
	struct sdp_media spare, *m = session;
	uint32_t has_line = 0;
	struct line l, v;
	uint8_t medium = 0;

	while (next_line(&rest, &l)) {
		if (l.end - l.p < 2 || l.p[1] != '=')
			continue;
		v = l;
		v.p += 2;
		switch (l.p[0]) {
		case 'a':
			read_attribute(s, m, medium, v);
			break;
		case 'c':
			m->has_addr = read_connection(v, m->addr);
			if (m != session)
				has_line |= 1u << medium;
			break;
		case 'o':
			read_origin(s, v);
			break;
		case 'm':
			s->media_seen += s->media_seen < UINT16_MAX;
			medium = s->media_cnt;
			m = s->media_cnt < SDP_MEDIA_MAX ? &s->media[s->media_cnt++] : &spare;
			memset(m, 0, sizeof(*m));
			m->direction = session->direction;
			read_media(m, v);
			break;
		}
	}
	return has_line;
}

int sdp__parse(const char *p, uint32_t len, struct sdp *out)
{
	struct line rest = {.text = p, .p = p, .end = p + len};
	struct sdp_media session = {0};
	uint32_t has_line;

	if (len < 5 || memcmp(p, "v=0", 3) || (p[3] != '\r' && p[3] != '\n'))
		return -EBADMSG;
	memset(out, 0, offsetof(struct sdp, media));
	has_line = read_lines(rest, out, &session);
	for (unsigned int i = 0; i < out->media_cnt; i++)
		inherit(&out->media[i], &session, has_line >> i & 1);
	return 0;
}

int sdp__candidate(const char *p, uint32_t len, struct sdp_candidate *out)
{
	struct line l = {.text = p, .p = p, .end = p + len};

	starts(&l, "a=", &l);
	if (!starts(&l, "candidate:", &l))
		return -EBADMSG;
	while (l.end > l.p && (l.end[-1] == '\r' || l.end[-1] == '\n'))
		l.end--;
	return read_candidate(l, out);
}

/* A bare candidate line has "ufrag X" among its extensions, a fragment lines of its own. */
static void find_ufrag(struct line l, struct sdp_media *m)
{
	struct line w;

	for (w = word(&l); w.p < w.end; w = word(&l))
		if (is_word(&w, "ufrag")) {
			w = word(&l);
			m->ufrag = span_of(&l, w.p, w.end);
			return;
		}
}

int sdp__fragment(const char *p, uint32_t len, struct sdp *out)
{
	struct line rest = {.text = p, .p = p, .end = p + len};
	struct sdp_media session = {0};
	struct line l = rest;
	uint32_t has_line;

	memset(out, 0, offsetof(struct sdp, media));
	out->media_cnt = 1;
	out->media[0] = session;
	if (starts(&l, "candidate:", &l) || starts(&l, "a=candidate:", &l)) {
		struct line one;

		if (!next_line(&l, &one))
			return -EBADMSG;
		add_candidate(out, 0, one);
		find_ufrag(one, &out->media[0]);
		return out->candidate_cnt ? 0 : -EBADMSG;
	}
	out->media_cnt = 0;
	has_line = read_lines(rest, out, &session);
	if (!out->media_cnt) {
		out->media[0] = session;
		out->media_cnt = 1;
	}
	for (unsigned int i = 0; i < out->media_cnt; i++)
		inherit(&out->media[i], &session, has_line >> i & 1);
	return out->candidate_cnt || out->media[0].ufrag.len ? 0 : -EBADMSG;
}
