/* SPDX-License-Identifier: BSD-2-Clause */
/* From facts, plan and BTF to warnings. */
#include "host.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "footprint.h"
#include "log.h"
#include "remedy.h"

static int replace(char **setting, const char *value, char *err, size_t err_len)
{
	char *copy = strdup(value);

	if (!copy) {
		snprintf(err, err_len, "no memory");
		return -ENOMEM;
	}
	free(*setting);
	*setting = copy;
	return 0;
}

static int settle_btf(struct host *h, struct config *cfg, char *err, size_t err_len)
{
	struct btf_search search = {.root = "",
				    .configured = cfg->btf_path,
				    .release = h->facts.release,
				    .kernel_has = h->facts.has_btf};
	char why[BTF_NOTE_LEN] = "";
	int rc = btf_source__find(&search, &h->btf, why, sizeof(why));

	if (rc) {
		snprintf(err, err_len, "btf: %s", why);
		return rc;
	}
	return replace(&cfg->btf_path, h->btf.path, err, err_len);
}

int host__read(struct host *h, struct config *cfg, char *err, size_t err_len)
{
	char force[BARE_FORCE_LEN];
	int rc = 0;

	facts__read("", &h->facts);
	facts__ask(&h->facts);
	h->btf = (struct btf_source){0};
	if (verdict__is_deadly(&h->facts))
		rc = replace(&cfg->force_probe, bare__force(force), err, err_len);
	return rc ? rc : settle_btf(h, cfg, err, err_len);
}

static struct diagnosis diagnose(const struct host *h, const struct config *cfg,
				 const struct plan *plan, int rc)
{
	return (struct diagnosis){.facts = &h->facts,
				  .plan = plan,
				  .plan_rc = rc,
				  .btf = &h->btf,
				  .maps_bytes = plan->choice_cnt && !plan->no_object
							? footprint__bytes((uint32_t)cfg->ring_size)
							: 0};
}

static void log_remedies(const struct diagnosis *d)
{
	struct remedy r;

	for (unsigned int i = 0; remedy__find(d, i, &r); i++)
		log_warn("%s. To change it: %s", r.what, r.text);
}

void host__log(const struct host *h, const struct config *cfg, const struct plan *plan)
{
	struct diagnosis d = diagnose(h, cfg, plan, 0);

	if (h->btf.path[0])
		log_info("kernel types from %s (%s)", h->btf.path, btf_source__name(h->btf.origin));
	else if (h->btf.note[0])
		log_warn("kernel types: %s", h->btf.note);
	log_remedies(&d);
}

void host__log_refusal(const struct host *h, const struct config *cfg, int rc, const char *err)
{
	static const struct plan none;
	struct diagnosis d = diagnose(h, cfg, &none, rc);
	struct remedy first;

	if ((rc != -EPERM && rc != -EACCES) || !remedy__find(&d, 0, &first)) {
		log_error("%s", err);
		return;
	}
	log_remedies(&d);
	log_error("%s: %s. To change it: %s", err, first.what, first.text);
}
