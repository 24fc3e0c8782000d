/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The unit of the bench: a typed tracepoint program that does nothing, run by each packet that is
 * received. */
__attribute__((section("tp_btf/netif_receive_skb"), used)) int bench_empty(unsigned long long *ctx)
{
	(void)ctx;
	return 0;
}

char bench_license[] __attribute__((section("license"), used)) = "GPL";
