/* SPDX-License-Identifier: BSD-2-Clause */
/* The doctor's diagnosis as JSON; as text it is in doctor.c. */
#ifndef SIGPATH_DOCTOR_H
#define SIGPATH_DOCTOR_H

#include "remedy.h"

/* As JSON on one line, the format of README.md; -ENOMEM. */
int doctor_json__print(const struct diagnosis *d, const char *error);
#endif
