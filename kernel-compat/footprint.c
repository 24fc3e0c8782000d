/* SPDX-License-Identifier: BSD-2-Clause */
/* The size of each map by its kind, as kernel/bpf allocates it. */
#include "footprint.h"

#include <bpf/libbpf.h>

#include "object.h"
#include "sigpath.skel.h"

/* struct htab_elem with its header, and the bucket that an entry has on average. */
#define HASH_ENTRY_BYTES 64

static uint64_t round_up(uint64_t bytes)
{
	return (bytes + 7) & ~7ull;
}

static uint64_t map_bytes(const struct bpf_map *map, uint64_t cpus)
{
	uint64_t cnt = bpf_map__max_entries(map), value = round_up(bpf_map__value_size(map));
	uint64_t key = round_up(bpf_map__key_size(map));

	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_RINGBUF:
		return cnt;
	case BPF_MAP_TYPE_ARRAY:
		return cnt * value;
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return cnt * value * cpus;
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return cnt * (HASH_ENTRY_BYTES + key + value * cpus);
	default:
		return cnt * (HASH_ENTRY_BYTES + key + value);
	}
}

uint64_t footprint__bytes(uint32_t ring_bytes)
{
	struct object_opts opts = {.ring_bytes = ring_bytes};
	int cpus = libbpf_num_possible_cpus();
	struct bpf_map *map;
	uint64_t sum = 0;
	struct object o;

	if (object__open(&o, &opts))
		goto out;
	bpf_object__for_each_map (map, o.skel->obj)
		sum += map_bytes(map, cpus > 0 ? (uint64_t)cpus : 1);
out:
	if (o.skel)
		object__done(&o);
	return sum;
}
