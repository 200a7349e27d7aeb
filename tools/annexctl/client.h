/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP client that survives whatever is at the other end. */
#ifndef ANNEXCTL_CLIENT_H
#define ANNEXCTL_CLIENT_H

#include "error.h"
#include "json.h"

/*
 * One connection, one command at a time.  A function that fails sets *@errp,
 * of domain CTL_ERROR, with a message that does not name the socket, and
 * may hold any bytes that QEMU has sent.  After CTL_ERROR_LOST the client can
 * only be freed.
 */
typedef struct CtlClient CtlClient;

/*
 * Connect to the unix socket @path, wait for the greeting, negotiate, with
 * out-of-band execution where that is offered.  @timeout_ms is also that of
 * each later answer; 0: wait for ever.
 */
CtlClient *ctl_client_open(const char *path, int timeout_ms, GError **errp);
void ctl_client_free(CtlClient *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CtlClient, ctl_client_free)

/* To poll() for input. */
int ctl_client_fd(const CtlClient *c);

/*
 * Execute: the "return", for json_node_unref().  Consumes @arguments, which
 * may be NULL.  @oob: out of band, where that was negotiated.
 */
JsonNode *ctl_client_execute(CtlClient *c, const char *command,
                             JsonObject *arguments, bool oob, GError **errp);

/*
 * The same in steps, for who has more to wait for.  ctl_client_reply() is
 * true with *@ret when the answer has come, true without if it has not;
 * ctl_client_read() takes what has come, and does not wait.
 */
bool ctl_client_send(CtlClient *c, const char *command,
                     JsonObject *arguments, bool oob, GError **errp);
bool ctl_client_read(CtlClient *c, GError **errp);
bool ctl_client_reply(CtlClient *c, JsonNode **ret, GError **errp);

/* Whether a command has been sent whose answer was not taken. */
bool ctl_client_is_waiting(const CtlClient *c);

/*
 * The oldest event not taken yet, or NULL; json_node_unref() it.  Those that
 * were not taken while very many more came are dropped, oldest first.
 */
JsonNode *ctl_client_event(CtlClient *c);

/* How many were dropped so far. */
unsigned ctl_client_dropped(const CtlClient *c);

/* Whether the last that QEMU has said is that it ends (SHUTDOWN). */
bool ctl_client_has_ended(const CtlClient *c);

#endif
