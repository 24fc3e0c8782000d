/* SPDX-License-Identifier: BSD-2-Clause */
/* Which views there are. */
#ifndef SIGPATH_VIEW_ID_H
#define SIGPATH_VIEW_ID_H

/* In the order of their digits. */
enum view_id {
#define VIEW(id, digit, name, title, help) VIEW_##id,
#include "view.def"
#undef VIEW
	VIEW_CNT,
};

#endif
