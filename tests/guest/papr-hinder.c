/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real pseries guests: how a guest keeps a device, or lets go. */
#include "papr-expect.h"

#define HOLD "/sys/module/annex_hold/parameters/"

/* The address of a disk in the guest. */
static char *address(const PaprDevice *d)
{
    return g_strdup_printf("0000:%02x:%02x.0", d->g->kind == PAPR_BRIDGED,
                           papr_slot(d->n));
}

void papr_hold(PaprDevice *d, unsigned lmb)
{
    GuestConsole *guest = d->g->vm->guest;
    g_autofree char *disk = address(d);

    guest_ok(guest, "modprobe annex-hold; echo 0 > " HOLD "release");
    switch (d->g->kind) {
    case PAPR_CORE:
        guest_ok(guest, "echo 1 > " HOLD "cpu_busy");
        break;
    case PAPR_DIMM:
        guest_ok(guest, "echo %u > " HOLD "memory_busy_block",
                 d->block + lmb);
        break;
    case PAPR_DISK:
    case PAPR_BRIDGED:
        guest_ok(guest, "annex_hold %s", disk);
        break;
    case PAPR_PHB:
        g_assert_not_reached();
    }
}

void papr_release(PaprDevice *d)
{
    guest_ok(d->g->vm->guest, "modprobe annex-hold; echo 0 > " HOLD
             "cpu_busy; echo -1 > " HOLD "memory_busy_block; annex_release");
}

void papr_remove(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    switch (d->g->kind) {
    case PAPR_CORE:
        guest_ok(guest, "echo cpu remove index 0x%x > /sys/kernel/dlpar",
                 d->index);
        break;
    case PAPR_DIMM:
        guest_ok(guest, "echo memory remove indexed-count %u 0x%x > "
                 "/sys/kernel/dlpar", PAPR_LMBS, d->index);
        break;
    case PAPR_DISK:
    case PAPR_BRIDGED:
        guest_ok(guest, "modprobe -a rpaphp rpadlpar_io; "
                 "drmgr -c pci -r -s 0x%x -n", d->index);
        break;
    case PAPR_PHB:
        guest_ok(guest, "modprobe -a rpaphp rpadlpar_io; "
                 "drmgr -c phb -r -s 0x%x", d->index);
        break;
    }
}

/*
 * By one event Linux removes all LMBs or none, within a millisecond; one by
 * one, its administrator does, and the guest is quicker than a question of
 * the module's, which comes after a second.
 */
void papr_remove_first_lmb(PaprDevice *d)
{
    GuestConsole *guest = d->g->vm->guest;

    papr_hold(d, 0);
    guest_ok(guest, "dmesg -c > /dev/null");
    papr_del(d);
    guest_ok(guest, "until dmesg | grep -q 'remove failed'; do usleep 2000; "
             "done; echo -1 > " HOLD "memory_busy_block; "
             "echo memory remove index 0x%x > /sys/kernel/dlpar", d->index);
    expect_pending(d, "seen", 1);
    if (!d->g->stock) {
        g_assert_cmpint(papr_request_int(d, "done"), ==, 1);
        g_assert_cmpint(papr_request_int(d, "total"), ==, PAPR_LMBS);
    }
}

void papr_remove_other_lmbs(PaprDevice *d)
{
    unsigned lmb;

    for (lmb = 1; lmb < PAPR_LMBS; lmb++) {
        guest_ok(d->g->vm->guest, "echo memory remove index 0x%x > "
                 "/sys/kernel/dlpar", d->index + lmb);
    }
}
