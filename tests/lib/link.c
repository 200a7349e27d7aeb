/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link between two processes that can be cut, frozen and slowed down. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "failure.h"
#include "link.h"

/* Forwarded at once; and what a slow link saves up while nothing is sent. */
#define PIECE 16384
#define SAVED_US 20000
#define TICK_MS 5

typedef struct Connection {
    int here;                   /* of who has connected */
    int there;                  /* -1: not yet */
} Connection;

struct TestLink {
    GThread *thread;
    GMutex lock;                /* of all below */
    GPtrArray *connections;
    char *path;
    char *to;
    int listener;
    guint64 rate;
    double allowance;           /* bytes that may be sent now */
    gint64 counted_us;
    bool frozen;
    bool ends;
};

static int connect_to(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpuint(strlen(path), <, sizeof(addr.sun_path));
    strcpy(addr.sun_path, path);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int listen_at(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_assert_cmpuint(strlen(path), <, sizeof(addr.sun_path));
    strcpy(addr.sun_path, path);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 8) < 0) {
        test_fail("%s: %m", path);
    }
    return fd;
}

static void connection_free(void *opaque)
{
    Connection *c = opaque;

    close(c->here);
    if (c->there >= 0) {
        close(c->there);
    }
    g_free(c);
}

static bool is_ready(int fd, short events)
{
    struct pollfd pfd = { .fd = fd, .events = events };

    return poll(&pfd, 1, 0) > 0;
}

/* Forward at most @max bytes.  Returns how many, or -1 at the end. */
static ssize_t forward(int from, int to, size_t max)
{
    char piece[PIECE];
    ssize_t n, sent, done = 0;

    if (!max || !is_ready(from, POLLIN) || !is_ready(to, POLLOUT)) {
        return 0;
    }
    n = recv(from, piece, MIN(max, sizeof(piece)), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (n <= 0) {
        return -1;
    }
    while (done < n) {
        sent = send(to, piece + done, n - done, MSG_NOSIGNAL);
        if (sent < 0) {
            return -1;
        }
        done += sent;
    }
    return n;
}

static void earn_allowance(TestLink *link)
{
    gint64 now_us = g_get_monotonic_time();
    double most = link->rate * (SAVED_US / 1e6);

    link->allowance += link->rate * ((now_us - link->counted_us) / 1e6);
    link->allowance = MIN(link->allowance, MAX(most, 1));
    link->counted_us = now_us;
}

static ssize_t forward_there(TestLink *link, Connection *c)
{
    ssize_t n;

    if (!link->rate) {
        return forward(c->here, c->there, PIECE);
    }
    n = forward(c->here, c->there, (size_t)link->allowance);
    link->allowance -= MAX(n, 0);
    return n;
}

/* Returns whether anything was forwarded. */
static bool serve(TestLink *link, Connection *c)
{
    ssize_t there, back;

    if (c->there < 0) {
        c->there = link->to ? connect_to(link->to) : -1;
    }
    if (c->there < 0 || link->frozen) {
        return false;
    }
    there = forward_there(link, c);
    back = there < 0 ? 0 : forward(c->there, c->here, PIECE);
    if (there < 0 || back < 0) {
        g_ptr_array_remove(link->connections, c);
        return false;
    }
    return there || back;
}

static bool serve_all(TestLink *link)
{
    bool busy = false;
    unsigned i;

    if (is_ready(link->listener, POLLIN)) {
        Connection *c = g_new0(Connection, 1);

        c->here = accept(link->listener, NULL, NULL);
        c->there = -1;
        g_ptr_array_add(link->connections, c);
    }
    earn_allowance(link);
    for (i = link->connections->len; i-- > 0; ) {
        busy |= serve(link, link->connections->pdata[i]);
    }
    return busy;
}

/*
 * Wait for something to forward, or for a while.  What is there already cannot
 * be forwarded now.
 */
static void wait_for_work(TestLink *link)
{
    g_autoptr(GArray) fds = g_array_new(false, true, sizeof(struct pollfd));
    bool slow;
    unsigned i;

    g_mutex_lock(&link->lock);
    slow = link->rate || link->frozen;
    for (i = 0; !slow && i < link->connections->len; i++) {
        Connection *c = link->connections->pdata[i];
        struct pollfd both[] = {
            { .fd = c->here, .events = POLLIN },
            { .fd = c->there, .events = POLLIN },
        };

        g_array_append_vals(fds, both, 2);
    }
    g_mutex_unlock(&link->lock);
    if (poll((struct pollfd *)fds->data, fds->len, 0) > 0) {
        poll(NULL, 0, 1);
    } else {
        poll((struct pollfd *)fds->data, fds->len, TICK_MS);
    }
}

static void *link_thread(void *opaque)
{
    TestLink *link = opaque;
    bool busy, ends;

    do {
        g_mutex_lock(&link->lock);
        busy = serve_all(link);
        ends = link->ends;
        g_mutex_unlock(&link->lock);
        if (!busy) {
            wait_for_work(link);
        }
    } while (!ends);
    return NULL;
}

TestLink *test_link_new(const char *path)
{
    TestLink *link = g_new0(TestLink, 1);

    g_mutex_init(&link->lock);
    link->connections = g_ptr_array_new_with_free_func(connection_free);
    link->path = g_strdup(path);
    link->listener = listen_at(path);
    link->counted_us = g_get_monotonic_time();
    link->thread = g_thread_new("link", link_thread, link);
    return link;
}

void test_link_free(TestLink *link)
{
    g_mutex_lock(&link->lock);
    link->ends = true;
    g_mutex_unlock(&link->lock);
    g_thread_join(link->thread);
    g_ptr_array_free(link->connections, true);
    close(link->listener);
    unlink(link->path);
    g_mutex_clear(&link->lock);
    g_free(link->path);
    g_free(link->to);
    g_free(link);
}

void test_link_to(TestLink *link, const char *path)
{
    g_mutex_lock(&link->lock);
    g_free(link->to);
    link->to = g_strdup(path);
    g_mutex_unlock(&link->lock);
}

void test_link_rate(TestLink *link, guint64 bytes)
{
    g_mutex_lock(&link->lock);
    link->rate = bytes;
    link->allowance = 0;
    g_mutex_unlock(&link->lock);
}

void test_link_cut(TestLink *link)
{
    g_mutex_lock(&link->lock);
    g_ptr_array_set_size(link->connections, 0);
    g_mutex_unlock(&link->lock);
}

void test_link_freeze(TestLink *link, bool frozen)
{
    g_mutex_lock(&link->lock);
    link->frozen = frozen;
    g_mutex_unlock(&link->lock);
}
