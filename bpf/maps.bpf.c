// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Where the maps, the knobs and the licence live. */
#include "maps.bpf.h"
#include "config.bpf.h"

const volatile struct knobs sp_knobs = {};

__u8 sp_thread_any[THREAD_SLOTS];
__u8 sp_port_any[8192];

struct sp_ring_map sp_ring SEC(".maps");
struct sp_scratch_map sp_scratch SEC(".maps");
struct sp_flight_map sp_flight SEC(".maps");
struct sp_stack_map sp_stack SEC(".maps");
struct sp_calls_map sp_calls SEC(".maps");
struct sp_writes_map sp_writes SEC(".maps");
struct sp_cuts_map sp_cuts SEC(".maps");
struct sp_media_map sp_media SEC(".maps");
struct sp_xmit_map sp_xmit SEC(".maps");
struct sp_wait_map sp_wait SEC(".maps");
struct sp_socks_map sp_socks SEC(".maps");
struct sp_threads_map sp_threads SEC(".maps");
struct sp_counters_map sp_counters SEC(".maps");

char sp_license[] SEC("license") = "Dual BSD/GPL";
