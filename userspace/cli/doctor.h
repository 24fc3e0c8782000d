/* SPDX-License-Identifier: BSD-2-Clause */
/* The doctor's two ways to tell its diagnosis. */
#ifndef SIGPATH_DOCTOR_H
#define SIGPATH_DOCTOR_H

#include "verdict.h"

/* As JSON on one line, the format of README.md; -ENOMEM. */
int doctor_json__print(const struct diagnosis *d, const char *error);
/* "stages merged: t_stack as driver+stack, ...": one line in words. */
void doctor__describe(const struct diagnosis *d, const char *error, char *text, size_t len);

#endif
