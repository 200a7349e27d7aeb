/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QMP client's connection, commands and replies. */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "failure.h"
#include "json-format.h"
#include "qmp-private.h"

static void log_line(QmpClient *c, const char *arrow, const char *line)
{
    fprintf(c->log, "%.6f %s %s\n",
            g_get_monotonic_time() / (double)G_USEC_PER_SEC, arrow, line);
    fflush(c->log);
}

static void record_reply(QmpClient *c, JsonObject *object, JsonNode *node,
                         gint64 received_us)
{
    gint64 id = json_object_get_int_member(object, "id");
    QmpReply *reply = g_hash_table_lookup(c->replies, &id);

    g_ptr_array_add(c->nodes, json_node_ref(node));
    if (!reply) {
        return;
    }
    if (json_object_has_member(object, "error")) {
        JsonObject *error = json_object_get_object_member(object, "error");

        reply->error_class = json_object_get_string_member(error, "class");
        reply->error_desc = json_object_get_string_member(error, "desc");
    } else {
        reply->ret = json_object_get_member(object, "return");
    }
    reply->received_us = received_us;
}

/* Drain thread, lock held. */
static void take_line(QmpClient *c, const char *line, gint64 received_us)
{
    g_autoptr(JsonNode) node = json_from_string(line, NULL);
    JsonObject *object;

    log_line(c, "<-", line);
    if (!node || !JSON_NODE_HOLDS_OBJECT(node)) {
        return;
    }
    object = json_node_get_object(node);
    if (json_object_has_member(object, "QMP")) {
        c->greeting = json_node_ref(node);
    } else if (json_object_has_member(object, "event")) {
        qmp_record_event(c, json_node_ref(node), received_us);
    } else if (json_object_has_member(object, "id")) {
        record_reply(c, object, node, received_us);
    }
}

/* Drain thread. */
static void on_data(void *opaque, const char *data, gsize len,
                    gint64 received_us)
{
    QmpClient *c = opaque;
    const char *end = data + len;
    const char *newline;

    g_mutex_lock(&c->lock);
    while ((newline = memchr(data, '\n', end - data))) {
        g_string_append_len(c->partial, data, newline - data);
        g_strchomp(c->partial->str);
        take_line(c, c->partial->str, received_us);
        g_string_truncate(c->partial, 0);
        data = newline + 1;
    }
    g_string_append_len(c->partial, data, end - data);
    c->closed = len == 0;
    g_cond_broadcast(&c->changed);
    g_mutex_unlock(&c->lock);
}

QmpClient *qmp_client_new(int fd, const char *log_path)
{
    QmpClient *c = g_new0(QmpClient, 1);

    c->fd = fd;
    c->log_path = g_strdup(log_path);
    c->log = fopen(log_path, "ae");
    if (!c->log) {
        test_fail("cannot write %s", log_path);
    }
    g_mutex_init(&c->lock);
    g_cond_init(&c->changed);
    c->partial = g_string_new(NULL);
    c->replies = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                       g_free);
    c->nodes = g_ptr_array_new_with_free_func(
        (GDestroyNotify)json_node_unref);
    c->events = g_ptr_array_new_with_free_func(qmp_event_record_free);
    test_failure_log_add("QMP traffic", log_path);
    c->drain = test_drain_new(fd, on_data, c);
    return c;
}

void qmp_client_on_loss(QmpClient *c, char *(*explain)(void *opaque),
                        void *opaque)
{
    c->explain = explain;
    c->explain_opaque = opaque;
}

void qmp_client_free(QmpClient *c)
{
    test_drain_free(c->drain);
    test_failure_log_remove(c->log_path);
    fclose(c->log);
    g_clear_pointer(&c->greeting, json_node_unref);
    g_hash_table_destroy(c->replies);
    g_ptr_array_free(c->nodes, TRUE);
    g_ptr_array_free(c->events, TRUE);
    g_string_free(c->partial, TRUE);
    g_mutex_clear(&c->lock);
    g_cond_clear(&c->changed);
    g_free(c->log_path);
    g_free(c);
}

void qmp_fail_lost(QmpClient *c, const char *doing)
{
    g_autofree char *why = c->explain ? c->explain(c->explain_opaque)
                                      : NULL;

    test_fail("QEMU closed QMP while %s%s%s", doing, why ? ": " : "",
              why ? why : "");
}

static gint64 vsend(QmpClient *c, const char *verb, const char *command,
                    const char *fmt, va_list ap)
{
    g_autofree char *arguments = test_json_vformat(fmt, ap);
    g_autofree char *line = NULL;
    g_autoptr(JsonNode) valid = NULL;
    QmpReply *reply = g_new0(QmpReply, 1);
    gint64 id = ++c->next_id;
    gint64 *key = g_new(gint64, 1);

    line = g_strdup_printf("{\"%s\": \"%s\", \"id\": %" G_GINT64_FORMAT
                           ", \"arguments\": %s}\n", verb, command, id,
                           arguments ? arguments : "{}");
    /* QEMU's answer to bad JSON has no id. */
    valid = test_json_parse(line);
    *key = id;
    reply->sent_us = g_get_monotonic_time();
    g_mutex_lock(&c->lock);
    g_hash_table_insert(c->replies, key, reply);
    log_line(c, "->", g_strchomp(line));
    g_mutex_unlock(&c->lock);
    line[strlen(line)] = '\n';
    /* What cannot be sent gets no reply: noticed by who waits for it. */
    test_drain_write(c->fd, line, strlen(line), test_deadline_us(0));
    return id;
}

gint64 qmp_send(QmpClient *c, const char *command, const char *fmt, ...)
{
    gint64 id;
    va_list ap;

    va_start(ap, fmt);
    id = vsend(c, "execute", command, fmt, ap);
    va_end(ap);
    return id;
}

/* NULL if QEMU closes the connection first. */
static const QmpReply *reply_or_loss(QmpClient *c, gint64 id,
                                     int deadline_ms)
{
    gint64 end_us = test_deadline_us(deadline_ms);
    const QmpReply *reply;

    g_mutex_lock(&c->lock);
    reply = g_hash_table_lookup(c->replies, &id);
    g_assert_nonnull(reply);
    while (!reply->received_us && !c->closed) {
        if (!g_cond_wait_until(&c->changed, &c->lock, end_us)) {
            test_fail("no QMP reply to command %" G_GINT64_FORMAT, id);
        }
    }
    if (!reply->received_us) {
        reply = NULL;
    }
    g_mutex_unlock(&c->lock);
    return reply;
}

const QmpReply *qmp_reply(QmpClient *c, gint64 id, int deadline_ms)
{
    const QmpReply *reply = reply_or_loss(c, id, deadline_ms);

    if (!reply) {
        qmp_fail_lost(c, "waiting for a reply");
    }
    return reply;
}

static bool negotiate(QmpClient *c, int deadline_ms, bool oob)
{
    gint64 end_us = test_deadline_us(deadline_ms);
    const QmpReply *reply;
    gint64 id;

    g_mutex_lock(&c->lock);
    while (!c->greeting && !c->closed) {
        if (!g_cond_wait_until(&c->changed, &c->lock, end_us)) {
            test_fail("no QMP greeting");
        }
    }
    g_mutex_unlock(&c->lock);
    /* QEMU greets early, but answers only when its start has succeeded. */
    id = oob ? qmp_send(c, "qmp_capabilities", "{'enable': ['oob']}")
             : qmp_send(c, "qmp_capabilities", QMP_ANY);
    reply = reply_or_loss(c, id, deadline_ms);
    if (reply && !reply->ret) {
        test_fail("QMP negotiation failed: %s", reply->error_desc);
    }
    return reply;
}

bool qmp_negotiate(QmpClient *c, int deadline_ms)
{
    return negotiate(c, deadline_ms, true);
}

static QmpClient *connect_to(const char *path, const char *log_path, bool oob)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QmpClient *c;

    g_assert_cmpuint(strlen(path), <, sizeof(addr.sun_path));
    strcpy(addr.sun_path, path);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        test_fail("cannot connect to %s: %m", path);
    }
    c = qmp_client_new(fd, log_path);
    if (!negotiate(c, 0, oob)) {
        qmp_fail_lost(c, "waiting for the greeting");
    }
    return c;
}

QmpClient *qmp_client_connect(const char *path, const char *log_path)
{
    return connect_to(path, log_path, true);
}

QmpClient *qmp_client_connect_plain(const char *path, const char *log_path)
{
    return connect_to(path, log_path, false);
}

#define EXECUTE(reply, c, verb, command, fmt)                   \
    do {                                                        \
        va_list ap_;                                            \
        va_start(ap_, fmt);                                     \
        (reply) = qmp_reply(c, vsend(c, verb, command, fmt, ap_), 0); \
        va_end(ap_);                                            \
    } while (0)

static JsonNode *must_succeed(const QmpReply *reply, const char *command)
{
    if (!reply->ret) {
        test_fail("QMP %s failed: %s: %s", command, reply->error_class,
                  reply->error_desc);
    }
    return reply->ret;
}

JsonObject *qmp_ok(QmpClient *c, const char *command, const char *fmt, ...)
{
    const QmpReply *reply;
    JsonNode *ret;

    EXECUTE(reply, c, "execute", command, fmt);
    ret = must_succeed(reply, command);
    return JSON_NODE_HOLDS_OBJECT(ret) ? json_node_get_object(ret) : NULL;
}

JsonArray *qmp_ok_array(QmpClient *c, const char *command,
                        const char *fmt, ...)
{
    const QmpReply *reply;
    JsonNode *ret;

    EXECUTE(reply, c, "execute", command, fmt);
    ret = must_succeed(reply, command);
    if (!JSON_NODE_HOLDS_ARRAY(ret)) {
        test_fail("QMP %s did not return an array", command);
    }
    return json_node_get_array(ret);
}

const char *qmp_error(QmpClient *c, const char *command,
                      const char *fmt, ...)
{
    const QmpReply *reply;

    EXECUTE(reply, c, "execute", command, fmt);
    if (reply->ret) {
        test_fail("QMP %s succeeded, and should not have", command);
    }
    return reply->error_desc;
}

const QmpReply *qmp_execute(QmpClient *c, const char *command,
                            const char *fmt, ...)
{
    const QmpReply *reply;

    EXECUTE(reply, c, "execute", command, fmt);
    return reply;
}

const QmpReply *qmp_execute_oob(QmpClient *c, const char *command,
                                const char *fmt, ...)
{
    const QmpReply *reply;

    EXECUTE(reply, c, "exec-oob", command, fmt);
    return reply;
}
