/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that reads a socket all the time. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "drain.h"
#include "failure.h"

struct TestDrain {
    int fd;
    TestDrainFunc *func;
    void *opaque;
    GThread *thread;
};

static void *drain_thread(void *arg)
{
    TestDrain *drain = arg;
    char buf[65536];
    ssize_t n;

    do {
        n = read(drain->fd, buf, sizeof(buf));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        drain->func(drain->opaque, buf, MAX(n, 0), g_get_monotonic_time());
    } while (n > 0);
    return NULL;
}

TestDrain *test_drain_new(int fd, TestDrainFunc *func, void *opaque)
{
    TestDrain *drain = g_new0(TestDrain, 1);

    drain->fd = fd;
    drain->func = func;
    drain->opaque = opaque;
    drain->thread = g_thread_new("drain", drain_thread, drain);
    return drain;
}

void test_drain_free(TestDrain *drain)
{
    shutdown(drain->fd, SHUT_RDWR);
    g_thread_join(drain->thread);
    close(drain->fd);
    g_free(drain);
}

gboolean test_drain_write(int fd, const char *data, gsize len,
                          gint64 end_us)
{
    while (len > 0) {
        struct pollfd pfd = { .fd = fd, .events = POLLOUT };
        ssize_t n;

        if (poll(&pfd, 1, test_ms_until(end_us)) == 0) {
            return FALSE;
        }
        n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return FALSE;
        }
        if (n > 0) {
            data += n;
            len -= n;
        }
    }
    return TRUE;
}
