/* SPDX-License-Identifier: BSD-2-Clause */
/* A call as JSON. */
#include "call_json.h"

#include <string.h>
#include <time.h>

#include "handshake.h"
#include "ice.h"
#include "jvalue.h"
#include "pod.h"
#include "session.h"
#include "waterfall.h"

#define ADDRESS_LEN 64
#define TEXT_LEN    192

json_t *call_json__flags(uint32_t set)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {{CALL_MSG_IN, "in"},
		     {CALL_MSG_OUT, "out"},
		     {CALL_MSG_REQUEST, "request"},
		     {CALL_MSG_FINAL, "final"},
		     {CALL_MSG_ERROR, "error"},
		     {CALL_MSG_RETRANSMIT, "retransmit"},
		     {CALL_MSG_SELF, "self"},
		     {CALL_MSG_DROPPED, "dropped"},
		     {CALL_MSG_UNREAD, "unread"},
		     {CALL_MSG_OFFER, "offer"},
		     {CALL_MSG_ANSWER, "answer"},
		     {CALL_MSG_CANDIDATE, "candidate"},
		     {CALL_MSG_NOMINATES, "nominates"},
		     {CALL_MSG_MEDIA, "media"}};
	json_t *flags = json_array();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (set & names[i].flag)
			flags = jvalue__append(flags, json_string(names[i].name));
	return flags;
}

json_t *call_json__ends(const struct call_end *end, unsigned int cnt)
{
	json_t *ends = json_array();
	char addr[ADDRESS_LEN];

	for (unsigned int i = 0; i < cnt; i++) {
		session__address(end[i].addr, end[i].port, addr, sizeof(addr));
		ends = jvalue__append(
			ends, json_pack("{s:s, s:b}", "addr", addr, "local", end[i].is_local));
	}
	return ends;
}

json_t *call_json__stages(const struct stage_share *share, unsigned int cnt)
{
	json_t *stages = json_array();
	char name[STAGE_NAME_LEN];

	for (unsigned int i = 0; i < cnt; i++) {
		char letter = stage__letter(share[i].mask);

		stage__name(share[i].mask, name, sizeof(name));
		stages = jvalue__append(stages, json_pack("{s:s, s:o, s:o}", "name", name, "letter",
							  jvalue__text(&letter, 1), "ns",
							  jvalue__uint(share[i].ns)));
	}
	return stages;
}

static json_t *wall_time(const struct call_source *src, uint64_t ns)
{
	uint64_t wall_ns = ns + (uint64_t)src->clock_offset_ns;
	time_t s = (time_t)(wall_ns / 1000000000ull);
	char text[48], us[16];
	struct tm tm;

	if (!gmtime_r(&s, &tm))
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(us, sizeof(us), ".%06uZ", (unsigned int)(wall_ns % 1000000000ull / 1000));
	strcat(text, us);
	return json_string(text);
}

static json_t *uri_of(const struct call_source *src, const char *uri)
{
	char text[TEXT_LEN];

	redact__uri(src->redact, uri, (uint32_t)strlen(uri), text, sizeof(text));
	return json_string(text);
}

static json_t *instants_of(const struct call *call)
{
	json_t *o = json_object();

	for (int i = 0; o && i < CALL_INSTANT_CNT; i++)
		if (call->at[i] && json_object_set_new(o, call_instant__name((enum call_instant)i),
						       jvalue__uint(call->at[i]))) {
			json_decref(o);
			o = NULL;
		}
	return o;
}

static json_t *phases_of(const struct waterfall *w)
{
	json_t *o = json_object();

	for (int i = 0; o && i < WATERFALL_PHASE_CNT; i++) {
		const struct waterfall_phase *p = &w->phase[i];

		if (p->is_known &&
		    json_object_set_new(o, waterfall_phase__name((enum waterfall_phase_id)i),
					jvalue__uint(p->to_ns - p->from_ns))) {
			json_decref(o);
			o = NULL;
		}
	}
	return o;
}

static json_t *address_or_null(const uint8_t addr[16], uint16_t port)
{
	char text[ADDRESS_LEN];

	if (!port)
		return json_null();
	session__address(addr, port, text, sizeof(text));
	return json_string(text);
}

static json_t *nominated_of(const struct call_ice *ice)
{
	const struct ice_pair *p = ice->nominated ? &ice->pair[ice->nominated - 1] : NULL;
	char a[ADDRESS_LEN], b[ADDRESS_LEN];

	if (!p)
		return json_null();
	session__address(p->a, p->a_port, a, sizeof(a));
	session__address(p->b, p->b_port, b, sizeof(b));
	return json_sprintf("%s - %s", a, b);
}

static json_t *ice_of(const struct call_source *src, const struct call *call)
{
	const struct call_ice *ice = call->ice;
	uint64_t rtt_ns = 0, success_ns = 0;
	const char *role = NULL;

	if (!ice)
		return json_null();
	for (unsigned int i = 0; i < ice->pair_cnt; i++) {
		const struct ice_pair *p = &ice->pair[i];

		if (p->rtt_min_ns && (!rtt_ns || p->rtt_min_ns < rtt_ns))
			rtt_ns = p->rtt_min_ns;
		if (p->success_ns > success_ns)
			success_ns = p->success_ns;
	}
	if (ice->has_controlling)
		role = ice->is_controlling_local ? "controlling" : "controlled";
	return json_pack("{s:s?, s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "role",
			 role, "pairs", (int)ice->pair_cnt, "checks", (json_int_t)ice->checks,
			 "answered", (json_int_t)ice->answered, "failed", (json_int_t)ice->failed,
			 "retransmits", (json_int_t)ice->retransmits, "conflicts",
			 (json_int_t)ice->conflicts, "nominated", nominated_of(ice), "rtt_min_ns",
			 jvalue__uint_if(rtt_ns, rtt_ns), "rto_wait_ns",
			 jvalue__uint(ice->rto_wait_ns), "consent_ns",
			 jvalue__uint_if(success_ns,
					 src->now_ns > success_ns ? src->now_ns - success_ns : 0),
			 "relayed", address_or_null(ice->relayed, ice->relayed_port));
}

static json_t *handshake_of(const struct call *call)
{
	const struct call_handshake *h = call->handshake;

	if (!h)
		return json_null();
	return json_pack("{s:s, s:s?, s:i, s:i, s:b, s:b, s:b, s:o, s:o}", "protocol",
			 handshake__protocol(h), "srtp", dtls_srtp__name(h->srtp_profile),
			 "flights", (int)h->flights, "retransmitted", (int)h->retransmitted,
			 "cookie", h->has_cookie, "complete", h->is_complete, "end_hidden",
			 h->is_end_hidden, "retransmit_wait_ns",
			 jvalue__uint(h->retransmit_wait_ns), "alert",
			 jvalue__uint_if(h->is_failed, h->alert));
}

static json_t *related_of(const struct call *call)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < call->related_cnt; i++)
		list = jvalue__append(list, json_pack("{s:o, s:s}", "id",
						      jvalue__uint(call->related[i].id), "by",
						      call->related[i].by));
	return list;
}

static json_t *identity_of(const struct call_source *src, const struct call *call)
{
	return json_pack(
		"{s:o, s:s, s:s, s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
		jvalue__uint(call->id), "kind", call_kind__name((enum call_kind)call->kind),
		"state", call_state__name((enum call_state)call->state), "call_id",
		jvalue__text(call->call_id, sizeof(call->call_id)), "method", call->method,
		"service", jvalue__text(call->service, sizeof(call->service)), "from",
		uri_of(src, call->from), "to", uri_of(src, call->to), "code",
		jvalue__uint_if(call->code, call->code), "start_ns",
		jvalue__uint(call->at[CALL_AT_START]), "seen_ns", jvalue__uint(call->seen_ns),
		"time", wall_time(src, call->at[CALL_AT_START]));
}

const char *call_json__pod(const struct call_source *src, const struct call *call, char *uid)
{
	const char *cgroup =
		src->cgroup_of && call->pid ? src->cgroup_of(src->ctx, call->pid) : NULL;

	return cgroup && pod__uid(cgroup, uid) ? uid : NULL;
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *counts_of(const struct call_source *src, const struct call *call)
{
	char uid[POD_UID_LEN];

	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:i, s:o, s:I, s:o, s:o}", "messages",
			 (json_int_t)call->msg_cnt, "left_out", (json_int_t)call->msgs_left_out,
			 "retransmits", (json_int_t)call->retransmits, "self_inflicted",
			 (json_int_t)call->self_inflicted, "retransmit_wait_ns",
			 jvalue__uint(call->retransmit_wait_ns), "forks", (int)call->fork_cnt,
			 "comm", jvalue__text(call->comm, sizeof(call->comm)), "pid",
			 (json_int_t)call->pid, "cgroup", jvalue__uint(call->cgroup_id), "pod",
			 text_or_null(call_json__pod(src, call, uid)));
}

json_t *call_json__session(const struct call_source *src, const struct call *call)
{
	struct waterfall w = {0};
	bool has_setup = !waterfall__build(src->calls, call, &w) && !w.is_invalid;
	json_t *json = jvalue__merge(identity_of(src, call), counts_of(src, call));

	return jvalue__merge(
		json, json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "setup_ns",
				jvalue__uint_if(has_setup, w.end_ns - w.start_ns), "complete",
				has_setup && w.is_complete, "human_ns",
				jvalue__uint_if(has_setup, w.human_ns), "instants",
				instants_of(call), "phases", phases_of(&w), "ends",
				call_json__ends(call->end, call->end_cnt), "ice", ice_of(src, call),
				"handshake", handshake_of(call), "related", related_of(call)));
}
