/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-wrongsize: a module with a structure of another size than QEMU's. */
#include "common/module.h"

static const AnnexAbiType types[] = {
    ANNEX_ABI(TYPE_DEVICE, DeviceState),
    { TYPE_MACHINE, sizeof(MachineState) - 8 },
    {}
};

/* Never called: the gate comes first. */
static bool start(Error **errp)
{
    abort();
}

ANNEX_MODULE(.name = "wrongsize", .types = types, .start = start)
