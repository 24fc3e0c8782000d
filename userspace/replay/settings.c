/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything here comes from the table. */
#include "settings.h"

static uint64_t bound(uint64_t v, uint64_t lo, uint64_t hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

void replay_settings__init(struct replay_settings *s)
{
#define REPLAY_SETTING(field, lo, hi, value) s->field = (uint64_t)(value);
#include "setting.def"
#undef REPLAY_SETTING
}

void replay_settings__bound(struct replay_settings *s)
{
#define REPLAY_SETTING(field, lo, hi, value) s->field = bound(s->field, lo, hi);
#include "setting.def"
#undef REPLAY_SETTING
}
