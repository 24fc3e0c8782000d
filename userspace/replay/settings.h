/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings that decide what tables say, setting.def. */
#ifndef SIGPATH_SETTINGS_H
#define SIGPATH_SETTINGS_H

#include <stdint.h>

struct replay_settings {
#define REPLAY_SETTING(field, lo, hi, value) uint64_t field;
#include "setting.def"
#undef REPLAY_SETTING
};

/* The defaults. */
void replay_settings__init(struct replay_settings *s);
/* Into the range of each: a file is not trusted to say how much memory it takes. */
void replay_settings__bound(struct replay_settings *s);

#endif
