/* SPDX-License-Identifier: BSD-2-Clause */
/* What the BPF maps will take, worked out before anything is loaded. */
#ifndef SIGPATH_FOOTPRINT_H
#define SIGPATH_FOOTPRINT_H

#include <stdint.h>

/* Bytes, about; 0 when the object cannot be opened. */
uint64_t footprint__bytes(uint32_t ring_bytes);

#endif
