/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Failover: takes the options of devices with "standby", and keeps them. */
#include "hw-models/failover-hide.h"
#include "common/claims.h"
#include "common/host/options.h"
#include "common/host/pci.h"
#include "hw-models/failover-pair.h"
#include "hw-models/failover-primary.h"
#include "hw-models/failover-slot.h"
#include "hw-models/failover-standby.h"

#define STANDBY "standby"
#define PAIR_ID "failover_pair_id"

static bool check_names(const QDict *opts, const char *standby,
                        const char *id, Error **errp)
{
    if (!standby || !*standby) {
        error_setg(errp, "annex-failover: '" STANDBY "' needs the id of a "
                   "virtio-net device");
    } else if (!id_wellformed(standby)) {
        error_setg(errp, "annex-failover: '" STANDBY "' needs the id of a "
                   "virtio-net device, and '%s' cannot be one", standby);
    } else if (!id) {
        error_setg(errp, "annex-failover: a device with '" STANDBY "' needs "
                   "an id");
    } else if (!id_wellformed(id)) {
        error_setg(errp, "annex-failover: '%s' cannot be the id of a device",
                   id);
    } else if (!strcmp(id, standby)) {
        error_setg(errp, "annex-failover: device '%s' cannot be its own "
                   "standby", id);
    } else if (qdev_find_recursive(sysbus_get_default(), id) ||
               failover_pair_of_candidate(id)) {
        error_setg(errp, "annex-failover: there is a device '%s' already",
                   id);
    } else if (qdict_haskey(opts, PAIR_ID)) {
        error_setg(errp, "annex-failover: device '%s' has both '" STANDBY
                   "' and '" PAIR_ID "'", id);
    } else {
        return true;
    }
    return false;
}

static bool check_bus(const char *id, const char *name, Error **errp)
{
    BusState *bus = name ? failover_slot_bus(name) : NULL;

    if (!bus) {
        error_setg(errp, "annex-failover: device '%s' needs a bus, by its "
                   "name", id);
        return false;
    }
    if (!object_dynamic_cast(OBJECT(bus), TYPE_PCIE_BUS) ||
        !pci_bridge_get_device(PCI_BUS(bus)) || !qbus_is_hotpluggable(bus)) {
        error_setg(errp, "annex-failover: bus '%s' of device '%s' is not a "
                   "PCI Express slot with hotplug", name, id);
        return false;
    }
    if (failover_policy.at_slot_power && !failover_slot_port(name)) {
        error_setg(errp, "annex-failover: bus '%s' of device '%s' has hotplug "
                   "by ACPI, whose guests switch no power on: "
                   "hidden-until=slot-power needs a native slot", name, id);
        return false;
    }
    return true;
}

/* Whether @driver is a NIC; vfio-pci tells only when it is opened. */
static bool check_driver(const char *id, const char *driver, Error **errp)
{
    ObjectClass *klass = object_class_by_name(driver);
    ObjectClass *pci = klass ? object_class_dynamic_cast(klass,
                                                         TYPE_PCI_DEVICE)
                             : NULL;
    uint16_t class_id = pci ? PCI_DEVICE_CLASS(pci)->class_id : 0;

    if (!pci || (class_id && class_id != PCI_CLASS_NETWORK_ETHERNET)) {
        error_setg(errp, "annex-failover: device '%s': driver '%s' is not "
                   "that of a PCI network card", id, driver);
        return false;
    }
    return true;
}

/*
 * The host refuses to hot-plug a device with an option ROM, be it the one of
 * its type, and without a ROM BAR (hw/pci/pci.c, pci_add_option_rom()).
 */
static bool check_rom(Object *obj, QDict *properties, const char *id,
                      Error **errp)
{
    if (object_property_get_int(obj, "rombar", NULL)) {
        return true;
    }
    if (!qdict_haskey(properties, "romfile")) {
        qdict_put_str(properties, "romfile", "");
        return true;
    }
    if (*qdict_get_try_str(properties, "romfile")) {
        error_setg(errp, "annex-failover: device '%s' has a 'romfile', and "
                   "no ROM BAR", id);
        return false;
    }
    return true;
}

/* A netdev has one device; candidates are never there at the same time. */
static void leave_shared_netdev_out(QDict *properties, Object *obj,
                                    const char *standby)
{
    const FailoverPair *p = failover_pair_find(standby);
    const char *netdev = qdict_get_try_str(properties, "netdev");

    if (p && netdev && object_property_find(obj, "netdev") &&
        failover_primary_has_netdev(p, netdev)) {
        qdict_del(properties, "netdev");
    }
}

/* What the host does to a new device before it is realized. */
static bool check_properties(FailoverOptions *options, const char *id,
                             const char *standby, Error **errp)
{
    bool ok;
    QDict *rest = qdict_clone_shallow(options->properties);
    Object *obj = object_new(qdict_get_str(rest, "driver"));
    Error *err = NULL;

    leave_shared_netdev_out(rest, obj, standby);
    qdict_del(rest, "driver");
    qdict_del(rest, "bus");
    qdict_del(rest, "id");
    object_set_properties_from_keyval(obj, rest, options->from_json, &err);
    if (err) {
        error_propagate_prepend(errp, err, "annex-failover: device '%s': ",
                                id);
    }
    ok = !err && check_rom(obj, options->properties, id, errp);
    object_unref(obj);
    qobject_unref(rest);
    return ok;
}

static FailoverOptions *take(const QDict *opts, bool from_json)
{
    FailoverOptions *options = g_new0(FailoverOptions, 1);
    g_autofree char *pair_id =
        g_strconcat("standby:", qdict_get_str(opts, STANDBY), NULL);

    options->properties = qdict_clone_shallow(opts);
    options->from_json = from_json;
    options->bus = g_strdup(qdict_get_try_str(opts, "bus"));
    qdict_del(options->properties, STANDBY);
    /* Without a migration blocker, and to be unplugged for a migration. */
    qdict_put_str(options->properties, PAIR_ID, pair_id);
    return options;
}

static void give_up(FailoverOptions *options)
{
    qobject_unref(options->properties);
    g_free(options->bus);
    g_free(options);
}

/* The host keeps the text of options whose device it has not made. */
static void drop_text(void *opaque)
{
    g_autofree char *id = opaque;

    annex_host_drop_device_options(id);
}

static bool hide(const QDict *opts, bool from_json, Error **errp)
{
    const char *standby = qdict_get_try_str(opts, STANDBY);
    const char *id = qdict_get_try_str(opts, "id");
    const char *driver = qdict_get_try_str(opts, "driver");
    FailoverOptions *options;
    FailoverPair *p;

    if (!check_names(opts, standby, id, errp) ||
        !check_bus(id, qdict_get_try_str(opts, "bus"), errp) ||
        !check_driver(id, driver, errp) ||
        !failover_standby_look(standby, errp)) {
        return false;
    }
    options = take(opts, from_json);
    if (!check_properties(options, id, standby, errp)) {
        give_up(options);
        return false;
    }
    annex_claims_add(options->bus, id);
    p = failover_pair_get(standby);
    failover_core_add(p->core, id, driver, options);
    failover_standby_adopt(p);
    failover_pair_kick(p);
    aio_bh_schedule_oneshot(qemu_get_aio_context(), drop_text, g_strdup(id));
    return true;
}

static bool on_hide(DeviceListener *listener, const QDict *opts,
                    bool from_json, Error **errp)
{
    const char *id = opts ? qdict_get_try_str(opts, "id") : NULL;

    if (!opts || failover_primary_is_plugging()) {
        return false;
    }
    if (qdict_haskey(opts, STANDBY)) {
        return hide(opts, from_json, errp);
    }
    if (id && failover_pair_of_candidate(id)) {
        error_setg(errp, "annex-failover: '%s' is the id of a failover "
                   "primary", id);
    }
    return false;
}

static DeviceListener device_listener = { .hide_device = on_hide };

void failover_hide_start(void)
{
    device_listener_register(&device_listener);
}
