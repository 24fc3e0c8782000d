/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `sessions` as plain structs. */
#ifndef SIGPATH_MODEL_SESSIONS_H
#define SIGPATH_MODEL_SESSIONS_H

#include "model_call.h"

struct model_sessions {
	uint64_t matched, total; /* MODEL_NONE: not told */
	bool has_more;
	char filter[MODEL_NAME_LEN];
	unsigned int cnt;
	struct model_call *call;
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_sessions__parse(const char *line, struct model_sessions **ret, char err[MODEL_ERROR_LEN]);
void model_sessions__free(struct model_sessions *m);

#endif
