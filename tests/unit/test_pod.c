/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths of control groups as kubelets with both drivers make them. */
#include "pod.h"

#include <string.h>

#include "test.h"

static void paths_name_pods(void)
{
	static const struct {
		const char *cgroup, *uid; /* NULL none */
	} rows[] = {
		{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6a3e_", NULL},
		{"/kubepods.slice/kubepods-burstable.slice/"
		 "kubepods-burstable-pod6a3e1c1e_0b5f_4b8e_9a53_1d2c3b4a5f60.slice/"
		 "cri-containerd-0123.scope",
		 "6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60"},
		{"/kubepods/besteffort/pod6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60/0123",
		 "6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60"},
		{"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-"
		 "pod6a3e1c1e_0b5f_4b8e_9a53_1d2c3b4a5f60.slice",
		 "6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60"},
		{"/kubepods/pod6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60f/0123", NULL},
		{"/user.slice/pod6a3e1c1e-0b5f-4b8e-9a53-1d2c3b4a5f60", NULL},
		{"/system.slice/podman.service", NULL},
		{"/", NULL},
		{"", NULL},
	};
	char uid[POD_UID_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool found = pod__uid(rows[i].cgroup, uid);

		CHECK_CASE("%s", rows[i].cgroup);
		if (CHECK(found == (rows[i].uid != NULL)) && found)
			CHECK_STR(uid, rows[i].uid);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"paths_name_pods", paths_name_pods, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}
