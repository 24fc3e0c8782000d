/* SPDX-License-Identifier: BSD-2-Clause */
/* From settings to probes. */
#include "probes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demux.h"
#include "feature.h"
#include "loader.h"
#include "log.h"
#include "watch.h"

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

bool probes__has(const struct probes *p, const char *instant)
{
	const struct plan_choice *c = plan__find(&p->plan, instant);

	return c && c->candidate;
}

/* Some tap sees packets of the direction. */
static bool sees(const struct probes *p, const char *direction)
{
	for (unsigned int i = 0; i < taps__cnt(p->taps); i++) {
		const struct tap_state *t = taps__at(p->taps, i);
		bool is_it = !strcmp(t->direction, direction) || !strcmp(t->direction, "both");

		if (is_it && strcmp(t->state, "off"))
			return true;
	}
	return false;
}

enum probes_view probes__view(const struct probes *p)
{
	if (!p->plan.taps_only)
		return probes__has(p, "t_sock") && probes__has(p, "t_queue") ? PROBES_STAGES
									     : PROBES_NOTHING;
	return sees(p, "in") && sees(p, "out") ? PROBES_TOTALS : PROBES_NOTHING;
}

const char *probes__view_name(enum probes_view view)
{
	static const char *const names[] = {"nothing", "totals", "stages"};

	return names[view];
}

void probes__log(const struct probes *p)
{
	char banner[PLAN_BANNER_LEN];

	for (unsigned int i = 0; i < p->plan.choice_cnt; i++) {
		const struct plan_choice *c = &p->plan.choice[i];

		if (c->candidate)
			log_debug("%s by %s (%s)", c->instant, c->candidate, c->mechanism);
		else if (!p->plan.taps_only)
			log_warn("%s: no probe holds on this kernel: %s", c->instant, c->lost);
	}
	if (!p->plan.taps_only)
		return;
	log_warn("%s", plan__banner(&p->plan, banner, sizeof(banner)));
	if (!sees(p, "out"))
		log_warn("no tap sees packets going out: no reply is seen, no total can be "
			 "measured; "
			 "allow tc or socket taps (--taps auto)");
}

void probes__log_change(const struct probes *p, const struct probes *next)
{
	for (unsigned int i = 0; i < next->plan.choice_cnt; i++) {
		const struct plan_choice *c = &next->plan.choice[i];
		const struct plan_choice *was = plan__find(&p->plan, c->instant);
		const char *old = was && was->candidate ? was->candidate : "none";
		const char *now = c->candidate ? c->candidate : "none";

		if (strcmp(old, now))
			log_info("%s: %s, was %s", c->instant, now, old);
	}
}

static void add_ports(struct knobs *k, const struct config_ports *ports, uint8_t kind)
{
	for (unsigned int i = 0; i < ports->cnt; i++)
		knobs_add_port(k, ports->port[i], kind);
}

/* Returns owned; NULL: no memory. */
static struct knobs *make_knobs(const struct config *cfg)
{
	struct knobs *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->snap_len = (uint32_t)cfg->snap_len;
	k->stun_anywhere = cfg->stun_anywhere;
	k->dtls_anywhere = cfg->dtls_anywhere;
	k->first_media = cfg->first_media;
	add_ports(k, &cfg->sip_ports, PORT_SIP);
	add_ports(k, &cfg->stun_ports, PORT_STUN);
	add_ports(k, &cfg->http_ports, PORT_STREAM);
	add_ports(k, &cfg->tls_ports, PORT_STREAM);
	add_ports(k, &cfg->heartbeat_ports, PORT_BEAT);
	return k;
}

int probes__load(struct probes *p, const struct config *cfg, char *err, size_t err_len)
{
	struct loader_opts opts = {
		.object = {.btf_path = or_null(cfg->btf_path),
			   .cgroup2 = or_null(p->cgroup2),
			   .ring_bytes = (uint32_t)cfg->ring_size},
	};
	struct knobs *knobs;
	int rc;

	if (p->plan.no_object || p->has_object)
		return 0;
	knobs = make_knobs(cfg);
	if (!knobs)
		return -ENOMEM;
	opts.knobs = knobs;
	rc = loader__start(&opts, &p->plan, &p->object, err, err_len);
	free(knobs);
	p->has_object = rc == 0;
	return rc;
}

/* A plan of nothing but forced choices needs no trials: the programs load together or they do not.
 */
static int load_untried(struct probes *p, const struct config *cfg, struct plan_opts opts)
{
	char err[PLAN_REASON_LEN];
	int rc;

	opts.is_untried = true;
	rc = plan__make(&opts, &p->plan, err, sizeof(err));
	return rc ? rc : probes__load(p, cfg, err, sizeof(err));
}

int probes__plan(struct probes *p, const struct config *cfg, const struct probes_again *again,
		 char *err, size_t err_len)
{
	struct plan_opts opts = {.btf_path = or_null(cfg->btf_path),
				 .force = or_null(cfg->force_probe)};

	if (again) {
		feature__forget();
		opts.avoid = or_null(again->avoid);
		opts.idle = again->idle;
		opts.ctx = again->ctx;
	}
	if (*cfg->cgroup2_path)
		snprintf(p->cgroup2, sizeof(p->cgroup2), "%s", cfg->cgroup2_path);
	else if (cgroup2__find(p->cgroup2, sizeof(p->cgroup2)))
		p->cgroup2[0] = '\0';
	opts.cgroup2 = or_null(p->cgroup2);
	if (!again && plan__is_forced(opts.force) && !load_untried(p, cfg, opts))
		return 0;
	return plan__make(&opts, &p->plan, err, err_len);
}

static void log_tap(int level, const char *text)
{
	log__write((enum log_level)level, "%s", text);
}

static int start_taps(struct probes *p, const struct config *cfg, char *err, size_t err_len)
{
	bool any = cfg->taps == CONFIG_TAPS_AUTO;
	struct knobs *knobs = make_knobs(cfg);
	struct taps_opts opts = {
		.selection = {.interfaces = (const char *const *)cfg->interfaces.item,
			      .interface_cnt = cfg->interfaces.cnt,
			      .exclude = (const char *const *)cfg->exclude_interfaces.item,
			      .exclude_cnt = cfg->exclude_interfaces.cnt},
		.netns = (const char *const *)cfg->netns.item,
		.netns_cnt = cfg->netns.cnt,
		.stamp_only = !p->plan.taps_only,
		.use_xdp = any || cfg->taps == CONFIG_TAPS_XDP,
		.use_tc = any || cfg->taps == CONFIG_TAPS_TC,
		.use_socket = any || cfg->taps == CONFIG_TAPS_SOCKET,
		.captures = {.knobs = knobs,
			     .ring_bytes = cfg->capture_memory,
			     .record = p->record,
			     .ctx = p->ctx},
		.log = log_tap,
	};
	int rc = knobs ? taps__new(&opts, &p->plan, &p->object, &p->taps, err, err_len) : -ENOMEM;

	free(knobs);
	return rc;
}

int probes__start(struct probes *p, const struct config *cfg, char *err, size_t err_len)
{
	int rc = probes__load(p, cfg, err, err_len);

	return rc ? rc : start_taps(p, cfg, err, err_len);
}

void probes__move_taps(struct probes *p, struct probes *next)
{
	next->taps = p->taps;
	p->taps = NULL;
	taps__switch(next->taps, !next->plan.taps_only, &next->plan, &next->object);
}

const struct object *probes__object(const struct probes *p)
{
	return p->has_object ? &p->object : NULL;
}

unsigned int probes__check(struct probes *p, const char **lost, unsigned int max,
			   unsigned int *lost_cnt)
{
	struct object_opts oo = {.cgroup2 = or_null(p->cgroup2)};
	const struct candidate *c[OBJECT_LINKS_MAX];
	unsigned int cnt, links;

	*lost_cnt = 0;
	if (!p->has_object)
		return 0;
	links = watch__object(&p->object, c, OBJECT_LINKS_MAX, &cnt);
	for (unsigned int i = 0; i < cnt && i < max; i++) {
		lost[(*lost_cnt)++] = c[i]->name;
		if (object__attach(&p->object, c[i], &oo))
			plan__give_up(&p->plan, c[i]->name,
				      "somebody took it off; a new plan is due");
	}
	return links;
}

void probes__done(struct probes *p)
{
	taps__free(p->taps);
	if (p->has_object)
		object__done(&p->object);
	p->taps = NULL;
	p->has_object = false;
}
