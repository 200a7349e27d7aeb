/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the Linux guest of a domain takes an unplug from a PCI Express port. */
#include "virt-port.h"

/*
 * When the power indicator of a port blinks (the second byte of Slot Control),
 * the guest does not want to let go: its driver leaves the slot alone, and the
 * indicator is on again.  That is within five seconds or never.
 */
void virt_port_refuse(VirtDomain *d, unsigned port)
{
    guest_start(d->guest, "c=/sys/bus/pci/devices/0000:00:01.%u/config;"
                " until [ \"$(hexdump -s 109 -n 1 -e '1/1 \"%%u\"' $c)\" = 2 ];"
                " do usleep 10000; done;"
                " echo 0000:00:01.%u:pcie004 >"
                " /sys/bus/pci_express/drivers/pciehp/unbind;"
                " printf '\\x01' | dd bs=1 seek=109 conv=notrunc of=$c", port,
                port);
}

void virt_port_listen(VirtDomain *d, unsigned port, const char *how)
{
    guest_ok(d->guest, "cd /sys/bus/pci_express/drivers/pciehp;"
             " echo 0000:00:01.%u:pcie004 > %s", port, how);
}
