/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug handlers: the hooks on every hotplug handler of the host. */
#include "hw-models/unplug-handlers.h"
#include "common/host/pci.h"
#include "common/host/qapi.h"
#include "hw-models/unplug-supervisor.h"

/*
 * Handlers call each other: the pc machine's hands a DIMM on to the ACPI
 * device's.  Only the outermost call is a request, or a removal.
 */
static unsigned requests, removals;

/*
 * The host's own virtio-net failover takes its primary away for the time of
 * a migration and keeps the object (hw/net/virtio-net.c, 7.2,
 * failover_unplug_primary()).  That is not an unplug.  We keep devices by the
 * same flag, but only in slots that have a record.
 */
static bool is_failover(HotplugHandler *handler, DeviceState *dev)
{
    return object_dynamic_cast(OBJECT(dev), TYPE_PCI_DEVICE) &&
           PCI_DEVICE(dev)->partially_hotplugged &&
           !unplug_supervisor_has_slot(handler, dev);
}

static void request(HotplugHandler *handler, DeviceState *dev,
                    hotplug_fn next, Error **errp)
{
    Error *err = NULL;
    bool is_new;

    /* The handler may remove the device at once. */
    object_ref(OBJECT(dev));
    switch (unplug_supervisor_asking(handler, dev, &is_new, &err)) {
    case UNPLUG_RETRY_ASK:
        next(handler, dev, &err);
        unplug_supervisor_asked(dev, is_new, err != NULL);
        break;
    case UNPLUG_RETRY_RESUME:
        unplug_supervisor_continued(dev);
        break;
    case UNPLUG_RETRY_REFUSE:
        break;
    }
    error_propagate(errp, err);
    object_unref(OBJECT(dev));
}

void unplug_handlers_ask(HotplugHandler *handler, DeviceState *dev)
{
    HotplugHandlerClass *klass = HOTPLUG_HANDLER_GET_CLASS(handler);
    Error *err = NULL;

    requests++;
    ANNEX_NEXT(klass, unplug_request)(handler, dev, &err);
    requests--;
    if (err) {
        warn_reportf_err(err, "annex-unplug: cannot ask for '%s' again: ",
                         dev->canonical_path);
    }
}

static void on_unplug_request(HotplugHandler *handler, DeviceState *dev,
                              Error **errp)
{
    HotplugHandlerClass *klass = HOTPLUG_HANDLER_GET_CLASS(handler);
    hotplug_fn next = ANNEX_NEXT(klass, unplug_request);

    if (requests || is_failover(handler, dev)) {
        next(handler, dev, errp);
        return;
    }
    requests++;
    request(handler, dev, next, errp);
    requests--;
}

static void on_unplug(HotplugHandler *handler, DeviceState *dev, Error **errp)
{
    HotplugHandlerClass *klass = HOTPLUG_HANDLER_GET_CLASS(handler);
    hotplug_fn next = ANNEX_NEXT(klass, unplug);
    Error *err = NULL;

    /* A handler without requests is told to unplug by the host alone. */
    if (removals || !klass->unplug_request) {
        next(handler, dev, errp);
        return;
    }
    removals++;
    unplug_supervisor_ejecting(handler, dev);
    next(handler, dev, &err);
    if (err) {
        unplug_supervisor_eject_failed(dev, error_get_pretty(err));
    }
    error_propagate(errp, err);
    removals--;
}

static const AnnexMethodHook methods[] = {
    ANNEX_METHOD(TYPE_HOTPLUG_HANDLER, HotplugHandlerClass, unplug_request,
                 on_unplug_request),
    ANNEX_METHOD(TYPE_HOTPLUG_HANDLER, HotplugHandlerClass, unplug,
                 on_unplug),
    {}
};

bool unplug_handlers_start(AnnexHookSet *set, Error **errp)
{
    return annex_hooks_add_methods(set, methods, errp);
}
