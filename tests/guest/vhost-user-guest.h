/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux guests with a network card on vhost-user, in pairs that migrate. */
#ifndef ANNEX_TEST_VHOST_USER_GUEST_H
#define ANNEX_TEST_VHOST_USER_GUEST_H

#include "vhost-backend.h"
#include "vm.h"

/* A VM and its back-end, which is in this process and moves no data. */
typedef struct VhostGuest {
    TestVm *vm;
    TestVhost *back;
} VhostGuest;

/* One that does not run yet; @module: with annex-vhost-user. */
VhostGuest vhost_guest_new(const char *name, bool module, const char *args);

/* Kill QEMU, if it runs, and free all. */
void vhost_guest_free(VhostGuest *g);

/* Have the guest's driver let go of the card, and take it, for ever. */
void vhost_guest_rebind(VhostGuest *g);

#endif
