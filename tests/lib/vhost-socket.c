/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vhost-user back-end: messages on its socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "vhost-private.h"

/* Read @len bytes, and the file descriptors that come with the first. */
static bool read_all(int fd, void *data, size_t len, VhostMessage *m)
{
    size_t done = 0;

    while (done < len) {
        union {
            struct cmsghdr head;
            char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
        } control;
        struct iovec iov = { (char *)data + done, len - done };
        struct msghdr msg = {
            .msg_iov = &iov, .msg_iovlen = 1,
            .msg_control = &control, .msg_controllen = sizeof(control),
        };
        struct cmsghdr *c;
        ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        c = CMSG_FIRSTHDR(&msg);
        if (c && c->cmsg_type == SCM_RIGHTS && !m->n_fds) {
            m->n_fds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(m->fds, CMSG_DATA(c), m->n_fds * sizeof(int));
        }
        done += n;
    }
    return true;
}

bool vhost_socket_read(int fd, VhostMessage *m)
{
    memset(m, 0, sizeof(*m));
    return read_all(fd, &m->h, sizeof(m->h), m) &&
           m->h.size <= sizeof(m->payload) &&
           read_all(fd, &m->payload, m->h.size, m);
}

void vhost_socket_write(int fd, const VhostMessage *m, size_t len)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
    } control;
    struct iovec iov = { (void *)&m->h, len };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    memset(&control, 0, sizeof(control));
    if (m->n_fds) {
        struct cmsghdr *c = &control.head;

        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(m->n_fds * sizeof(int));
        c->cmsg_len = CMSG_LEN(m->n_fds * sizeof(int));
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        memcpy(CMSG_DATA(c), m->fds, m->n_fds * sizeof(int));
    }
    /* A front-end that has gone is seen by the next read. */
    while (len && sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
}

void vhost_socket_close_fds(VhostMessage *m)
{
    while (m->n_fds) {
        close(m->fds[--m->n_fds]);
    }
}
