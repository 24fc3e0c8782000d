/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the kernel programs write into the ring buffer: fixed little records, one small header each.
 *
 * All times are CLOCK_MONOTONIC ns; 0 means "this plan does not deliver the instant". Kinds are
 * append-only. A consumer rejects a record shorter than its struct, counts and skips an unknown
 * kind, and uses the known prefix of a longer one.
 *
 *   RX ----------> READ      a message that local software receives
 *      \---------> DROP      ... or that the kernel discards on the way
 *   SEND --------> XMIT      a message that local software sends
 *   TAP                      one sight of a message by a tap alone (plans without stage probes)
 *   SEG ---------> TAKE      a TCP segment received; the application has read the stream up to here
 *      \---------> XMIT      ... or sent (REC_F_EGRESS)
 *   MEDIA                    one of the first media or encrypted datagrams of a flow
 */
#ifndef SIGPATH_RECORD_H
#define SIGPATH_RECORD_H

#include <linux/types.h>

/* id, record kind, struct, what it says */
/* clang-format off */
#define RECORD_KINDS(X)                                                     \
	X(1, RX, rec_rx, "queued on a socket")                              \
	X(2, READ, rec_read, "bytes reached the application")               \
	X(3, SEND, rec_send, "handed over by the application, at the qdisc") \
	X(4, XMIT, rec_xmit, "handed to the driver")                        \
	X(5, DROP, rec_drop, "discarded by the kernel")                     \
	X(6, TAP, rec_tap, "seen by a tap")                                 \
	X(7, SEG, rec_seg, "a TCP segment, or a part of a large one")       \
	X(8, TAKE, rec_take, "a stream was read up to a sequence number")   \
	X(9, MEDIA, rec_media, "one of the first media datagrams of a flow")
/* clang-format on */

enum rec_kind {
#define X(id, name, type, help) REC_##name = id,
	RECORD_KINDS(X)
#undef X
};

/* What the shallow parse found. */
enum rec_proto {
	PROTO_NONE = 0,
	PROTO_SIP = 1,
	PROTO_STUN = 2,
	PROTO_DTLS = 3, /* handshake, change cipher spec, alert records; 1.3: also the first encrypted */
	PROTO_BEAT = 4, /* any datagram on a heartbeat port */
	/* told apart in user space only */
	PROTO_HTTP = 5,
	PROTO_WS = 6,	/* a WebSocket message that is not SIP */
	PROTO_TLS = 7,	/* handshake messages of a TLS connection */
	PROTO_RTP = 8,	/* RTP, RTCP or SRTP by RFC 7983: 128..191 */
	PROTO_CNT
};

enum rec_flag {
	REC_F_FRAG = 1u << 0, /* first fragment, or a datagram that was reassembled */
	REC_F_VLAN = 1u << 1, /* one or two VLAN tags */
	REC_F_AMBIGUOUS =
		1u << 2,       /* an identical datagram was in flight: t_nic and t_stack withheld */
	REC_F_SHORT = 1u << 3, /* payload[] holds less than the datagram */
	REC_F_EGRESS = 1u << 4,	    /* TAP, DROP: leaving this host */
	REC_F_PREEMPTED = 1u << 6,  /* struct off_cpu: involuntary, the thread stayed runnable */
	REC_F_RCVBUF = 1u << 7,	    /* DROP: the socket's receive buffer was full */
	REC_F_BY_ADDRESS = 1u << 8, /* DROP: named by skb and since_ns alone */
	REC_F_TAP = 1u << 9,	    /* SEG: seen by a tap alone: it is not going to be taken or sent */
	REC_F_SYN = 1u << 10,	    /* SEG */
	REC_F_FIN = 1u << 11,	    /* SEG */
	REC_F_RST = 1u << 12,	    /* SEG */
};

#define REC_SNAP_MAX 4096 /* payload bytes a record can carry */
#define REC_HASH_LEN 256  /* payload bytes the fingerprint covers */
#define OFF_CPU_MAX  4	  /* latest off-CPU intervals carried by READ and SEND */
#define REC_COMM_LEN 16

#define SYSCALL_UNKNOWN (-2147483647 - 1) /* this kernel does not say */

struct rec_hdr {
	__u64 ts_ns; /* RX: t_sock, READ: t_read, SEND: t_queue, XMIT: t_xmit */
	__u16 kind;
	__u16 len; /* bytes of the whole record, payload included */
	__u32 cpu;
};

/* Addresses are network order, IPv4 as ::ffff:a.b.c.d; ports are host order. */
struct rec_flow {
	__u8 saddr[16];
	__u8 daddr[16];
	__u16 sport;
	__u16 dport;
	__u8 proto; /* enum rec_proto */
	__u8 pad;
	__u16 flags; /* enum rec_flag */
};

/* The fingerprint: equal on every sight of one datagram, whatever rewrote its headers. */
struct rec_print {
	__u64 hash;	/* of the first REC_HASH_LEN payload bytes and msg_len */
	__u32 msg_len;	/* UDP payload bytes, from the UDP header (fragments: of the whole datagram)
			 */
	__u32 snap_len; /* payload bytes in this record */
};

/* One stretch a thread was not running: [off, run); runnable from queued. 0 = unknown. */
struct off_cpu {
	__u64 off_ns;
	__u64 queued_ns;
	__u64 run_ns;
	__s32 syscall_nr; /* where it blocked; negative: outside of a call, or SYSCALL_UNKNOWN */
	__u32 flags;	  /* REC_F_PREEMPTED */
};

struct rec_task {
	__u32 pid; /* thread (kernel pid) */
	__u32 tgid;
	__u64 cgroup_id; /* cgroup2 id, 0 unknown */
	__u32 netns;	 /* inode of the network namespace of the socket, 0 unknown */
	__u32 pad;
	char comm[REC_COMM_LEN];
};

/* When a thread was off the CPU: its latest intervals, oldest first. */
struct rec_history {
	__u32 off_cnt; /* valid entries of off[] */
	__u32 pad;
	struct off_cpu off[OFF_CPU_MAX];
};

struct rec_rx {
	struct rec_hdr hdr;
	struct rec_flow flow;
	struct rec_print print;
	__u64 nic_ns;
	__u64 stack_ns;
	__u64 sk;  /* socket identity (address), never dereferenced */
	__u64 skb; /* 0 where the probe cannot name it */
	__u32 ifindex;
	__u32 netns;
	__u8 payload[];
};

struct rec_read {
	struct rec_hdr hdr;
	struct rec_print print; /* hash 0: the content could not be read, join by skb or order */
	__u64 sk;
	__u64 skb;
	struct rec_task task;
	struct rec_history history;
};

struct rec_send {
	struct rec_hdr hdr;
	struct rec_flow flow;
	struct rec_print print;
	__u64 send_ns;
	__u64 sk;
	__u64 skb;
	__u32 ifindex;
	__u32 pad;
	struct rec_task task;
	__u8 payload[];
};

struct rec_xmit {
	struct rec_hdr hdr;
	__u64 skb;
	__u32 ifindex;
	__u32 pad;
};

/* Where neither types nor bytes are known (REC_F_BY_ADDRESS) flow, print, sk and reason are 0: the
 * message is the one whose RX or SEND (REC_F_EGRESS) had this skb and since_ns as its hdr.ts_ns. If
 * it does not wait any more it was read or sent, and what was discarded is another packet in its
 * memory. */
struct rec_drop {
	struct rec_hdr hdr;
	struct rec_flow flow;
	struct rec_print print;
	__u64 sk; /* 0: before a socket was found */
	__u64 skb;
	__u32 reason; /* enum skb_drop_reason of the running kernel, 0 unknown */
	__u32 netns;
	__u64 since_ns; /* hdr.ts_ns of its RX or SEND, 0 unknown */
};

struct rec_tap {
	struct rec_hdr hdr;
	struct rec_flow flow;
	struct rec_print print;
	__u32 ifindex;
	__u32 pad;
	__u8 payload[];
};

/* Received: hdr.ts_ns is t_sock, nic_ns and stack_ns those of the packet that ends it (what the
 * kernel merged came together). Sent: hdr.ts_ns is t_queue, send_ns the call that wrote its last
 * byte. A segment longer than a record makes several with the same stamps, seq growing. A segment
 * without payload is reported for its SYN, FIN or RST. flow.proto is PROTO_NONE: the stream tells. */
struct rec_seg {
	struct rec_hdr hdr;
	struct rec_flow flow;
	__u64 nic_ns;
	__u64 stack_ns;
	__u64 send_ns;
	__u64 sk;
	__u64 skb;
	__u32 seq;	/* of payload[0]; behind a SYN: of the first byte that follows it */
	__u32 seg_len;	/* payload bytes of the segment from seq on, snap_len of them here */
	__u32 snap_len;
	__u32 ifindex;
	__u32 netns;
	__u32 pad;
	struct rec_task task; /* sent: who, where known (pid 0: not) */
	__u8 payload[];
};

/* The application has received everything before seq (tcp_sock.copied_seq). */
struct rec_take {
	struct rec_hdr hdr; /* ts_ns: t_read */
	__u64 sk;
	__u32 seq;
	__u32 pad;
	struct rec_task task;
	struct rec_history history;
};

/* RTP, RTCP, SRTP (flow.proto PROTO_RTP) or what DTLS protects (PROTO_DTLS): the first few of each
 * flow, REC_F_EGRESS the sent ones. hdr.ts_ns: t_sock, or t_queue. */
struct rec_media {
	struct rec_hdr hdr;
	struct rec_flow flow;
	__u32 msg_len;
	__u32 ifindex;
	__u8 first[16]; /* payload bytes, zero behind the end */
};

_Static_assert(sizeof(struct rec_seg) == 160, "rec_seg");
_Static_assert(sizeof(struct rec_take) == 72 + sizeof(struct rec_history), "rec_take");
_Static_assert(sizeof(struct rec_media) == 80, "rec_media");
_Static_assert(sizeof(struct rec_hdr) == 16, "rec_hdr");
_Static_assert(sizeof(struct rec_flow) == 40, "rec_flow");
_Static_assert(sizeof(struct rec_print) == 16, "rec_print");
_Static_assert(sizeof(struct off_cpu) == 32, "off_cpu");
_Static_assert(sizeof(struct rec_task) == 40, "rec_task");
_Static_assert(sizeof(struct rec_history) == 8 + 32 * OFF_CPU_MAX, "rec_history");
_Static_assert(sizeof(struct rec_rx) == 112, "rec_rx");
_Static_assert(sizeof(struct rec_read) == 88 + sizeof(struct rec_history), "rec_read");
_Static_assert(sizeof(struct rec_send) == 144, "rec_send");
_Static_assert(sizeof(struct rec_xmit) == 32, "rec_xmit");
_Static_assert(sizeof(struct rec_drop) == 104, "rec_drop");
_Static_assert(sizeof(struct rec_tap) == 80, "rec_tap");

#endif
