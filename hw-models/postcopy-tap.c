/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy tap: hears of migration events as a monitor does. */
#include "hw-models/postcopy-tap.h"
#include "common/host/monitor.h"
#include "hw-models/postcopy-live.h"

/*
 * The host's observers of a migration are for the side that it leaves.  Here
 * it is a QMP monitor of our own, on a character device that nobody sees.
 */
#define TYPE_TAP "chardev-annex-tap"

/* As the host writes it: "event": "MIGRATION", in one piece with its line. */
static const char wanted[] = "\"MIGRATION\"";

/*
 * Any thread, with the locks of the monitor held: no BQL, no event.  The
 * event is a wake-up alone.  What it says is no news: migrate-recover sends
 * "setup" while the state stays postcopy-paused.
 */
static int tap_write(Chardev *chr, const uint8_t *text, int length)
{
    if (g_strstr_len((const char *)text, length, wanted)) {
        postcopy_live_wake();
    }
    return length;
}

static void tap_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *c = CHARDEV_CLASS(klass);

    c->chr_write = tap_write;
    c->internal = true;
}

static const TypeInfo tap_info = {
    .name = TYPE_TAP,
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(Chardev),
    .class_init = tap_class_init,
};

void postcopy_tap_register(void)
{
    type_register_static(&tap_info);
}

bool postcopy_tap_start(Error **errp)
{
    static const char hello[] = "{\"execute\": \"qmp_capabilities\"}\n";
    Error *err = NULL;
    Chardev *chr = qemu_chardev_new(NULL, TYPE_TAP, NULL, NULL, errp);

    if (!chr) {
        return false;
    }
    monitor_init_qmp(chr, false, &err);
    if (err) {
        object_unparent(OBJECT(chr));
        error_propagate(errp, err);
        return false;
    }
    /* Not in query-chardevs: there is nothing to do with it. */
    object_ref(OBJECT(chr));
    object_unparent(OBJECT(chr));
    qemu_chr_be_write(chr, (uint8_t *)hello, strlen(hello));
    return true;
}
