/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The maps, defined once in maps.bpf.c. All are preallocated arrays but the ring: no allocation, no
 * locks on the way.
 *
 *   sp_ring     records to the daemon
 *   sp_scratch  per CPU and context, where a record is built: programs of one context never nest
 *   sp_flight   early stamps by fingerprint, from the first sight to the socket
 *   sp_stack    early stamps by skb pointer, where bytes may not be read
 *   sp_xmit     skb pointers from qdisc to driver
 *   sp_wait     skb pointers on sockets, where drops are told by address
 *   sp_calls    send calls by socket, where the qdisc's probe cannot name its thread
 *   sp_writes   send calls on streams by socket
 *   sp_cuts     large TCP segments that software may cut before the driver
 *   sp_media    flows whose first media datagrams were reported
 *   sp_socks    sockets that carry signaling: everything else leaves the read path at once
 *   sp_threads  off-CPU history of threads that read or send signaling
 *   sp_counters per CPU, bpf/shared/counter.def
 */
#ifndef SIGPATH_MAPS_BPF_H
#define SIGPATH_MAPS_BPF_H

#include "kernel.bpf.h"
#include "knobs.h"
#include "net.h"
#include "record.h"

enum counter_id {
#define COUNTER(id, name, kind, help) CNT_##id,
#include "counter.def"
#undef COUNTER
	CNT_MAX
};

/* Softirq and transmit path run with bottom halves off; reads and sends run in task context and may
 * be interrupted by them. Each gets its own scratch. XDP and drop programs can run while another
 * softirq program of ours is on the stack (generic XDP, kfree_skb inside receive), so they have
 * theirs too. */
enum scratch_ctx {
	SCRATCH_XDP,
	SCRATCH_STACK,
	SCRATCH_SOCK,
	SCRATCH_SEND,
	SCRATCH_XMIT,
	SCRATCH_CALL,
	SCRATCH_READ,
	SCRATCH_DROP,
	SCRATCH_TAP,
	SCRATCH_SEG_IN,
	SCRATCH_SEG_OUT,
	SCRATCH_TAKE,
	SCRATCH_CNT
};

/* The largest record; those with a payload end where it begins. */
#define SCRATCH_HEAD sizeof(struct rec_read)

struct scratch {
	__u8 win[NET_WINDOW + NET_SLACK];
	struct net_brief net;
	__u64 hash;
	__u64 raw;
	__u64 owner;	  /* the run that uses it, scratch_own() */
	__u32 part_off;	  /* of the part of a segment that comes next */
	__u16 part_flags; /* ... what is told with the last part */
	__u16 part_left;
	union {
		struct {
			__u8 fill[SCRATCH_HEAD - sizeof(struct rec_rx)];
			struct rec_rx rx;
		};
		struct {
			__u8 fill_tap[SCRATCH_HEAD - sizeof(struct rec_tap)];
			struct rec_tap tap;
		};
		struct {
			__u8 fill_send[SCRATCH_HEAD - sizeof(struct rec_send)];
			struct rec_send send;
		};
		struct {
			__u8 fill_seg[SCRATCH_HEAD - sizeof(struct rec_seg)];
			struct rec_seg seg;
		};
		struct rec_take take;
		struct rec_media media;
		struct rec_read read;
		struct rec_drop drop;
	};
	__u8 payload[REC_SNAP_MAX];
};

struct flight {
	__u64 hash; /* 0: free */
	__u64 nic_ns;
	__u64 stack_ns;
	__u32 ifindex;
	__u32 ambiguous;
};

#define SKB_WAYS 4
_Static_assert(XMIT_WAYS == SKB_WAYS && WAIT_WAYS == SKB_WAYS, "one set for both");

struct skb_set {
	__u64 skb[SKB_WAYS];
	__u64 since_ns[SKB_WAYS]; /* hdr.ts_ns of the message's record */
	__u32 turn;
	__u32 pad;
};

struct stack_stamp {
	__u64 skb;
	__u64 stack_ns;
};

struct call {
	__u64 sk;   /* 0: free, or being written */
	__u64 task; /* address */
	__u64 send_ns;
	struct rec_task who;
};

/* The latest send call on a stream: bytes [start_seq, end_seq). */
struct write {
	__u64 sk; /* 0: free, or being written */
	__u64 send_ns;
	__u32 start_seq;
	__u32 end_seq;
	struct rec_task who;
};

struct media_flow {
	__u32 tag;  /* high half of the flow's hash; 0: free */
	__u32 seen; /* jiffies */
	__u8 rtp;   /* reported */
	__u8 sealed;
	__u8 is_dtls; /* a handshake was seen */
	__u8 pad;
};

/* By the low half of the hash. */
struct media_set {
	struct media_flow way[MEDIA_WAYS];
};

struct sock_set {
	__u64 sk[SOCK_WAYS];
	__u32 turn;
	__u32 pad;
};

struct thread {
	__u32 pid;     /* 0: free */
	__u32 off_cnt; /* intervals ever recorded */
	__u64 off_ns;  /* switched out since, 0: running */
	__s32 syscall_nr;
	__u32 preempted;
	__u64 waking_ns; /* candidates that hook sched_waking; else 0 */
	__u64 send_ns;	 /* send call entered */
	__u64 send_sk;
	__u64 seen_ns;
	__u32 batch_idx; /* recvmmsg: messages returned so far */
	__u32 pad;
	__u64 take_sk; /* the latest TAKE */
	__u32 take_seq;
	__u32 pad2;
	__u64 who_ns; /* comm and cgroup_id were read then */
	__u64 cgroup_id;
	char comm[REC_COMM_LEN];
	struct off_cpu off[OFF_CPU_MAX];
};

struct sp_ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
};

struct sp_scratch_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_CNT);
	__type(key, __u32);
	__type(value, struct scratch);
};

struct sp_flight_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLIGHT_SLOTS);
	__type(key, __u32);
	__type(value, struct flight);
};

struct sp_stack_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACK_SLOTS);
	__type(key, __u32);
	__type(value, struct stack_stamp);
};

struct sp_calls_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALL_SLOTS);
	__type(key, __u32);
	__type(value, struct call);
};

struct sp_writes_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WRITE_SLOTS);
	__type(key, __u32);
	__type(value, struct write);
};

/* The socket's latest segment for which the driver may get others. */
struct cut {
	__u64 sk; /* 0: none */
	__u64 skb;
	__u32 end_seq;
	__u32 pad;
};

struct sp_cuts_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CUT_SLOTS);
	__type(key, __u32);
	__type(value, struct cut);
};

struct sp_media_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MEDIA_SETS);
	__type(key, __u32);
	__type(value, struct media_set);
};

struct sp_xmit_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XMIT_SETS);
	__type(key, __u32);
	__type(value, struct skb_set);
};

struct sp_wait_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WAIT_SETS);
	__type(key, __u32);
	__type(value, struct skb_set);
};

struct sp_socks_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SOCK_SETS);
	__type(key, __u32);
	__type(value, struct sock_set);
};

struct sp_threads_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, THREAD_SLOTS);
	__type(key, __u32);
	__type(value, struct thread);
};

struct sp_counters_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
};

extern struct sp_ring_map sp_ring SEC(".maps");
extern struct sp_scratch_map sp_scratch SEC(".maps");
extern struct sp_flight_map sp_flight SEC(".maps");
extern struct sp_stack_map sp_stack SEC(".maps");
extern struct sp_calls_map sp_calls SEC(".maps");
extern struct sp_writes_map sp_writes SEC(".maps");
extern struct sp_cuts_map sp_cuts SEC(".maps");
extern struct sp_media_map sp_media SEC(".maps");
extern struct sp_xmit_map sp_xmit SEC(".maps");
extern struct sp_wait_map sp_wait SEC(".maps");
extern struct sp_socks_map sp_socks SEC(".maps");
extern struct sp_threads_map sp_threads SEC(".maps");
extern struct sp_counters_map sp_counters SEC(".maps");

static __always_inline void count(enum counter_id id)
{
	__u32 key = id;
	__u64 *n = bpf_map_lookup_elem(&sp_counters, &key);

	if (n)
		*n += 1;
}

static __always_inline struct scratch *scratch_get(enum scratch_ctx ctx)
{
	__u32 key = ctx;

	return bpf_map_lookup_elem(&sp_scratch, &key);
}

/* The egress filter of a socket runs with softirqs and, on preemptible kernels, preemption on:
 * another run on this CPU may use the same scratch in the middle of this one. Whoever finds that
 * somebody came after him gives up, and makes the other one give up too. */
static __always_inline __u64 scratch_own(struct scratch *s)
{
	__u64 run = bpf_ktime_get_ns();

	*(volatile __u64 *)&s->owner = run;
	return run;
}

static __always_inline bool scratch_is_own(struct scratch *s, __u64 run)
{
	if (*(volatile __u64 *)&s->owner == run)
		return true;
	*(volatile __u64 *)&s->owner = 0;
	count(CNT_SCRATCH_LOST);
	return false;
}

/* The address in a kernel pointer as a number: the verifier allows no arithmetic on the pointer
 * itself. */
static __always_inline __u64 address_of(struct scratch *s, const void *ptr)
{
	*(const void *volatile *)&s->raw = ptr;
	return *(volatile __u64 *)&s->raw;
}

/* Fibonacci hashing of a pointer or an id. */
static __always_inline __u32 spread(__u64 v)
{
	return (__u32)((v * 0x9e3779b97f4a7c15ull) >> 32);
}

#endif
