/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Somebody else's XDP program: occupies the hook and lets everything pass. */
#include <linux/bpf.h>

__attribute__((section("xdp"), used)) int other_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char other_license[] __attribute__((section("license"), used)) = "GPL";
