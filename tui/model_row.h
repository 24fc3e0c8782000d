/* SPDX-License-Identifier: BSD-2-Clause */
/* One row of the snapshot model from its JSON object. */
#ifndef SIGPATH_MODEL_ROW_H
#define SIGPATH_MODEL_ROW_H

#include <jansson.h>

#include "model.h"

/* row is zeroed before; after a failure (-ENOMEM) it still needs model_row__done(). */
int model_row__parse(const json_t *v, struct model_row *row);
void model_row__done(struct model_row *row);

#endif
