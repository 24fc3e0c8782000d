/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the types of this kernel come from: itself, a file, a directory of files by release, or
 * what was installed with sigpath. `btf/README.md` says how such files are made. */
#ifndef SIGPATH_BTF_H
#define SIGPATH_BTF_H

#include <stdbool.h>
#include <stddef.h>

#define BTF_PATH_LEN 512
#define BTF_NOTE_LEN 768

/* id, name for --json */
#define BTF_ORIGINS(X)            \
	X(NONE, "none")           \
	X(KERNEL, "kernel")       \
	X(FILE, "file")           \
	X(DIRECTORY, "directory") \
	X(SHIPPED, "shipped")

enum btf_origin {
#define X(id, name) BTF_FROM_##id,
	BTF_ORIGINS(X)
#undef X
};

struct btf_source {
	enum btf_origin origin;
	char path[BTF_PATH_LEN]; /* "" for NONE and KERNEL */
	char note[BTF_NOTE_LEN]; /* a file that was passed over, and why; "" none */
};

struct btf_search {
	const char *root;	/* before the kernel's paths: "" for this host */
	const char *configured; /* a file or a directory; NULL or "" none */
	const char *release;	/* as uname -r prints it */
	bool kernel_has;	/* the kernel's own can be read (facts.has_btf) */
	/* Where installed files are, NULL ends the list; NULL: ../share/sigpath/btf from the
	 * executable, then that of the prefix. */
	const char *const *shipped;
};

/* A configured file wins over all, the kernel's own over directories. 0, also when there is none;
 * -EINVAL or -errno when the configured path is of no use: err says why and what would be. */
int btf_source__find(const struct btf_search *search, struct btf_source *ret, char *err,
		     size_t err_len);
/* What libbpf takes: NULL for the kernel's own and for none. Borrows. */
const char *btf_source__path(const struct btf_source *source);
const char *btf_source__name(enum btf_origin origin);

#endif
