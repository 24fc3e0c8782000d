/* SPDX-License-Identifier: BSD-2-Clause */
/* One call with its ladder and its waterfall. */
#include <stdlib.h>
#include <string.h>

#include "call_json.h"
#include "jvalue.h"
#include "timer.h"
#include "waterfall.h"

#define LABEL_LEN   96
#define PAYLOAD_MAX 65536

static const char *const proto_names[PROTO_CNT] = {
	[PROTO_NONE] = "?",    [PROTO_SIP] = "sip",   [PROTO_STUN] = "stun",
	[PROTO_DTLS] = "dtls", [PROTO_BEAT] = "beat", [PROTO_HTTP] = "http",
	[PROTO_WS] = "ws",     [PROTO_TLS] = "tls",   [PROTO_RTP] = "rtp",
};
static const char *const transport_names[] = {[TRANSPORT_UDP] = "udp",
					      [TRANSPORT_TCP] = "tcp",
					      [TRANSPORT_WS] = "ws",
					      [TRANSPORT_TLS] = "tls"};

struct show {
	const struct call_source *src;
	const struct call *call;
	bool with_payload;
	uint8_t *bytes; /* PAYLOAD_MAX of them, and as many of text; NULL without payload */
	char *text;
};

/* The earlier copies of a message, and when the first of them was seen. */
static unsigned int count_copies(const struct show *s, const struct call_msg *m, uint64_t *first_ns)
{
	unsigned int cnt = 0;

	for (uint32_t i = s->call->first_msg; i; i = calls__msg(s->src->calls, i)->next) {
		const struct call_msg *o = calls__msg(s->src->calls, i);

		if (o == m)
			break;
		if (o->key_lo != m->key_lo || o->hash != m->hash || o->src != m->src)
			continue;
		if (!cnt++)
			*first_ns = o->ts_ns;
	}
	return cnt;
}

static json_t *timer_of(const struct show *s, const struct call_msg *m)
{
	struct timer_match t;
	uint64_t first_ns = 0;
	unsigned int nth;

	if (!(m->flags & CALL_MSG_RETRANSMIT))
		return json_null();
	nth = count_copies(s, m, &first_ns);
	if (!nth || m->ts_ns < first_ns || timer__match(m, nth, m->ts_ns - first_ns, &t))
		return json_null();
	return json_pack("{s:s, s:i, s:o}", "name", t.name, "nth", (int)t.nth, "nominal_ns",
			 jvalue__uint(t.nominal_ns));
}

static json_t *payload_of(const struct show *s, const struct call_msg *m)
{
	uint32_t len;

	if (!s->with_payload)
		return json_null();
	len = calls__payload(s->src->calls, m, s->bytes, PAYLOAD_MAX);
	if (!len)
		return json_null();
	redact__message(s->src->redact, m->proto, s->bytes, len, m->len, s->text, PAYLOAD_MAX);
	return json_string(s->text);
}

static json_t *message_of(const struct show *s, const struct call_msg *m, unsigned int n)
{
	char label[LABEL_LEN];
	struct path path = {0};
	uint64_t host_ns = waterfall__host_wait(s->src->calls, s->call, m, &path);

	call_msg__label(m, label, sizeof(label));
	return json_pack(
		"{s:i, s:o, s:i, s:i, s:s, s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:o}",
		"n", (int)n, "ts_ns", jvalue__uint(m->ts_ns), "src", (int)m->src, "dst",
		(int)m->dst, "label", label, "proto",
		proto_names[m->proto < PROTO_CNT ? m->proto : PROTO_NONE], "transport",
		transport_names[m->transport & 3], "code", jvalue__uint_if(m->code, m->code), "len",
		(json_int_t)m->len, "flags", call_json__flags(m->flags), "host_ns",
		jvalue__uint_if(host_ns, host_ns), "stages",
		call_json__stages(path.share, host_ns ? path.share_cnt : 0), "timer",
		timer_of(s, m), "comm", jvalue__text(m->comm, sizeof(m->comm)), "pid",
		(json_int_t)m->pid, "payload", payload_of(s, m));
}

static json_t *messages_of(const struct show *s)
{
	json_t *list = json_array();
	unsigned int n = 0;

	for (uint32_t i = s->call->first_msg; i; i = calls__msg(s->src->calls, i)->next)
		list = jvalue__append(list, message_of(s, calls__msg(s->src->calls, i), ++n));
	return list;
}

static json_t *owners_of(const uint64_t owner_ns[OWNER_CNT])
{
	json_t *o = json_object();

	for (int i = 0; o && i < OWNER_CNT; i++)
		if (json_object_set_new(o, waterfall_owner__name((enum waterfall_owner)i),
					jvalue__uint(owner_ns[i]))) {
			json_decref(o);
			o = NULL;
		}
	return o;
}

static const char *const phase_help[] = {
#define X(id, name, from, to, help) [WATERFALL_##id] = help,
	WATERFALL_PHASES(X)
#undef X
};

static json_t *phases_of(const struct waterfall *w)
{
	json_t *list = json_array();

	for (int i = 0; i < WATERFALL_PHASE_CNT; i++) {
		const struct waterfall_phase *p = &w->phase[i];

		if (!p->is_known)
			continue;
		list = jvalue__append(
			list,
			json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "name",
				  waterfall_phase__name((enum waterfall_phase_id)i), "help",
				  phase_help[i], "from_ns", jvalue__uint(p->from_ns), "to_ns",
				  jvalue__uint(p->to_ns), "critical_ns",
				  jvalue__uint(p->critical_ns), "owners", owners_of(p->owner_ns)));
	}
	return list;
}

/* Place of a message in the list, 0 not in it. */
static unsigned int number_of(const struct show *s, uint32_t idx1)
{
	unsigned int n = 0;

	for (uint32_t i = s->call->first_msg; i && idx1; i = calls__msg(s->src->calls, i)->next) {
		n++;
		if (i == idx1)
			return n;
	}
	return 0;
}

static json_t *parts_of(const struct show *s, const struct waterfall *w)
{
	json_t *list = json_array();
	char stage[STAGE_NAME_LEN];

	for (unsigned int i = 0; i < w->part_cnt; i++) {
		const struct waterfall_part *p = &w->part[i];
		unsigned int n = number_of(s, p->msg);

		stage__name(p->stage, stage, sizeof(stage));
		list = jvalue__append(
			list,
			json_pack("{s:o, s:o, s:s, s:s, s:s?, s:o}", "from_ns",
				  jvalue__uint(p->from_ns), "to_ns", jvalue__uint(p->to_ns),
				  "phase", waterfall_phase__name((enum waterfall_phase_id)p->phase),
				  "owner", waterfall_owner__name((enum waterfall_owner)p->owner),
				  "stage", p->stage ? stage : NULL, "message",
				  jvalue__uint_if(n, n)));
	}
	return list;
}

static json_t *waterfall_of(const struct show *s)
{
	struct waterfall *w = calloc(1, sizeof(*w));
	json_t *json;

	if (!w)
		return NULL;
	if (waterfall__build(s->src->calls, s->call, w)) {
		json = json_null();
	} else {
		json = json_pack("{s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "start_ns",
				 jvalue__uint(w->start_ns), "end_ns", jvalue__uint(w->end_ns),
				 "complete", w->is_complete, "invalid", w->is_invalid, "human_ns",
				 jvalue__uint(w->human_ns), "phases", phases_of(w), "parts",
				 parts_of(s, w), "owners", owners_of(w->owner_ns), "stages",
				 call_json__stages(w->stage, w->stage_cnt));
	}
	free(w);
	return json;
}

static const struct call *find(const struct call_source *src, json_t *request)
{
	json_t *id = json_object_get(request, "id");
	const char *text = json_string_value(json_object_get(request, "call_id"));

	if (id)
		return calls__find(src->calls, (uint64_t)json_integer_value(id));
	return text ? calls__find_text(src->calls, text) : NULL;
}

json_t *show__reply(const struct call_source *src, json_t *request)
{
	struct show s = {.src = src};
	json_t *json;

	if (!src->calls)
		return json_pack("{s:s, s:s, s:s}", "type", "error", "error",
				 "no sessions are kept here", "hint", "");
	s.call = find(src, request);
	if (!s.call)
		return json_pack("{s:s, s:s, s:s}", "type", "error", "error", "no such session",
				 "hint",
				 "\"id\" or \"call_id\" of one that {\"cmd\":\"sessions\"} lists; "
				 "sessions that are over are forgotten after a while");
	s.with_payload = json_is_true(json_object_get(request, "payload"));
	if (s.with_payload) {
		s.bytes = malloc(PAYLOAD_MAX);
		s.text = malloc(PAYLOAD_MAX);
		s.with_payload = s.bytes && s.text;
	}
	json = call_json__session(src, s.call);
	json = jvalue__merge(json, json_pack("{s:s, s:o, s:o}", "type", "session", "messages",
					     messages_of(&s), "waterfall", waterfall_of(&s)));
	free(s.bytes);
	free(s.text);
	return json;
}
