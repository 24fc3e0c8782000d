/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Configuration, written by the loader before the programs are loaded: constants to the verifier.
 */
#ifndef SIGPATH_CONFIG_BPF_H
#define SIGPATH_CONFIG_BPF_H

#include "knobs.h"

extern const volatile struct knobs sp_knobs;

#endif
