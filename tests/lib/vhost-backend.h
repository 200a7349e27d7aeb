/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vhost-user back-end that records all it is told, and can misbehave. */
#ifndef ANNEX_TEST_VHOST_BACKEND_H
#define ANNEX_TEST_VHOST_BACKEND_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A thread that serves one connection at a time at a unix socket, and moves
 * no data.  Functions are for the main thread.  A wait that fails, fails the
 * test.
 */
typedef struct TestVhost TestVhost;

/* Requests, as the vhost-user specification numbers them. */
typedef enum TestVhostRequest {
    VHOST_GET_FEATURES = 1,
    VHOST_SET_FEATURES,
    VHOST_SET_OWNER,
    VHOST_RESET_OWNER,
    VHOST_SET_MEM_TABLE,
    VHOST_SET_LOG_BASE,
    VHOST_SET_LOG_FD,
    VHOST_SET_VRING_NUM,
    VHOST_SET_VRING_ADDR,
    VHOST_SET_VRING_BASE,
    VHOST_GET_VRING_BASE,
    VHOST_SET_VRING_KICK,
    VHOST_SET_VRING_CALL,
    VHOST_SET_VRING_ERR,
    VHOST_GET_PROTOCOL_FEATURES,
    VHOST_SET_PROTOCOL_FEATURES,
    VHOST_GET_QUEUE_NUM,
    VHOST_SET_VRING_ENABLE,
    VHOST_SEND_RARP,
    VHOST_NET_SET_MTU,
    VHOST_SET_BACKEND_REQ_FD,
    VHOST_IOTLB_MSG,
    VHOST_SET_VRING_ENDIAN,
    VHOST_GET_CONFIG,
    VHOST_SET_CONFIG,
    VHOST_POSTCOPY_ADVISE = 28,
    VHOST_POSTCOPY_LISTEN,
    VHOST_POSTCOPY_END,
    VHOST_GET_INFLIGHT_FD,
    VHOST_SET_INFLIGHT_FD,
    VHOST_GET_MAX_MEM_SLOTS = 36,
    VHOST_ADD_MEM_REG,
    VHOST_REM_MEM_REG,
    VHOST_SET_STATUS,
    VHOST_GET_STATUS,
    VHOST_SET_DEVICE_STATE_FD = 42,
    VHOST_CHECK_DEVICE_STATE,
    VHOST_N_REQUESTS,
} TestVhostRequest;

/* What to do wrong with a request.  @n is a number that some need. */
typedef enum TestVhostFault {
    VHOST_OBEY,
    VHOST_DELAY,                /* reply after @n ms */
    VHOST_REFUSE,               /* a reply that says no */
    VHOST_SILENCE,              /* read on, and do not reply */
    VHOST_DIE,                  /* close after @n bytes of the reply */
    VHOST_STALL,                /* say no more after @n bytes of the reply */
    VHOST_WRONG_SIZE,           /* a payload of 4 bytes more */
    VHOST_HUGE_SIZE,            /* a payload of 4 GiB is to come */
    VHOST_WRONG_REQUEST,        /* a reply to another request */
    VHOST_WRONG_FLAGS,
    VHOST_EXTRA_FDS,            /* @n file descriptors along with the reply */
    VHOST_FLOOD,                /* @n messages of its own first */
    VHOST_DEAF,                 /* read nothing more on this connection */
} TestVhostFault;

/* Bits of test_vhost_new()'s @protocol_features. */
#define VHOST_PROTOCOL_MQ (1u << 0)
#define VHOST_PROTOCOL_LOG_SHMFD (1u << 1)
#define VHOST_PROTOCOL_RARP (1u << 2)
#define VHOST_PROTOCOL_REPLY_ACK (1u << 3)
#define VHOST_PROTOCOL_MTU (1u << 4)
#define VHOST_PROTOCOL_BACKEND_REQ (1u << 5)
#define VHOST_PROTOCOL_PAGEFAULT (1u << 8)
#define VHOST_PROTOCOL_CONFIG (1u << 9)
#define VHOST_PROTOCOL_INFLIGHT (1u << 12)
#define VHOST_PROTOCOL_MEM_SLOTS (1u << 15)
#define VHOST_PROTOCOL_STATUS (1u << 16)
#define VHOST_PROTOCOL_DEVICE_STATE (1u << 19)

/* All but those that a test wants by name. */
#define VHOST_PROTOCOL_DEFAULT                                          \
    (VHOST_PROTOCOL_MQ | VHOST_PROTOCOL_LOG_SHMFD |                     \
     VHOST_PROTOCOL_RARP | VHOST_PROTOCOL_REPLY_ACK |                   \
     VHOST_PROTOCOL_BACKEND_REQ | VHOST_PROTOCOL_PAGEFAULT)

/* One message that came. */
typedef struct TestVhostMessage {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    uint64_t word;              /* the first of its payload */
    unsigned connection;        /* the first is 1 */
    unsigned n_fds;
    bool overlaps;              /* came before the last had its reply */
    gint64 received_us;
    gint64 replied_us;          /* 0: not */
} TestVhostMessage;

/* Listen at @path, which must be free, and serve from now on. */
TestVhost *test_vhost_new(const char *path, uint64_t protocol_features);

/* End the thread, close all. */
void test_vhost_free(TestVhost *b);

/*
 * Misbehave the next @times that @request comes (0: always).  Replaces what
 * was there for that request; VHOST_OBEY clears it.
 */
void test_vhost_fault(TestVhost *b, TestVhostRequest request,
                      TestVhostFault fault, unsigned n, unsigned times);

/* The same once, after @skip times that it has come. */
void test_vhost_fault_after(TestVhost *b, TestVhostRequest request,
                            TestVhostFault fault, unsigned n, unsigned skip);

/* Read again, after VHOST_DEAF. */
void test_vhost_listen_again(TestVhost *b);

/* Close the connection now; @accept: whether to take a new one. */
void test_vhost_hang_up(TestVhost *b, bool accept);

/* Take connections again. */
void test_vhost_accept(TestVhost *b);

/* How many messages of @request have come so far (0: of all). */
unsigned test_vhost_count(TestVhost *b, TestVhostRequest request);

/* How many of those came while another waited for its reply. */
unsigned test_vhost_overlaps(TestVhost *b);

/* Wait until that count is at least @count. */
void test_vhost_wait(TestVhost *b, TestVhostRequest request, unsigned count);

/* How many connections there were, and wait until there are @count. */
unsigned test_vhost_connections(TestVhost *b);
void test_vhost_wait_connections(TestVhost *b, unsigned count);

/* The last message of @request.  It must have come. */
TestVhostMessage test_vhost_last(TestVhost *b, TestVhostRequest request);

#endif
