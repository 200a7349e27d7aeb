/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vhost-user back-end: its thread, its record, its misbehaviour. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include "failure.h"
#include "vhost-private.h"

static int listen_at(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(addr.sun_path, path, sizeof(addr.sun_path));
    if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 8) < 0) {
        test_fail("cannot listen at %s: %m", path);
    }
    return fd;
}

static void drop(TestVhost *b)
{
    if (b->conn >= 0) {
        close(b->conn);
        b->conn = -1;
        vhost_protocol_reset(b);
    }
}

/* Record @m.  Returns what to do with it. */
static VhostPlan note(TestVhost *b, const VhostMessage *m)
{
    TestVhostMessage record = {
        .request = m->h.request,
        .flags = m->h.flags,
        .size = m->h.size,
        .word = m->payload.word,
        .n_fds = m->n_fds,
        .received_us = g_get_monotonic_time(),
    };
    VhostPlan plan = { .fault = VHOST_OBEY };

    g_mutex_lock(&b->lock);
    record.connection = b->connections;
    g_array_append_val(b->messages, record);
    b->counts[0]++;
    if (m->h.request < VHOST_N_REQUESTS) {
        VhostPlan *p = &b->plans[m->h.request];

        b->counts[m->h.request]++;
        if (p->skip) {
            p->skip--;
        } else {
            plan = *p;
            if (p->times && !--p->times) {
                p->fault = VHOST_OBEY;
            }
        }
    }
    b->deaf = plan.fault == VHOST_DEAF;
    g_cond_broadcast(&b->changed);
    g_mutex_unlock(&b->lock);
    return plan;
}

/* A front-end that waits for a reply has nothing more to say. */
static void note_reply(TestVhost *b)
{
    TestVhostMessage *last;
    int more = 0;

    ioctl(b->conn, FIONREAD, &more);
    g_mutex_lock(&b->lock);
    last = &g_array_index(b->messages, TestVhostMessage,
                          b->messages->len - 1);
    last->replied_us = g_get_monotonic_time();
    last->overlaps = more > 0;
    b->overlaps += last->overlaps;
    g_mutex_unlock(&b->lock);
}

static void add_fds(VhostMessage *m, unsigned n)
{
    while (n-- && m->n_fds < MAX_FDS) {
        m->fds[m->n_fds++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
}

/* Change @reply by @plan; returns how much of it to send. */
static size_t spoil(TestVhost *b, VhostMessage *reply, const VhostPlan *plan)
{
    switch (plan->fault) {
    case VHOST_DELAY:
        g_usleep(plan->n * 1000);
        break;
    case VHOST_REFUSE:
        reply->payload.word = 1;
        if (reply->h.request == VHOST_GET_CONFIG) {
            reply->h.size = 0;
        }
        break;
    case VHOST_SILENCE:
    case VHOST_DEAF:
        return 0;
    case VHOST_DIE:
    case VHOST_STALL:
        return MIN(plan->n, sizeof(reply->h) + reply->h.size);
    case VHOST_WRONG_SIZE:
        reply->h.size += 4;
        break;
    case VHOST_HUGE_SIZE:
        reply->h.size = UINT32_MAX;
        return sizeof(reply->h);
    case VHOST_WRONG_REQUEST:
        reply->h.request ^= 1;
        break;
    case VHOST_WRONG_FLAGS:
        reply->h.flags = 0;
        break;
    case VHOST_EXTRA_FDS:
        add_fds(reply, plan->n);
        break;
    case VHOST_FLOOD:
        vhost_protocol_flood(b, plan->n);
        break;
    case VHOST_OBEY:
        break;
    }
    return sizeof(reply->h) + reply->h.size;
}

static void serve(TestVhost *b)
{
    VhostMessage m, reply;
    VhostPlan plan;

    if (!vhost_socket_read(b->conn, &m)) {
        vhost_socket_close_fds(&m);
        drop(b);
        return;
    }
    plan = note(b, &m);
    if (vhost_protocol_answer(b, &m, &reply)) {
        size_t len = spoil(b, &reply, &plan);

        note_reply(b);
        vhost_socket_write(b->conn, &reply, len);
        vhost_socket_close_fds(&reply);
    }
    vhost_socket_close_fds(&m);
    if (plan.fault == VHOST_DIE) {
        drop(b);
    }
}

static void take_connection(TestVhost *b)
{
    b->conn = accept(b->listener, NULL, NULL);
    if (b->conn >= 0) {
        g_mutex_lock(&b->lock);
        b->connections++;
        b->deaf = false;
        g_cond_broadcast(&b->changed);
        g_mutex_unlock(&b->lock);
    }
}

/* What the main thread has asked for.  Returns which descriptors to poll. */
static bool obey_main(TestVhost *b, struct pollfd *fds)
{
    char byte;
    bool go_on;

    if (fds[0].revents) {
        g_assert_cmpint(read(b->wake[0], &byte, 1), ==, 1);
    }
    g_mutex_lock(&b->lock);
    if (b->hang_up) {
        b->hang_up = false;
        drop(b);
        g_cond_broadcast(&b->changed);
    }
    fds[1].fd = b->accepting && b->conn < 0 ? b->listener : -1;
    fds[2].fd = b->deaf ? -1 : b->conn;
    go_on = !b->quit;
    g_mutex_unlock(&b->lock);
    return go_on;
}

static gpointer run(gpointer opaque)
{
    TestVhost *b = opaque;
    struct pollfd fds[3] = {
        { .fd = b->wake[0], .events = POLLIN },
        { .fd = -1, .events = POLLIN },
        { .fd = -1, .events = POLLIN },
    };

    while (obey_main(b, fds)) {
        fds[0].revents = 0;
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0) {
            continue;
        }
        if (fds[1].revents && fds[1].fd >= 0) {
            take_connection(b);
        }
        if (fds[2].revents && fds[2].fd >= 0) {
            serve(b);
        }
    }
    drop(b);
    return NULL;
}

static void wake(TestVhost *b)
{
    g_assert_cmpint(write(b->wake[1], "", 1), ==, 1);
}

TestVhost *test_vhost_new(const char *path, uint64_t protocol_features)
{
    TestVhost *b = g_new0(TestVhost, 1);

    b->path = g_strdup(path);
    b->protocol_features = protocol_features;
    b->listener = listen_at(path);
    b->conn = b->backend_channel = b->ufd = -1;
    b->accepting = true;
    b->messages = g_array_new(FALSE, TRUE, sizeof(TestVhostMessage));
    g_mutex_init(&b->lock);
    g_cond_init(&b->changed);
    g_assert_true(g_unix_open_pipe(b->wake, FD_CLOEXEC, NULL));
    b->thread = g_thread_new("vhost-backend", run, b);
    return b;
}

void test_vhost_free(TestVhost *b)
{
    g_mutex_lock(&b->lock);
    b->quit = true;
    g_mutex_unlock(&b->lock);
    wake(b);
    g_thread_join(b->thread);
    close(b->listener);
    close(b->wake[0]);
    close(b->wake[1]);
    g_unlink(b->path);
    g_array_free(b->messages, TRUE);
    g_mutex_clear(&b->lock);
    g_cond_clear(&b->changed);
    g_free(b->path);
    g_free(b);
}

void test_vhost_fault(TestVhost *b, TestVhostRequest request,
                      TestVhostFault fault, unsigned n, unsigned times)
{
    g_mutex_lock(&b->lock);
    b->plans[request] = (VhostPlan){ fault, n, times, 0 };
    g_mutex_unlock(&b->lock);
}

void test_vhost_fault_after(TestVhost *b, TestVhostRequest request,
                            TestVhostFault fault, unsigned n, unsigned skip)
{
    g_mutex_lock(&b->lock);
    b->plans[request] = (VhostPlan){ fault, n, 1, skip };
    g_mutex_unlock(&b->lock);
}

void test_vhost_listen_again(TestVhost *b)
{
    g_mutex_lock(&b->lock);
    b->deaf = false;
    g_mutex_unlock(&b->lock);
    wake(b);
}

void test_vhost_hang_up(TestVhost *b, bool accept)
{
    gint64 end_us = test_deadline_us(0);

    g_mutex_lock(&b->lock);
    b->accepting = accept;
    b->hang_up = true;
    wake(b);
    while (b->hang_up) {
        if (!g_cond_wait_until(&b->changed, &b->lock, end_us)) {
            test_fail("the back-end's thread does not hang up");
        }
    }
    g_mutex_unlock(&b->lock);
}

void test_vhost_accept(TestVhost *b)
{
    g_mutex_lock(&b->lock);
    b->accepting = true;
    g_mutex_unlock(&b->lock);
    wake(b);
}

unsigned test_vhost_count(TestVhost *b, TestVhostRequest request)
{
    unsigned count;

    g_mutex_lock(&b->lock);
    count = b->counts[request];
    g_mutex_unlock(&b->lock);
    return count;
}

unsigned test_vhost_overlaps(TestVhost *b)
{
    unsigned count;

    g_mutex_lock(&b->lock);
    count = b->overlaps;
    g_mutex_unlock(&b->lock);
    return count;
}

/* Wait until *@number, shared, is @count at least. */
static void wait_for(TestVhost *b, const unsigned *number, unsigned count,
                     const char *what, int request)
{
    gint64 end_us = test_deadline_us(0);

    g_mutex_lock(&b->lock);
    while (*number < count) {
        if (!g_cond_wait_until(&b->changed, &b->lock, end_us)) {
            test_fail("the back-end waits for %s %d, and has had %u of %u",
                      what, request, *number, count);
        }
    }
    g_mutex_unlock(&b->lock);
}

void test_vhost_wait(TestVhost *b, TestVhostRequest request, unsigned count)
{
    wait_for(b, &b->counts[request], count, "request", request);
}

unsigned test_vhost_connections(TestVhost *b)
{
    unsigned count;

    g_mutex_lock(&b->lock);
    count = b->connections;
    g_mutex_unlock(&b->lock);
    return count;
}

void test_vhost_wait_connections(TestVhost *b, unsigned count)
{
    wait_for(b, &b->connections, count, "connections", 0);
}

TestVhostMessage test_vhost_last(TestVhost *b, TestVhostRequest request)
{
    TestVhostMessage found = { 0 };
    guint i;

    g_mutex_lock(&b->lock);
    for (i = b->messages->len; i-- && !found.request;) {
        TestVhostMessage *m = &g_array_index(b->messages, TestVhostMessage,
                                             i);

        if (m->request == request) {
            found = *m;
        }
    }
    g_mutex_unlock(&b->lock);
    if (!found.request) {
        test_fail("the back-end has had no request %d", request);
    }
    return found;
}
