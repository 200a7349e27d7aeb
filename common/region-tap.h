/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Region taps: watch a guest's accesses to a register block of the host. */
#ifndef ANNEX_REGION_TAP_H
#define ANNEX_REGION_TAP_H

#include "common/hooks.h"
#include "common/host/memory.h"

typedef struct AnnexRegionTap AnnexRegionTap;

/*
 * What is called around the host's own handler of an access.  Any of them
 * may be NULL.  @state is the host's opaque pointer of the region.  They
 * run in the vCPU thread (or the main thread, for accesses by qtest),
 * under the BQL.  None can change the access.
 */
typedef void AnnexRegionTapFn(const AnnexRegionTap *tap, void *state,
                              hwaddr addr, uint64_t value, unsigned size);

struct AnnexRegionTap {
    AnnexRegionTapFn *after_read;
    AnnexRegionTapFn *before_write;
    AnnexRegionTapFn *after_write;
};

/*
 * Watch @mr, which is implemented by MemoryRegionOps with plain read and
 * write handlers, until it is finalized.  Does nothing when @mr is being
 * watched already.  @tap must be static.
 */
void annex_region_tap(AnnexHookSet *set, MemoryRegion *mr,
                      const AnnexRegionTap *tap);

/* The host's opaque pointer of @mr, watched or not. */
void *annex_region_state(MemoryRegion *mr);

/*
 * Have the host's handler write to a register of @mr, which is implemented
 * by a plain write handler, without the tap.  Can be called in a tap, where
 * memory_region_dispatch_write() is refused: the host lets no device's
 * regions be accessed while one is (system/memory.c, 10.0).  Under the BQL.
 */
void annex_region_write(MemoryRegion *mr, hwaddr addr, uint64_t value,
                        unsigned size);

#endif
