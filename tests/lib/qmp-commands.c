/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP commands that need more than a line in a test. */
#include <sys/socket.h>
#include <string.h>
#include "failure.h"
#include "qmp-private.h"

const char *qmp_hmp(QmpClient *c, const char *fmt, ...)
{
    g_autofree char *command = NULL;
    const QmpReply *reply;
    va_list ap;

    va_start(ap, fmt);
    command = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    reply = qmp_execute(c, "human-monitor-command", "{'command-line': %s}",
                        command);
    if (!reply->ret) {
        test_fail("HMP %s failed: %s", command, reply->error_desc);
    }
    return json_node_get_string(reply->ret);
}

void qmp_getfd(QmpClient *c, const char *name, int fd)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { .iov_base = (char *)" ", .iov_len = 1 };
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    /* The blank carries the descriptor: QMP skips white space. */
    if (sendmsg(c->fd, &msg, MSG_NOSIGNAL) != 1) {
        qmp_fail_lost(c, "sending a file descriptor");
    }
    qmp_ok(c, "getfd", "{'fdname': %s}", name);
}

bool qmp_has_device(QmpClient *c, const char *id)
{
    g_autofree char *path = g_strconcat("/machine/peripheral/", id, NULL);

    return qmp_execute(c, "qom-list", "{'path': %s}",
                       id[0] == '/' ? id : path)->ret;
}
