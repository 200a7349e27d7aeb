/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unix socket with deadlines, that raises no SIGPIPE. */
#ifndef ANNEXCTL_SOCKET_H
#define ANNEXCTL_SOCKET_H

#include "error.h"

/* The monotonic time (us) in @timeout_ms; 0: never. */
gint64 ctl_socket_deadline_us(int timeout_ms);

/* Until then, as poll() wants it: 0 when it is over, -1 for never. */
int ctl_socket_ms_until(gint64 end_us);

/* A connected socket that does not block, or -1 with CTL_ERROR_CONNECT. */
int ctl_socket_connect(const char *path, int timeout_ms, GError **errp);

/* Send all of it: 0, or an errno. */
int ctl_socket_send(int fd, const char *data, gsize len, int timeout_ms);

#endif
