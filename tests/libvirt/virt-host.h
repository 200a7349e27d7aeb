/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A libvirtd of the test's own, domains in it, and Linux guests in these. */
#ifndef ANNEX_TEST_VIRT_HOST_H
#define ANNEX_TEST_VIRT_HOST_H

#include <stdbool.h>
#include <sys/types.h>
#include "guest-console.h"
#include "virsh.h"

/*
 * Each is to libvirt another machine (see run-libvirtd), so that a domain can
 * migrate from one to the other.  All that runs there ends with the test.
 */
typedef struct VirtHost {
    char *dir;
    char *uri;
    Virsh *events;              /* "virsh event", of all domains */
    Virsh *monitor;             /* "virsh qemu-monitor-event", the same */

    /* Private. */
    pid_t pid;
    char *log;
    char *daemon_log;
} VirtHost;

/* Whether all is there that is needed; if not, the test is skipped. */
bool virt_is_there(void);

/* @name: a short one, of a folder that sockets are in. */
VirtHost *virt_host_new(const char *name);
void virt_host_free(VirtHost *h);

/* The file that libvirt there calls /PART/libvirt/@name. g_free(). */
char *virt_host_file(VirtHost *h, const char *part, const char *name);

typedef struct VirtDomain {
    VirtHost *host;
    char *name;
    GuestConsole *guest;

    /* Private. */
    int listeners[2];
    char *log;
} VirtDomain;

/*
 * The domain of the file @xml of this folder.  It is as the file says, but:
 * there is no KVM, modules come from the build tree, the Linux guest of
 * scripts/guest-image.sh boots, and has two serial ports.  Waits until it has
 * booted, and events are heard.  @more: lines for <qemu:commandline>, or NULL.
 */
VirtDomain *virt_domain_new(VirtHost *host, const char *xml, const char *more);

/* Destroy the domain, if it is there, and free. */
void virt_domain_free(VirtDomain *d);

/* The domain runs on @host now, where it has migrated to. */
void virt_domain_moved(VirtDomain *d, VirtHost *host);

#endif
