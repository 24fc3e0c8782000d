/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of calls; what RFC 6076 says of them; senders of heartbeats. */
#include <string.h>

#include "call_filter.h"
#include "call_json.h"
#include "jvalue.h"
#include "pod.h"
#include "session.h"
#include "session_sort.h"

#define LIMIT_DEFAULT 200
#define LIMIT_MAX     5000
#define TEXT_LEN      192

#define X(id, name) " " name
#define SORT_HINT   "sorts:" SESSION_SORTS(X)

static json_t *refusal(const char *error, const char *hint)
{
	return json_pack("{s:s, s:s, s:s}", "type", "error", "error", error, "hint", hint);
}

/* The filter looks at texts as they are shown. */
static bool is_wanted(const struct call_source *src, const struct call_filter *f,
		      const struct call *call)
{
	char from[TEXT_LEN], to[TEXT_LEN], uid[POD_UID_LEN];
	struct call_subject s = {.call = call, .now_ns = src->now_ns};

	if (!f->node_cnt)
		return true;
	redact__uri(src->redact, call->from, (uint32_t)strlen(call->from), from, sizeof(from));
	redact__uri(src->redact, call->to, (uint32_t)strlen(call->to), to, sizeof(to));
	s.pod = call_json__pod(src, call, uid);
	s.cgroup = src->cgroup_of && call->pid ? src->cgroup_of(src->ctx, call->pid) : NULL;
	s.from = from;
	s.to = to;
	return call_filter__match(f, &s);
}

/* A request for a list. */
struct ask {
	const char *text; /* of the filter */
	struct call_filter filter;
	uint64_t before, offset, limit;
	enum session_sort_by by;
	bool is_desc;
};

static json_t *filter_refusal(const struct filter_error *error)
{
	return json_pack("{s:s, s:s, s:i, s:s}", "type", "error", "error", error->text, "column",
			 (int)error->column, "hint",
			 "the filter language: sigpath sessions --help");
}

/* false: *refused is the reply, NULL without memory. Without "sort" the newest come first; with it
 * the least, unless "desc". */
static bool read_ask(const json_t *request, struct ask *ask, json_t **refused)
{
	const json_t *limit_json = json_object_get(request, "limit");
	const json_t *before_json = json_object_get(request, "before");
	const json_t *desc_json = json_object_get(request, "desc");
	const json_t *sort_json = json_object_get(request, "sort");
	const char *sort = json_string_value(sort_json);
	json_int_t limit = limit_json ? json_integer_value(limit_json) : LIMIT_DEFAULT;
	json_int_t offset = json_integer_value(json_object_get(request, "offset"));
	const char *text = json_string_value(json_object_get(request, "filter"));
	struct filter_error error;

	*ask = (struct ask){.text = text ? text : "", .by = SESSION_SORT_ID};
	ask->is_desc = desc_json ? json_is_true(desc_json) : !sort_json;
	ask->before = before_json ? (uint64_t)json_integer_value(before_json) : UINT64_MAX;
	ask->limit = (uint64_t)limit;
	ask->offset = (uint64_t)offset;
	if (limit < 0 || limit > LIMIT_MAX)
		*refused = refusal("\"limit\" is out of range", "0 to 5000");
	else if (offset < 0)
		*refused = refusal("\"offset\" is out of range", "0 or more");
	else if (sort_json && session_sort__find(sort ? sort : "", &ask->by))
		*refused = refusal("unknown \"sort\"", SORT_HINT);
	else if (call_filter__parse(ask->text, (uint32_t)strlen(ask->text), &ask->filter, &error))
		*refused = filter_refusal(&error);
	else
		return true;
	return false;
}

/* Places wanted from the front: no more than there are calls. */
static unsigned int places(const struct call_source *src, const struct ask *ask)
{
	unsigned int cnt = calls__cnt(src->calls);

	if (!ask->limit || ask->offset >= cnt)
		return 0;
	return ask->offset + ask->limit < cnt ? (unsigned int)(ask->offset + ask->limit) : cnt;
}

json_t *sessions__reply(const struct call_source *src, json_t *request)
{
	json_t *list, *refused = NULL;
	struct session_sort sort;
	uint64_t matched = 0;
	struct ask ask;

	if (!src->calls)
		return refusal("no sessions are kept here", "");
	if (!read_ask(request, &ask, &refused))
		return refused;
	if (session_sort__init(&sort, src->calls, ask.by, ask.is_desc, places(src, &ask)))
		return NULL;
	for (const struct call *call = calls__prev(src->calls, ask.before); call;
	     call = calls__prev(src->calls, call->id)) {
		if (!is_wanted(src, &ask.filter, call))
			continue;
		matched++;
		session_sort__add(&sort, call);
	}
	session_sort__finish(&sort);
	list = json_array();
	for (uint64_t i = ask.offset; i < sort.cnt; i++)
		list = jvalue__append(list, call_json__session(src, sort.entry[i].call));
	session_sort__done(&sort);
	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o}", "type", "sessions", "filter",
			 jvalue__text(ask.text, strlen(ask.text)), "matched", jvalue__uint(matched),
			 "total", jvalue__uint(calls__cnt(src->calls)), "more",
			 list && matched > ask.offset + json_array_size(list), "sessions", list);
}

/* --- metrics --- */

static json_t *quantile_of(const struct hist *h, double q)
{
	struct hist_quantile v = hist__quantile(h, q);

	return jvalue__uint_if(v.known, v.value_ns);
}

static json_t *delay_of(const struct hist *h)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "n", jvalue__uint(h->count), "mean_ns",
			 jvalue__uint_if(h->count, h->count ? h->sum_ns / h->count : 0), "min_ns",
			 jvalue__uint_if(h->count, h->min_ns), "max_ns",
			 jvalue__uint_if(h->count, h->max_ns), "p50_ns", quantile_of(h, 0.5),
			 "p99_ns", quantile_of(h, 0.99));
}

/* The two counts beside the ratio: null where nothing was counted. */
static json_t *ratio_of(uint64_t part, uint64_t whole)
{
	return json_pack(
		"{s:o, s:o, s:o}", "n", jvalue__uint(part), "of", jvalue__uint(whole), "percent",
		whole ? jvalue__number(100.0 * (double)part / (double)whole) : json_null());
}

json_t *metrics__reply(const struct call_source *src, json_t *request)
{
	const struct rfc6076 *r;

	(void)request;
	if (!src->calls)
		return refusal("no sessions are kept here", "");
	r = calls__rfc6076(src->calls);
	return json_pack("{s:s, s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}}", "type",
			 "metrics", "rfc6076", "RRD", delay_of(&r->rrd), "IRA",
			 ratio_of(r->ineffective_registers, r->registers), "SRD successful",
			 delay_of(&r->srd_success), "SRD failed", delay_of(&r->srd_failed), "SDD",
			 delay_of(&r->sdd), "SDT successful", delay_of(&r->sdt_success),
			 "SDT failed", delay_of(&r->sdt_failed), "SER",
			 ratio_of(r->established, r->invites - r->redirected), "SEER",
			 ratio_of(r->effective, r->invites - r->redirected), "ISA",
			 ratio_of(r->ineffective, r->invites), "SCR",
			 ratio_of(r->completed, r->sessions));
}

/* --- heartbeats --- */

static json_t *peer_of(const struct beat_peer *p)
{
	char service[64], addr[64], old[64] = "";

	session__address(p->service, p->service_port, service, sizeof(service));
	session__address(p->addr, p->port, addr, sizeof(addr));
	if (p->changes)
		session__address(p->old_addr, p->old_port, old, sizeof(old));
	return json_pack("{s:o, s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
			 jvalue__uint(p->id), "service", service, "addr", addr, "old_addr",
			 p->changes ? old : NULL, "changes", jvalue__uint(p->changes), "seen_ns",
			 jvalue__uint(p->seen_ns), "beats", jvalue__uint(p->beats), "echoes",
			 jvalue__uint(p->echoes), "misses", jvalue__uint(p->misses), "interval_ns",
			 jvalue__uint_if(p->interval_ns, p->interval_ns), "jitter_ns",
			 jvalue__uint_if(p->interval_ns, p->jitter_ns), "echo_min_ns",
			 jvalue__uint_if(p->echoes, p->echo_min_ns), "echo_mean_ns",
			 jvalue__uint_if(p->echoes, p->echoes ? p->echo_sum_ns / p->echoes : 0));
}

json_t *beats__reply(const struct call_source *src, json_t *request)
{
	json_t *list = json_array();
	unsigned int cnt = 0;

	(void)request;
	if (!src->beats) {
		json_decref(list);
		return refusal("no heartbeats are kept here", "");
	}
	for (const struct beat_peer *p = beats__next(src->beats, 0); p && cnt < LIMIT_MAX;
	     p = beats__next(src->beats, p->id), cnt++)
		list = jvalue__append(list, peer_of(p));
	return json_pack("{s:s, s:o, s:o}", "type", "beats", "mono_ns", jvalue__uint(src->now_ns),
			 "peers", list);
}
