/* SPDX-License-Identifier: BSD-2-Clause */
/* Where BTF comes from: files made by libbpf, a made-up /sys, the order of the sources. */
#include "btf.h"
#include "fixture_tree.h"
#include "test.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_LEN 512
#define SKB_SIZE 232

struct fixture {
	char root[64];
	char etc[PATH_LEN], shipped[PATH_LEN];
	const char *shipped_dirs[2];
};

static int silent(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

static void put(const struct fixture *f, const char *path, const void *data, size_t len)
{
	tree_put(f->root, path, data, len);
}

/* BTF with one struct of that name and size. */
static void put_btf(const struct fixture *f, const char *path, const char *name, unsigned int size)
{
	struct btf *btf = btf__new_empty();
	const void *raw;
	uint32_t len;

	if (!CHECK(!libbpf_get_error(btf)))
		return;
	btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_struct(btf, name, size);
	btf__add_field(btf, "len", 1, 32, 0);
	raw = btf__raw_data(btf, &len);
	if (CHECK(raw))
		put(f, path, raw, len);
	btf__free(btf);
}

static bool start(struct fixture *f)
{
	libbpf_set_print(silent);
	if (!tree_make(f->root))
		return false;
	snprintf(f->etc, sizeof(f->etc), "%s/etc", f->root);
	snprintf(f->shipped, sizeof(f->shipped), "%s/share", f->root);
	f->shipped_dirs[0] = f->shipped;
	f->shipped_dirs[1] = NULL;
	put(f, "/etc/junk", "hello", 5);
	return true;
}

static void stop(const struct fixture *f)
{
	tree_remove(f->root);
}

enum { OWN = 1, SLAB = 2, BY_RELEASE = 4, BY_VMLINUX = 8, SHIPPED = 16 };

static void lay_out(const struct fixture *f, unsigned int what)
{
	if (what & OWN)
		put_btf(f, "/sys/kernel/btf/vmlinux", "sk_buff", SKB_SIZE);
	if (what & SLAB)
		put(f, "/sys/kernel/slab/skbuff_head_cache/object_size", "232\n", 4);
	if (what & BY_RELEASE)
		put_btf(f, "/etc/6.1.0.btf", "sk_buff", SKB_SIZE);
	if (what & BY_VMLINUX)
		put_btf(f, "/etc/vmlinux-6.1.0.btf", "sk_buff", SKB_SIZE);
	if (what & SHIPPED)
		put_btf(f, "/share/6.1.0.btf", "sk_buff", SKB_SIZE);
}

static int find(const struct fixture *f, const char *configured, bool own, struct btf_source *ret,
		char *err, size_t len)
{
	struct btf_search s = {.root = f->root,
			       .configured = configured,
			       .release = "6.1.0",
			       .kernel_has = own,
			       .shipped = f->shipped_dirs};

	err[0] = '\0';
	return btf_source__find(&s, ret, err, len);
}

static void sources_in_order(void)
{
	static const struct {
		unsigned int there;
		const char *configured; /* below the root */
		enum btf_origin want;
		const char *path;
	} rows[] = {
		{0, "", BTF_FROM_NONE, ""},
		{OWN, "", BTF_FROM_KERNEL, ""},
		{OWN | SHIPPED, "", BTF_FROM_KERNEL, ""},
		{SHIPPED, "", BTF_FROM_SHIPPED, "/share/6.1.0.btf"},
		{OWN | BY_RELEASE, "/etc/6.1.0.btf", BTF_FROM_FILE, "/etc/6.1.0.btf"},
		{SHIPPED | BY_RELEASE, "/etc/6.1.0.btf", BTF_FROM_FILE, "/etc/6.1.0.btf"},
		{OWN | BY_RELEASE, "/etc", BTF_FROM_KERNEL, ""},
		{SHIPPED | BY_RELEASE, "/etc", BTF_FROM_DIRECTORY, "/etc/6.1.0.btf"},
		{BY_VMLINUX, "/etc", BTF_FROM_DIRECTORY, "/etc/vmlinux-6.1.0.btf"},
		{SHIPPED, "/etc", BTF_FROM_SHIPPED, "/share/6.1.0.btf"},
		{0, "/etc", BTF_FROM_NONE, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char configured[PATH_LEN] = "", want[PATH_LEN] = "", err[PATH_LEN];
		struct btf_source source;
		struct fixture f;

		CHECK_CASE("row %zu", i);
		if (!start(&f))
			return;
		lay_out(&f, rows[i].there);
		if (rows[i].configured[0])
			snprintf(configured, sizeof(configured), "%s%s", f.root,
				 rows[i].configured);
		if (rows[i].path[0])
			snprintf(want, sizeof(want), "%s%s", f.root, rows[i].path);
		CHECK_INT(find(&f, configured, rows[i].there & OWN, &source, err, sizeof(err)), 0);
		CHECK_INT(source.origin, rows[i].want);
		CHECK_STR(source.path, want);
		CHECK_STR(btf_source__path(&source), want[0] ? want : NULL);
		stop(&f);
	}
}

static void refuses_what_is_of_no_use(void)
{
	static const struct {
		unsigned int there;
		const char *name; /* of the struct in /etc/6.1.0.btf, NULL: no such file */
		unsigned int size;
		const char *configured;
		int want;
		const char *err;
	} rows[] = {
		{0, NULL, 0, "/etc/none", -ENOENT, "No such file"},
		{0, NULL, 0, "/etc/junk", -EINVAL, "is not BTF"},
		{0, "sockaddr", 16, "/etc/6.1.0.btf", -EINVAL, "no struct sk_buff"},
		{0, "sk_buff", 224, "/etc/6.1.0.btf", 0, ""},
		{SLAB, "sk_buff", 224, "/etc/6.1.0.btf", -EINVAL, "224 bytes there and 232 here"},
		{SLAB, "sk_buff", 224, "/etc", -EINVAL, "not of this kernel"},
		{SLAB, "sk_buff", 232, "/etc/6.1.0.btf", 0, ""},
		{OWN, "sk_buff", 224, "/etc/6.1.0.btf", -EINVAL, "not of this kernel"},
		{OWN, "sk_buff", 232, "/etc/6.1.0.btf", 0, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char configured[PATH_LEN], err[PATH_LEN];
		struct btf_source source;
		struct fixture f;

		CHECK_CASE("row %zu", i);
		if (!start(&f))
			return;
		lay_out(&f, rows[i].there);
		if (rows[i].name)
			put_btf(&f, "/etc/6.1.0.btf", rows[i].name, rows[i].size);
		snprintf(configured, sizeof(configured), "%s%s", f.root, rows[i].configured);
		CHECK_INT(find(&f, configured, rows[i].there & OWN, &source, err, sizeof(err)),
			  rows[i].want);
		CHECK(strstr(err, rows[i].err));
		if (rows[i].want)
			CHECK_INT(source.origin, BTF_FROM_NONE);
		stop(&f);
	}
}

/* What was installed must not keep the daemon from starting. */
static void damaged_shipped_is_noted(void)
{
	struct btf_source source;
	struct fixture f;
	char err[PATH_LEN];

	if (!start(&f))
		return;
	put(&f, "/share/6.1.0.btf", "\x9f\xeb\x01", 3);
	CHECK_INT(find(&f, NULL, false, &source, err, sizeof(err)), 0);
	CHECK_INT(source.origin, BTF_FROM_NONE);
	CHECK(strstr(source.note, "/share/6.1.0.btf: is not BTF"));
	stop(&f);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"sources_in_order", sources_in_order, TEST_PLAIN},
		{"refuses_what_is_of_no_use", refuses_what_is_of_no_use, TEST_PLAIN},
		{"damaged_shipped_is_noted", damaged_shipped_is_noted, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
