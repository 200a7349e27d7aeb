/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP client: commands, replies, and a record of every event. */
#ifndef ANNEX_TEST_QMP_CLIENT_H
#define ANNEX_TEST_QMP_CLIENT_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * Replies, events and all strings and nodes in them belong to the client
 * and stay valid until it is freed. Arguments and event filters are JSON
 * in the format of json-format.h, for example
 *     qmp_ok(vm->qmp, "device_del", "{'id': %s}", id);
 * with QMP_ANY (no arguments, no filter) where there are none.
 * deadline_ms 0 is the default of failure.h. A wait that fails, and a QEMU
 * that is gone, fail the test. Main thread only.
 */
#define QMP_ANY "{}"

typedef struct QmpClient QmpClient;

typedef struct QmpReply {
    JsonNode *ret;              /* "return", or NULL after an error */
    const char *error_class;    /* NULL after a success */
    const char *error_desc;
    gint64 sent_us;             /* local monotonic times */
    gint64 received_us;
} QmpReply;

typedef struct QmpEvent {
    const char *name;
    JsonObject *data;           /* an empty object if it has none */
    gint64 time_us;             /* QMP's timestamp: wall clock */
    gint64 received_us;         /* local monotonic time */
} QmpEvent;

/*
 * Take over @fd, a connected QMP socket; log all traffic to the file
 * @log_path. Does not wait for anything.
 */
QmpClient *qmp_client_new(int fd, const char *log_path);

/* Connect to the QMP server at the unix socket @path, and negotiate. */
QmpClient *qmp_client_connect(const char *path, const char *log_path);

/* The same, for commands in their order alone. */
QmpClient *qmp_client_connect_plain(const char *path, const char *log_path);

/*
 * Have losing the connection explained by @explain(@opaque), whose result
 * is freed: the VM says how its QEMU ended.
 */
void qmp_client_on_loss(QmpClient *c, char *(*explain)(void *opaque),
                        void *opaque);

void qmp_client_free(QmpClient *c);

/*
 * Wait for the greeting, enable what QMP offers (oob). False if QEMU
 * closes the connection first.
 */
bool qmp_negotiate(QmpClient *c, int deadline_ms);

/* Execute, must succeed: its "return" if an object, otherwise NULL. */
JsonObject *qmp_ok(QmpClient *c, const char *command, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

/* Execute, must succeed: its "return", which must be an array. */
JsonArray *qmp_ok_array(QmpClient *c, const char *command,
                        const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* Execute, must fail: the error's description. */
const char *qmp_error(QmpClient *c, const char *command,
                      const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* Execute: whatever comes. */
const QmpReply *qmp_execute(QmpClient *c, const char *command,
                            const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* The same out of band, for the commands that allow it. */
const QmpReply *qmp_execute_oob(QmpClient *c, const char *command,
                                const char *fmt, ...) G_GNUC_PRINTF(3, 4);

/* Send only, to take the reply of the returned id later, in any order. */
gint64 qmp_send(QmpClient *c, const char *command, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);
const QmpReply *qmp_reply(QmpClient *c, gint64 id, int deadline_ms);

/* Run a human monitor command: its text. */
const char *qmp_hmp(QmpClient *c, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);

/* Give @fd to QEMU under @name ("getfd"). @fd stays open here. */
void qmp_getfd(QmpClient *c, const char *name, int fd);

/* Whether there is a device with this id, or this QOM path. */
bool qmp_has_device(QmpClient *c, const char *id);

/*
 * Wait for and consume the first event @name, not consumed before, whose
 * data hold all members of the filter:
 *     qmp_wait_event(vm->qmp, "DEVICE_DELETED", 0, "{'device': %s}", id);
 */
const QmpEvent *qmp_wait_event(QmpClient *c, const char *name,
                               int deadline_ms, const char *filter, ...)
    G_GNUC_PRINTF(4, 5);

/*
 * Wait for and consume the first event with any of the names, a list that
 * ends with NULL; an empty list: the first event at all.
 */
const QmpEvent *qmp_wait_event_any(QmpClient *c, int deadline_ms, ...)
    G_GNUC_NULL_TERMINATED;

/* Look for an event that has come, consumed or not; NULL if none has. */
const QmpEvent *qmp_find_event(QmpClient *c, const char *name,
                               const char *filter, ...) G_GNUC_PRINTF(3, 4);

/*
 * How many such events QEMU has sent so far, consumed or not, since the
 * connection or the last qmp_forget_events(). Has the effect of
 * qmp_sync().
 */
unsigned qmp_count_events(QmpClient *c, const char *name,
                          const char *filter, ...) G_GNUC_PRINTF(3, 4);

/*
 * Fail if QEMU has sent such an event that was not consumed, or sends one
 * within @quiet_ms. Prefer 0, after something that must come later.
 */
void qmp_expect_no_event(QmpClient *c, const char *name, int quiet_ms,
                         const char *filter, ...) G_GNUC_PRINTF(4, 5);

/* Have all events until now neither consumed nor counted later. */
void qmp_forget_events(QmpClient *c);

/*
 * A round trip through QEMU's main loop: every event emitted there before
 * this call has been received after it. (QEMU delays the rate-limited
 * stock events by up to 1 s; those come later.)
 */
void qmp_sync(QmpClient *c);

/* Wait for QEMU to close the connection. */
void qmp_wait_closed(QmpClient *c, int deadline_ms);
bool qmp_is_closed(QmpClient *c);

#endif
