/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vhost-user back-end: what each request is answered. */
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "failure.h"
#include "vhost-private.h"

/*
 * What a virtio-net back-end offers: the log, protocol features, version 1,
 * an IOMMU, queue pairs, to announce itself, and an MTU.
 */
#define FEATURES ((1ull << 26) | (1ull << 30) | (1ull << 32) | \
                  (1ull << 33) | (1ull << 22) | (1ull << 21) | \
                  (1ull << 3))

#define QUEUES 16
#define BACKEND_CONFIG_CHANGE 2

/* Of SET_DEVICE_STATE_FD: the state goes by the descriptor that came. */
#define NO_FD (1u << 8)

/* The payload of SET_MEM_TABLE. */
typedef struct MemTable {
    uint32_t n;
    uint32_t padding;
    struct {
        uint64_t guest_addr;
        uint64_t size;
        uint64_t front_addr;
        uint64_t offset;
    } regions[MAX_REGIONS];
} MemTable;

static void forget_regions(TestVhost *b)
{
    while (b->n_regions) {
        VhostRegion *r = &b->regions[--b->n_regions];

        munmap(r->addr, r->size);
    }
}

static void close_if_open(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void vhost_protocol_reset(TestVhost *b)
{
    forget_regions(b);
    close_if_open(&b->backend_channel);
    close_if_open(&b->ufd);
    b->postcopy = false;
    b->status = 0;
}

static void register_region(TestVhost *b, VhostRegion *r)
{
    struct uffdio_register range = {
        .range = { (uintptr_t)r->addr, r->size },
        .mode = UFFDIO_REGISTER_MODE_MISSING,
    };

    if (ioctl(b->ufd, UFFDIO_REGISTER, &range) < 0) {
        g_test_message("back-end: UFFDIO_REGISTER: %m");
    }
}

/*
 * Map the guest's memory.  In postcopy the front-end wants to know where, to
 * wake whoever has touched a page that was not there.
 */
static void map_memory(TestVhost *b, VhostMessage *m, VhostMessage *reply)
{
    MemTable *t = (MemTable *)m->payload.bytes;
    MemTable *answer = (MemTable *)reply->payload.bytes;
    unsigned i;

    forget_regions(b);
    for (i = 0; i < t->n && i < m->n_fds && i < MAX_REGIONS; i++) {
        VhostRegion *r = &b->regions[i];

        r->size = t->regions[i].size + t->regions[i].offset;
        r->addr = mmap(NULL, r->size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_NORESERVE, m->fds[i], 0);
        g_assert_true(r->addr != MAP_FAILED);
        b->n_regions++;
        if (b->postcopy) {
            register_region(b, r);
        }
        t->regions[i].front_addr = (uintptr_t)r->addr +
                                   t->regions[i].offset;
    }
    if (b->postcopy) {
        *answer = *t;
        reply->h.size = m->h.size;
    }
}

static void advise(TestVhost *b, VhostMessage *reply)
{
    struct uffdio_api api = { .api = UFFD_API };

    b->ufd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    g_assert_cmpint(b->ufd, >=, 0);
    g_assert_cmpint(ioctl(b->ufd, UFFDIO_API, &api), ==, 0);
    reply->fds[reply->n_fds++] = dup(b->ufd);
}

static bool answer_word(VhostMessage *reply, uint64_t word)
{
    reply->h.size = sizeof(word);
    reply->payload.word = word;
    return true;
}

/* Memory in which the back-end notes what is in flight. */
static bool answer_inflight(VhostMessage *m, VhostMessage *reply)
{
    const uint64_t size = 4096;

    reply->h.size = m->h.size;
    memcpy(reply->payload.bytes, m->payload.bytes, m->h.size);
    reply->payload.word = size;
    reply->fds[0] = syscall(SYS_memfd_create, "inflight", MFD_CLOEXEC);
    g_assert_cmpint(ftruncate(reply->fds[0], size), ==, 0);
    reply->n_fds = 1;
    return true;
}

/* Requests that have a reply of their own. */
static bool answer_question(TestVhost *b, VhostMessage *m,
                            VhostMessage *reply)
{
    switch (m->h.request) {
    case VHOST_GET_FEATURES:
        return answer_word(reply, FEATURES);
    case VHOST_GET_PROTOCOL_FEATURES:
        return answer_word(reply, b->protocol_features);
    case VHOST_GET_QUEUE_NUM:
        return answer_word(reply, QUEUES);
    case VHOST_GET_MAX_MEM_SLOTS:
        return answer_word(reply, MAX_REGIONS);
    case VHOST_GET_STATUS:
        return answer_word(reply, b->status);
    case VHOST_GET_INFLIGHT_FD:
        return answer_inflight(m, reply);
    case VHOST_GET_CONFIG:
    case VHOST_GET_VRING_BASE:
        reply->h.size = m->h.size;
        memcpy(reply->payload.bytes, m->payload.bytes, m->h.size);
        return true;
    case VHOST_SET_LOG_BASE:
        return b->protocol_features & VHOST_PROTOCOL_LOG_SHMFD;
    case VHOST_SET_DEVICE_STATE_FD:
        return answer_word(reply, NO_FD);
    case VHOST_CHECK_DEVICE_STATE:
        return answer_word(reply, 0);
    case VHOST_POSTCOPY_ADVISE:
        advise(b, reply);
        return true;
    default:
        return false;
    }
}

bool vhost_protocol_answer(TestVhost *b, VhostMessage *m,
                           VhostMessage *reply)
{
    memset(reply, 0, sizeof(*reply));
    reply->h.request = m->h.request;
    reply->h.flags = FLAG_VERSION | FLAG_REPLY;
    if (answer_question(b, m, reply)) {
        return true;
    }
    switch (m->h.request) {
    case VHOST_SET_MEM_TABLE:
        /* In postcopy the front-end answers the answer. */
        if (m->h.size == sizeof(uint64_t)) {
            return false;
        }
        map_memory(b, m, reply);
        if (b->postcopy) {
            return true;
        }
        break;
    case VHOST_SET_BACKEND_REQ_FD:
        close_if_open(&b->backend_channel);
        b->backend_channel = m->fds[0];
        m->n_fds = 0;
        break;
    case VHOST_SET_STATUS:
        b->status = m->payload.word;
        break;
    case VHOST_POSTCOPY_LISTEN:
        b->postcopy = true;
        break;
    case VHOST_POSTCOPY_END:
        b->postcopy = false;
        close_if_open(&b->ufd);
        break;
    default:
        break;
    }
    return m->h.flags & FLAG_NEED_REPLY ? answer_word(reply, 0) : false;
}

void vhost_protocol_flood(TestVhost *b, unsigned n)
{
    VhostMessage m = {
        .h = { .request = BACKEND_CONFIG_CHANGE, .flags = FLAG_VERSION },
    };

    /* As far as there is room: nobody reads while we are waited for. */
    if (b->backend_channel >= 0) {
        fcntl(b->backend_channel, F_SETFL, O_NONBLOCK);
        while (n--) {
            vhost_socket_write(b->backend_channel, &m, sizeof(m.h));
        }
    }
}
