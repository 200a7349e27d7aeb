/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the halves of the vhost-user back-end share. */
#ifndef ANNEX_TEST_VHOST_PRIVATE_H
#define ANNEX_TEST_VHOST_PRIVATE_H

#include "vhost-backend.h"

#define MAX_FDS 16
#define MAX_PAYLOAD 4096
#define MAX_REGIONS 8

#define FLAG_VERSION 1
#define FLAG_REPLY 4
#define FLAG_NEED_REPLY 8

typedef struct VhostHeader {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
} VhostHeader;

/* A message with its file descriptors, which whoever has it closes. */
typedef struct VhostMessage {
    uint32_t padding;           /* so that the payload follows the header */
    VhostHeader h;
    union {
        uint64_t word;
        uint8_t bytes[MAX_PAYLOAD];
    } payload;
    int fds[MAX_FDS];
    unsigned n_fds;
} VhostMessage;

typedef struct VhostPlan {
    TestVhostFault fault;
    unsigned n;
    unsigned times;             /* 0: always */
    unsigned skip;              /* and how often to obey before */
} VhostPlan;

/* A part of the guest's memory. */
typedef struct VhostRegion {
    void *addr;
    size_t size;
} VhostRegion;

struct TestVhost {
    char *path;
    uint64_t protocol_features;
    GThread *thread;
    int wake[2];                /* to have the thread look */

    /* The thread's own. */
    int listener;
    int conn;                   /* or -1 */
    int backend_channel;        /* or -1 */
    int ufd;                    /* or -1 */
    bool postcopy;
    VhostRegion regions[MAX_REGIONS];
    unsigned n_regions;
    uint64_t status;

    /* Shared, under @lock. */
    GMutex lock;
    GCond changed;
    bool quit;
    bool accepting;
    bool hang_up;
    bool deaf;
    unsigned connections;
    VhostPlan plans[VHOST_N_REQUESTS];
    unsigned counts[VHOST_N_REQUESTS];
    GArray *messages;           /* of TestVhostMessage */
    unsigned overlaps;
};

/* vhost-protocol.c: make @reply to @m.  False if there is none to make. */
bool vhost_protocol_answer(TestVhost *b, VhostMessage *m,
                           VhostMessage *reply);

/* Forget what the connection has brought. */
void vhost_protocol_reset(TestVhost *b);

/* Send @n configuration changes on the back-end's channel. */
void vhost_protocol_flood(TestVhost *b, unsigned n);

/* vhost-socket.c: read one message; false at the end of the stream. */
bool vhost_socket_read(int fd, VhostMessage *m);

/* Send the first @len bytes of @m, with its file descriptors. */
void vhost_socket_write(int fd, const VhostMessage *m, size_t len);

/* Close the file descriptors of @m. */
void vhost_socket_close_fds(VhostMessage *m);

#endif
