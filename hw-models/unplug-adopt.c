/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug adoption: requests in flight in a VM that has just arrived. */
#include "hw-models/unplug-adopt.h"
#include "common/host/run.h"
#include "hw-models/unplug-registry.h"
#include "hw-models/unplug-supervisor.h"
#include "hw-models/unplug-vmstate.h"

/* The state of the devices was replaced since the VM last ran. */
static bool arrived;

static int adopt(Object *obj, void *opaque)
{
    DeviceState *dev = (DeviceState *)object_dynamic_cast(obj, TYPE_DEVICE);
    const UnplugTransportOps *transport;
    const UnplugSaved *saved;
    HotplugHandler *handler;
    bool in_flight, seen = false;

    if (!dev || !dev->realized || unplug_find(dev)) {
        return 0;
    }
    handler = qdev_get_hotplug_handler(dev);
    transport = handler ? unplug_registry_classify(handler, dev) : NULL;
    if (!transport) {
        return 0;
    }
    saved = unplug_vmstate_find(dev);
    in_flight = transport->in_flight &&
                transport->in_flight(transport, handler, dev, &seen);
    if (in_flight || saved) {
        unplug_supervisor_adopt(handler, dev, in_flight, seen, saved);
    }
    return 0;
}

static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running && arrived) {
        arrived = false;
        object_child_foreach_recursive(qdev_get_machine(), adopt, NULL);
        unplug_vmstate_clear();
    }
}

void unplug_adopt_expect(void)
{
    arrived = true;
}

void unplug_adopt_start(void)
{
    arrived = runstate_check(RUN_STATE_INMIGRATE);
    qemu_add_vm_change_state_handler(on_run_state, NULL);
}
