/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user core: a request and its reply, as bytes, without a socket. */
#ifndef ANNEX_VHOST_USER_CORE_H
#define ANNEX_VHOST_USER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The front-end's half of a channel, as the specification has it ("Message
 * Specification" in docs/interop/vhost-user.rst of QEMU): a message is a
 * header of three words, request, flags and size of the payload; a reply has
 * the request's number.  The core is told what is written and read, and says
 * what it was.  It keeps no more of a payload than the word of an
 * acknowledgement.  Its user serialises the calls.
 */
typedef struct VhostUserExchange {
    uint32_t request;           /* of the last message; 0: none yet */
    bool wants_ack;
    int64_t begun_ns;           /* when the message's first byte was written */
    uint64_t left;              /* bytes of it to be written */
    uint32_t got;               /* bytes of the reply that have come */
    unsigned char reply[20];    /* the first of them */
} VhostUserExchange;

#define VHOST_USER_HEADER_SIZE 12

/* GET_FEATURES, which is the first request of a connection; IOTLB_MSG. */
#define VHOST_USER_FIRST_REQUEST 1
#define VHOST_USER_IOTLB_REQUEST 22

typedef enum VhostUserReply {
    VHOST_USER_REPLY_PARTIAL,   /* more is to come */
    VHOST_USER_REPLY_DONE,
    VHOST_USER_REPLY_REFUSED,   /* done, and it is a no */
    VHOST_USER_REPLY_BAD,       /* no reply to this request */
} VhostUserReply;

/* The name of request @number in the protocol, without prefix. */
const char *vhost_user_core_name(uint32_t number);

/*
 * Whether @len bytes at @data begin with the header of a request.  If so,
 * *@request is its number.
 */
bool vhost_user_core_is_request(const void *data, size_t len,
                                uint32_t *request);

/*
 * @len bytes of @data are about to be written at @now_ns.  Returns whether a
 * message begins with them.
 */
bool vhost_user_core_begin(VhostUserExchange *x, const void *data,
                           size_t len, int64_t now_ns);

/* @len bytes have been written. */
void vhost_user_core_wrote(VhostUserExchange *x, size_t len);

/* @len bytes of a reply have been read. */
VhostUserReply vhost_user_core_read(VhostUserExchange *x, const void *data,
                                    size_t len);

#endif
