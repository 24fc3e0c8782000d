/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the loader tells the kernel programs (.rodata), and the sizes both sides agree on. */
#ifndef SIGPATH_KNOBS_H
#define SIGPATH_KNOBS_H

#include <linux/types.h>

#define FLIGHT_SLOTS 8192 /* early stamps of messages between the wire and their socket */
#define XMIT_SETS    4096 /* messages between qdisc and driver, XMIT_WAYS each */
#define XMIT_WAYS    4
#define WAIT_SETS    4096 /* messages on sockets, WAIT_WAYS each, where drops are told by address */
#define WAIT_WAYS    4
#define SOCK_SETS    4096 /* signaling sockets, SOCK_WAYS each */
#define SOCK_WAYS    4
#define CALL_SLOTS   4096  /* send calls under way, by socket */
#define STACK_SLOTS  512   /* packets between receive tracepoint and socket, on each CPU */
#define THREAD_SLOTS 8192  /* threads that read or send signaling */
#define WRITE_SLOTS  4096  /* send calls on streams, by socket */
#define CUT_SLOTS    4096  /* segments that may be cut before the driver, by socket */
#define MEDIA_SETS   16384 /* flows of media and of what DTLS protects, MEDIA_WAYS each */
#define MEDIA_WAYS   4
/* A flow of media that was quiet for so long starts anew, or gives its slot away. */
#define MEDIA_NEW_NS  10000000000ull
#define MEDIA_IDLE_NS 30000000000ull
/* An early stamp older than this belongs to a packet that never arrived. */
#define FRESH_NS 50000000ull
/* From the receive tracepoint to the socket a packet stays on its CPU: memory is reused soon. */
#define STACK_FRESH_NS 5000000ull

/* How programs may read kernel memory behind a plain address; neither: not at all. */
enum kernel_read {
	READ_PROBE = 1, /* bpf_probe_read_kernel */
	READ_CAST = 2,	/* bpf_rdonly_cast: also under lockdown=confidentiality, kernels with BTF */
};

/* Number of no helper: stands in the programs where bpf_rdonly_cast is to be called. */
#define RDONLY_CAST_CALL 0x5350

struct knobs {
	__u32 snap_len;	    /* payload bytes per record, 64..REC_SNAP_MAX */
	__u32 wake_bytes;   /* unread bytes in the ring at which the consumer is woken at once */
	__u8 stun_anywhere; /* recognise STUN on any UDP port */
	__u8 kernel_read;   /* enum kernel_read, or-ed */
	__u8 send_by_sock;  /* t_queue's probe cannot name its thread: send calls wait by socket */
	__u8 drop_by_skb;   /* drops are told by address: messages on sockets are kept by theirs */
	__u32 cast_type;    /* BTF id that READ_CAST casts to, of the running kernel */
	__u8 dtls_anywhere; /* recognise DTLS on any UDP port */
	__u8 first_media;   /* report the first media datagrams of each flow */
	__u8 pad[2];
	__u32 media_new_ticks;	/* a flow that was quiet for so long starts anew, in jiffies */
	__u32 media_idle_ticks; /* ... gives its slot away */
	__u8 port_kind[32768];	/* enum port_kind or-ed, four bits a port: small enough to stay
				   cached */
};

_Static_assert(sizeof(struct knobs) == 28 + 32768, "knobs");

static inline __u8 knobs_port_kind(const volatile struct knobs *k, __u32 port)
{
	return k->port_kind[(port & 0xffff) >> 1] >> (port & 1) * 4 & 15;
}

static inline void knobs_add_port(struct knobs *k, __u16 port, __u8 kind)
{
	k->port_kind[port >> 1] |= (__u8)((kind & 15) << (port & 1) * 4);
}

#endif
