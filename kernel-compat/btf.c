/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds BTF and checks, as far as that can be done, that it is of this kernel. */
#include "btf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "facts.h"

#define SKB_SLAB     "/sys/kernel/slab/skbuff_head_cache/object_size"
#define SHIPPED_DIRS 3

/* Compared with the kernel's own BTF; a minimised file holds some of them. */
static const char *const compared[] = {"sk_buff", "sock", "task_struct", "net_device"};

#define COMPARED_CNT (sizeof(compared) / sizeof(compared[0]))

/* Bytes of a struct, 0 when the file does not hold it. */
static long size_of(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id < 0 ? 0 : (long)btf__resolve_size(btf, (uint32_t)id);
}

/* The allocator's cache of sk_buffs has a usercopy region, so it is never merged with another one
 * and its object is exactly the struct. 0 when it cannot be read (it is root's). */
static long read_slab_size(const char *root)
{
	char path[BTF_PATH_LEN];
	long size = 0;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s" SKB_SLAB, root) >= (int)sizeof(path))
		return 0;
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%ld", &size) != 1)
		size = 0;
	fclose(f);
	return size;
}

static int refuse_size(const char *path, const char *name, long has, long is, char *err, size_t len)
{
	snprintf(err, len,
		 "%s: is not of this kernel: struct %s has %ld bytes there and %ld here; give the "
		 "file made for this release (uname -r)",
		 path, name, has, is);
	return -EINVAL;
}

static int compare_slab(const struct btf *btf, const char *path, const char *root, char *err,
			size_t len)
{
	long is = read_slab_size(root), has = size_of(btf, "sk_buff");

	return is && is != has ? refuse_size(path, "sk_buff", has, is, err, len) : 0;
}

static int compare_own(const struct btf *btf, const char *path, const char *root, char *err,
		       size_t len)
{
	char own_path[BTF_PATH_LEN];
	struct btf *own;
	int rc = 0;

	snprintf(own_path, sizeof(own_path), "%s" FACTS_BTF_PATH, root);
	own = btf__parse(own_path, NULL);
	if (libbpf_get_error(own))
		return compare_slab(btf, path, root, err, len);
	for (size_t i = 0; i < COMPARED_CNT && !rc; i++) {
		long has = size_of(btf, compared[i]), is = size_of(own, compared[i]);

		if (has && is && has != is)
			rc = refuse_size(path, compared[i], has, is, err, len);
	}
	btf__free(own);
	return rc;
}

static int check_types(const struct btf *btf, const char *path, const struct btf_search *s,
		       char *err, size_t len)
{
	if (!size_of(btf, "sk_buff")) {
		snprintf(err, len,
			 "%s: holds no struct sk_buff: it is not of a kernel, or was minimised for "
			 "something else; make it with kernel-compat/btf/minimise",
			 path);
		return -EINVAL;
	}
	return s->kernel_has ? compare_own(btf, path, s->root, err, len)
			     : compare_slab(btf, path, s->root, err, len);
}

static int check_file(const char *path, const struct btf_search *s, char *err, size_t len)
{
	struct btf *btf;
	int rc;

	if (access(path, R_OK)) {
		rc = -errno;
		snprintf(err, len, "%s: %s", path, strerror(-rc));
		return rc;
	}
	btf = btf__parse(path, NULL);
	if (libbpf_get_error(btf)) {
		snprintf(err, len,
			 "%s: is not BTF; kernel-compat/btf/extract takes it from a kernel image",
			 path);
		return -EINVAL;
	}
	rc = check_types(btf, path, s, err, len);
	btf__free(btf);
	return rc;
}

/* 1 found, 0 nothing of this release there, -errno: what is there is of no use. */
static int search_dir(const char *dir, const struct btf_search *s, char *path, char *err,
		      size_t len)
{
	static const char *const forms[] = {"%s/%s.btf", "%s/vmlinux-%s.btf"};

	if (!s->release[0] || strchr(s->release, '/'))
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		int rc;

		if (snprintf(path, BTF_PATH_LEN, forms[i], dir, s->release) >= BTF_PATH_LEN ||
		    access(path, F_OK))
			continue;
		rc = check_file(path, s, err, len);
		return rc ? rc : 1;
	}
	return 0;
}

/* Beside the executable, wherever that was unpacked; then where `make install` puts it. */
static void list_shipped(char beside[BTF_PATH_LEN], const char *dirs[SHIPPED_DIRS])
{
	unsigned int cnt = 0;
	ssize_t len = readlink("/proc/self/exe", beside, BTF_PATH_LEN - 1);
	char *slash;

	beside[len > 0 ? len : 0] = '\0';
	slash = strrchr(beside, '/');
	if (slash && slash - beside + sizeof("/../share/sigpath/btf") < BTF_PATH_LEN) {
		strcpy(slash, "/../share/sigpath/btf");
		dirs[cnt++] = beside;
	}
	dirs[cnt++] = SIGPATH_SHARE "/btf";
	dirs[cnt] = NULL;
}

static void find_shipped(const struct btf_search *s, struct btf_source *ret)
{
	const char *own[SHIPPED_DIRS], *const *dirs = s->shipped ? s->shipped : own;
	char beside[BTF_PATH_LEN], path[BTF_PATH_LEN];

	if (!s->shipped)
		list_shipped(beside, own);
	for (unsigned int i = 0; dirs[i]; i++) {
		if (search_dir(dirs[i], s, path, ret->note, sizeof(ret->note)) != 1)
			continue;
		ret->origin = BTF_FROM_SHIPPED;
		strcpy(ret->path, path);
		return;
	}
}

/* The configured path: a file wins, a directory is looked into only where the kernel has none. */
static int find_configured(const struct btf_search *s, struct btf_source *ret, char *err,
			   size_t err_len)
{
	struct stat st;
	int rc;

	if (strlen(s->configured) >= sizeof(ret->path))
		return -ENAMETOOLONG;
	if (stat(s->configured, &st)) {
		rc = -errno;
		snprintf(err, err_len, "%s: %s", s->configured, strerror(-rc));
		return rc;
	}
	if (!S_ISDIR(st.st_mode)) {
		rc = check_file(s->configured, s, err, err_len);
		if (rc)
			return rc;
		ret->origin = BTF_FROM_FILE;
		strcpy(ret->path, s->configured);
		return 0;
	}
	if (s->kernel_has)
		return 0;
	rc = search_dir(s->configured, s, ret->path, err, err_len);
	if (rc == 1)
		ret->origin = BTF_FROM_DIRECTORY;
	else
		ret->path[0] = '\0';
	if (!rc)
		snprintf(ret->note, sizeof(ret->note),
			 "%s: holds neither %s.btf nor vmlinux-%s.btf", s->configured, s->release,
			 s->release);
	return rc < 0 ? rc : 0;
}

int btf_source__find(const struct btf_search *search, struct btf_source *ret, char *err,
		     size_t err_len)
{
	int rc = 0;

	*ret = (struct btf_source){0};
	if (search->configured && search->configured[0])
		rc = find_configured(search, ret, err, err_len);
	if (rc || ret->origin != BTF_FROM_NONE)
		return rc;
	if (search->kernel_has)
		ret->origin = BTF_FROM_KERNEL;
	else
		find_shipped(search, ret);
	return 0;
}

const char *btf_source__path(const struct btf_source *source)
{
	return source->path[0] ? source->path : NULL;
}

const char *btf_source__name(enum btf_origin origin)
{
	static const char *const names[] = {
#define X(id, name) [BTF_FROM_##id] = name,
		BTF_ORIGINS(X)
#undef X
	};

	return names[origin];
}
