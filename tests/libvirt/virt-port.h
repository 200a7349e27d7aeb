/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the Linux guest of a domain takes an unplug from a PCI Express port. */
#ifndef ANNEX_TEST_VIRT_PORT_H
#define ANNEX_TEST_VIRT_PORT_H

#include "virt-host.h"

/*
 * @port is the function of slot 1 that libvirt has made the port: 0 is that
 * with index 1.  The port has to use native hotplug.
 */

/* Refuse the next unplug, definitely; from then on the port is not heard. */
void virt_port_refuse(VirtDomain *d, unsigned port);

/* @how: "bind" has the driver look after the port again, "unbind" no more. */
void virt_port_listen(VirtDomain *d, unsigned port, const char *how);

#endif
