/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real vhost-user back-ends, each a process that listens at a socket. */
#ifndef ANNEX_TEST_VHOST_DAEMON_H
#define ANNEX_TEST_VHOST_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>
#include "vm.h"

#define VHOST_STORAGE "qemu-storage-daemon"
#define VHOST_TESTPMD "dpdk-testpmd"

typedef struct VhostDaemon {
    char *socket;               /* a second one is called the same, and "2" */
    bool has_second;
    char *log;                  /* where what it prints goes */
    GPtrArray *argv;
    pid_t pid;                  /* 0: it does not run */
} VhostDaemon;

/* Whether the program is there; if not, the test is skipped. */
bool vhost_daemon_is_there(const char *program);

/* A disk, whose content is the file @image. */
VhostDaemon *vhost_daemon_new_disk(const char *dir, const char *image);

/*
 * A switch port at the socket @name in @dir.  It does with frames what the
 * forwarding mode @mode of dpdk-testpmd says: "icmpecho" answers pings to
 * every address.  @options: more of net_vhost's, like ",iommu-support=1".
 * Polls, and takes a processor for that.
 */
VhostDaemon *vhost_daemon_new_port(const char *dir, const char *name,
                                   const char *mode, const char *options);

/* Two ports with a wire between them. */
VhostDaemon *vhost_daemon_new_wire(const char *dir);

/* Start it, and wait until it listens. */
void vhost_daemon_start(VhostDaemon *d);

/* Kill it, at once. */
void vhost_daemon_kill(VhostDaemon *d);

/* The same if it runs, and free all. */
void vhost_daemon_free(VhostDaemon *d);

/* Whether it has printed @text. */
bool vhost_daemon_has_said(VhostDaemon *d, const char *text);

/* Wait until the only channel is connected or not, and its device runs or not.
 */
void vhost_daemon_wait(TestVm *vm, bool connected, bool runs);

#endif
