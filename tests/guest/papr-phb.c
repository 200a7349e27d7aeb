/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI host bridges from real pseries guests. */
#include "guest-disk.h"
#include "papr-cases.h"
#include "papr-expect.h"

/* Nobody in the guest handles the event. */
static void reset(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_request(d, 1000);
    expect_ignored(d, 1);
    papr_del_again(d);
    papr_reset(g);
    expect_removed(d, "reset", 2);
    expect_idle(g);
}

/* With what is on it, which goes as well; and plugged again. */
static void removed(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);
    g_autofree char *bus = g_strdup_printf("%s.0", d->id);

    qmp_ok(g->vm->qmp, "device_add", "{'driver': 'virtio-blk-pci', 'bus': %s,"
           " 'drive': 'disk0', 'id': 'child', 'serial': 'child',"
           " 'addr': '1'}", bus);
    guest_disk_wait(g->vm, "child");
    guest_disk_works(g->vm, "child", g->checksum);
    papr_del(d);
    qmp_wait_event(g->vm->qmp, "DEVICE_DELETED", 0, "{'device': 'child'}");
    expect_removed(d, "deleted", 1);
    expect_idle(g);
    papr_plug_again(d);
}

const PaprCase papr_phb_cases[] = {
    { "reset", reset, .deaf = true },
    { "unconfigured", papr_unconfigured, .deaf = true },
    { "removed", removed },
    { "before-boot", .start = papr_before_boot },
    {}
};
