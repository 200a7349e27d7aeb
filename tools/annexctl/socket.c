/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unix socket with deadlines, that raises no SIGPIPE. */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

gint64 ctl_socket_deadline_us(int timeout_ms)
{
    return timeout_ms ? g_get_monotonic_time() + timeout_ms * (gint64)1000
                      : 0;
}

int ctl_socket_ms_until(gint64 end_us)
{
    gint64 left_us = end_us - g_get_monotonic_time();

    return !end_us ? -1 : left_us > 0 ? (int)(left_us / 1000 + 1) : 0;
}

/* Where too many wait to be accepted, connect() waits, and then says so. */
static int try_connect(int fd, const struct sockaddr_un *addr, int timeout_ms)
{
    struct timeval time = { timeout_ms / 1000, timeout_ms % 1000 * 1000 };

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
    if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
        return errno;
    }
    return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
}

int ctl_socket_connect(const char *path, int timeout_ms, GError **errp)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd, error;

    if (strlen(path) >= sizeof(addr.sun_path)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_CONNECT,
                    "cannot connect: the path of a socket has less than %zu "
                    "bytes", sizeof(addr.sun_path));
        return -1;
    }
    strcpy(addr.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    error = fd < 0 ? errno : try_connect(fd, &addr, timeout_ms);
    if (!error) {
        return fd;
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_CONNECT, "cannot connect: %s",
                error == EAGAIN ? "it has other clients, and more wait"
                                : g_strerror(error));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

int ctl_socket_send(int fd, const char *data, gsize len, int timeout_ms)
{
    gint64 end_us = ctl_socket_deadline_us(timeout_ms);
    struct pollfd pfd = { fd, POLLOUT, 0 };

    while (len) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

        if (sent >= 0) {
            data += sent;
            len -= sent;
        } else if (errno == EAGAIN) {
            int wait_ms = ctl_socket_ms_until(end_us);

            if (!wait_ms) {
                return ETIMEDOUT;
            }
            poll(&pfd, 1, wait_ms);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}
