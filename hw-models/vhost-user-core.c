/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user core: a request and its reply, as bytes, without a socket. */
#include "hw-models/vhost-user-core.h"

#include <string.h>

/* Flags of a header: the version is 1. */
#define FLAG_VERSION_MASK 3
#define FLAG_VERSION 1
#define FLAG_REPLY 4
#define FLAG_NEED_REPLY 8

/* Payload of an acknowledgement, and of what is a number. */
#define WORD_SIZE 8

enum {
    GET_FEATURES = 1,
    GET_PROTOCOL_FEATURES = 15,
    GET_QUEUE_NUM = 17,
    GET_CONFIG = 24,
    GET_MAX_MEM_SLOTS = 36,
    GET_STATUS = 40,
    SET_DEVICE_STATE_FD = 42,
    CHECK_DEVICE_STATE = 43,
};

/* Of the reply to SET_DEVICE_STATE_FD; the bit above it is no error. */
#define DEVICE_STATE_ERROR 0xff

/* "Front-end message types" of the specification. */
static const char *const names[] = {
    [1] = "GET_FEATURES",
    [2] = "SET_FEATURES",
    [3] = "SET_OWNER",
    [4] = "RESET_OWNER",
    [5] = "SET_MEM_TABLE",
    [6] = "SET_LOG_BASE",
    [7] = "SET_LOG_FD",
    [8] = "SET_VRING_NUM",
    [9] = "SET_VRING_ADDR",
    [10] = "SET_VRING_BASE",
    [11] = "GET_VRING_BASE",
    [12] = "SET_VRING_KICK",
    [13] = "SET_VRING_CALL",
    [14] = "SET_VRING_ERR",
    [15] = "GET_PROTOCOL_FEATURES",
    [16] = "SET_PROTOCOL_FEATURES",
    [17] = "GET_QUEUE_NUM",
    [18] = "SET_VRING_ENABLE",
    [19] = "SEND_RARP",
    [20] = "NET_SET_MTU",
    [21] = "SET_BACKEND_REQ_FD",
    [22] = "IOTLB_MSG",
    [23] = "SET_VRING_ENDIAN",
    [24] = "GET_CONFIG",
    [25] = "SET_CONFIG",
    [26] = "CREATE_CRYPTO_SESSION",
    [27] = "CLOSE_CRYPTO_SESSION",
    [28] = "POSTCOPY_ADVISE",
    [29] = "POSTCOPY_LISTEN",
    [30] = "POSTCOPY_END",
    [31] = "GET_INFLIGHT_FD",
    [32] = "SET_INFLIGHT_FD",
    [33] = "GPU_SET_SOCKET",
    [34] = "RESET_DEVICE",
    [35] = "VRING_KICK",
    [36] = "GET_MAX_MEM_SLOTS",
    [37] = "ADD_MEM_REG",
    [38] = "REM_MEM_REG",
    [39] = "SET_STATUS",
    [40] = "GET_STATUS",
    [41] = "GET_SHARED_OBJECT",
    [42] = "SET_DEVICE_STATE_FD",
    [43] = "CHECK_DEVICE_STATE",
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

typedef struct Header {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
} Header;

static Header header_of(const void *data)
{
    Header h;

    memcpy(&h, data, sizeof(h));
    return h;
}

const char *vhost_user_core_name(uint32_t number)
{
    return number < N_NAMES && names[number] ? names[number] : "UNKNOWN";
}

bool vhost_user_core_is_request(const void *data, size_t len,
                                uint32_t *request)
{
    Header h;

    if (len < sizeof(h)) {
        return false;
    }
    h = header_of(data);
    *request = h.request;
    return h.request > 0 && h.request < N_NAMES &&
           (h.flags & ~FLAG_NEED_REPLY) == FLAG_VERSION &&
           h.size == len - sizeof(h);
}

bool vhost_user_core_begin(VhostUserExchange *x, const void *data,
                           size_t len, int64_t now_ns)
{
    Header h;

    if (x->left || len < sizeof(h)) {
        return false;
    }
    h = header_of(data);
    x->request = h.request;
    x->wants_ack = h.flags & FLAG_NEED_REPLY;
    x->begun_ns = now_ns;
    x->left = sizeof(h) + (uint64_t)h.size;
    x->got = 0;
    return true;
}

void vhost_user_core_wrote(VhostUserExchange *x, size_t len)
{
    x->left -= len < x->left ? len : x->left;
}

/* Whether the reply has to be a word, of itself. */
static bool is_word(const VhostUserExchange *x)
{
    switch (x->request) {
    case GET_FEATURES:
    case GET_PROTOCOL_FEATURES:
    case GET_QUEUE_NUM:
    case GET_MAX_MEM_SLOTS:
    case GET_STATUS:
    case SET_DEVICE_STATE_FD:
    case CHECK_DEVICE_STATE:
        return true;
    default:
        return x->wants_ack;
    }
}

/* Whether the reply is a no.  @word is its payload, if that is one. */
static bool is_refusal(const VhostUserExchange *x, uint32_t size,
                       uint64_t word)
{
    switch (x->request) {
    case GET_CONFIG:
        return !size;
    case SET_DEVICE_STATE_FD:
        return word & DEVICE_STATE_ERROR;
    case CHECK_DEVICE_STATE:
        return word;
    default:
        return x->wants_ack && word;
    }
}

VhostUserReply vhost_user_core_read(VhostUserExchange *x, const void *data,
                                    size_t len)
{
    uint64_t word;
    Header h;

    if (x->got < sizeof(x->reply)) {
        size_t room = sizeof(x->reply) - x->got;

        memcpy(x->reply + x->got, data, len < room ? len : room);
    }
    x->got += len;
    if (x->got < sizeof(h)) {
        return VHOST_USER_REPLY_PARTIAL;
    }
    h = header_of(x->reply);
    if (h.request != x->request ||
        h.flags != (FLAG_VERSION | FLAG_REPLY) ||
        (is_word(x) && h.size != WORD_SIZE)) {
        return VHOST_USER_REPLY_BAD;
    }
    if (x->got < sizeof(h) + (uint64_t)h.size) {
        return VHOST_USER_REPLY_PARTIAL;
    }
    memcpy(&word, x->reply + sizeof(h), sizeof(word));
    return is_refusal(x, h.size, word) ? VHOST_USER_REPLY_REFUSED
                                       : VHOST_USER_REPLY_DONE;
}
