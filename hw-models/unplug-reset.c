/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug reset: what a reset of the machine does to pending requests. */
#include "hw-models/unplug-reset.h"
#include "common/host/run.h"
#include "hw-models/unplug-adopt.h"
#include "hw-models/unplug-supervisor.h"

static void (**slot)(MachineState *, AnnexResetArg);

static void on_reset(MachineState *machine, AnnexResetArg arg)
{
    unplug_supervisor_reset(true);
    annex_host_reset(annex_hooks_next(slot, on_reset), machine, arg);
    unplug_supervisor_reset(false);
    if (annex_host_reset_loads_state(arg)) {
        unplug_adopt_expect();
    }
}

void unplug_reset_start(AnnexHookSet *set)
{
    MachineClass *klass = MACHINE_GET_CLASS(qdev_get_machine());

    /* May be NULL there: the machine then has no method of its own. */
    slot = &klass->reset;
    annex_hooks_add_slot(set, slot, on_reset,
                         object_class_get_name(OBJECT_CLASS(klass)), "reset");
}
