/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP client that survives whatever is at the other end. */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "socket.h"
#include "text.h"

/* query-qmp-schema, the longest answer there is, has some 200 KiB. */
#define LINE_MAX_BYTES (16 << 20)
#define CHUNK_BYTES (64 << 10)
#define EVENTS_MAX 4096

struct CtlClient {
    int fd;
    int timeout_ms;
    GString *partial;           /* what has come of a line */
    gint64 id;                  /* of the last command */
    bool waiting;
    char *command;
    JsonNode *answer;
    JsonNode *greeting;
    bool oob;
    bool shutdown;
    GQueue events;
    unsigned dropped;
};

static const CtlStyle plain = { .ascii = true };

int ctl_client_fd(const CtlClient *c)
{
    return c->fd;
}

bool ctl_client_is_waiting(const CtlClient *c)
{
    return c->waiting;
}

unsigned ctl_client_dropped(const CtlClient *c)
{
    return c->dropped;
}

bool ctl_client_has_ended(const CtlClient *c)
{
    return c->shutdown;
}

JsonNode *ctl_client_event(CtlClient *c)
{
    return g_queue_pop_head(&c->events);
}

/* Before the greeting it was not QMP in the first place. */
static int code_of_loss(const CtlClient *c)
{
    return c->greeting ? CTL_ERROR_LOST : CTL_ERROR_CONNECT;
}

static bool fail_garbage(CtlClient *c, const char *line, GError **errp)
{
    g_autofree char *text = ctl_text(&plain, line);
    g_autofree char *start = ctl_text_fit(&plain, text, 40);

    g_set_error(errp, CTL_ERROR, code_of_loss(c), "%s: \"%s\"",
                c->greeting ? "QEMU sends what is no QMP"
                            : "this is not a QMP socket: it sends", start);
    return false;
}

static void take_event(CtlClient *c, JsonNode *node)
{
    const char *name = ctl_json_str(json_node_get_object(node), "event");

    c->shutdown = g_strcmp0(name, "SHUTDOWN") == 0;
    if (g_queue_get_length(&c->events) == EVENTS_MAX) {
        json_node_unref(g_queue_pop_head(&c->events));
        c->dropped++;
    }
    g_queue_push_tail(&c->events, json_node_ref(node));
}

/* QEMU's answer to what it cannot parse has no id. */
static bool is_answer(const CtlClient *c, JsonObject *object)
{
    if (!c->waiting || c->answer) {
        return false;
    }
    return ctl_json_has_int(object, "id")
           ? ctl_json_int(object, "id") == c->id
           : ctl_json_object(object, "error") != NULL;
}

static bool take_line(CtlClient *c, const char *line, gsize len,
                      GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object;

    if (!len || (len == 1 && *line == '\r')) {
        return true;
    }
    node = ctl_json_parse(line, len);
    object = ctl_json_as_object(node);
    if (!object) {
        return fail_garbage(c, line, errp);
    }
    if (ctl_json_str(object, "event")) {
        /*
         * QEMU sends one before the greeting if it happens while it has not
         * noticed yet that there is a client (monitor/monitor.c,
         * monitor_qapi_event_emit(); 7.2, 10.0).
         */
        take_event(c, node);
    } else if (!c->greeting) {
        if (!ctl_json_object(object, "QMP")) {
            return fail_garbage(c, line, errp);
        }
        c->greeting = json_node_ref(node);
    } else if (is_answer(c, object)) {
        c->answer = json_node_ref(node);
    }
    return true;
}

/* @from: where the bytes begin that have just come. */
static bool take_lines(CtlClient *c, gsize from, GError **errp)
{
    gsize start = 0;
    char *end;

    while ((end = memchr(c->partial->str + from, '\n',
                         c->partial->len - from))) {
        *end = 0;
        if (!take_line(c, c->partial->str + start,
                       end - c->partial->str - start, errp)) {
            return false;
        }
        start = from = end - c->partial->str + 1;
    }
    g_string_erase(c->partial, 0, start);
    if (c->partial->len > LINE_MAX_BYTES) {
        g_set_error(errp, CTL_ERROR, code_of_loss(c),
                    "it sends a line of more than %d MiB",
                    LINE_MAX_BYTES >> 20);
        return false;
    }
    return true;
}

static bool fail_closed(CtlClient *c, int error, GError **errp)
{
    if (!c->greeting) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_CONNECT,
                    "closed before any greeting: another program than QEMU?");
    } else {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_LOST,
                    "QEMU has closed the connection%s%s%s%s",
                    c->waiting ? " instead of answering " : "",
                    c->waiting ? c->command : "", error ? ": " : "",
                    error ? g_strerror(error) : "");
    }
    return false;
}

bool ctl_client_read(CtlClient *c, GError **errp)
{
    gsize from = c->partial->len;
    ssize_t got;

    g_string_set_size(c->partial, from + CHUNK_BYTES);
    got = recv(c->fd, c->partial->str + from, CHUNK_BYTES, MSG_DONTWAIT);
    g_string_set_size(c->partial, from + MAX(got, 0));
    if (got > 0) {
        return take_lines(c, from, errp);
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    return fail_closed(c, got < 0 ? errno : 0, errp);
}

bool ctl_client_send(CtlClient *c, const char *command,
                     JsonObject *arguments, bool oob, GError **errp)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    g_autofree char *text = NULL, *line = NULL;
    int error;

    json_object_set_string_member(object, oob && c->oob ? "exec-oob"
                                                        : "execute", command);
    json_object_set_int_member(object, "id", ++c->id);
    if (arguments) {
        json_object_set_object_member(object, "arguments", arguments);
    }
    json_node_take_object(node, object);
    text = ctl_json_print(node, false);
    line = g_strconcat(text, "\n", NULL);
    g_clear_pointer(&c->answer, json_node_unref);
    g_free(c->command);
    c->command = g_strdup(command);
    c->waiting = true;
    error = ctl_socket_send(c->fd, line, strlen(line), c->timeout_ms);
    if (error == ETIMEDOUT) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_LOST,
                    "QEMU does not read commands: it hangs");
    } else if (error) {
        fail_closed(c, error, errp);
    }
    return !error;
}

static bool fail_refused(CtlClient *c, JsonObject *error, GError **errp)
{
    const char *class = ctl_json_str(error, "class");
    const char *desc = ctl_json_str(error, "desc");

    g_set_error(errp, CTL_ERROR, g_strcmp0(class, "CommandNotFound") == 0
                ? CTL_ERROR_MISSING : CTL_ERROR_REFUSED, "%s",
                desc ? desc : "refused, without a reason");
    return false;
}

bool ctl_client_reply(CtlClient *c, JsonNode **ret, GError **errp)
{
    g_autoptr(JsonNode) answer = g_steal_pointer(&c->answer);
    JsonObject *object, *error;
    JsonNode *value;

    *ret = NULL;
    if (!answer) {
        return true;
    }
    c->waiting = false;
    object = json_node_get_object(answer);
    error = ctl_json_object(object, "error");
    if (error) {
        return fail_refused(c, error, errp);
    }
    value = ctl_json_get(object, "return");
    if (!value) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_LOST,
                    "QEMU's answer to %s is neither success nor error",
                    c->command);
        return false;
    }
    *ret = json_node_ref(value);
    return true;
}

/* Wait for more.  False when there is none, with an error. */
static bool wait_input(CtlClient *c, gint64 end_us, const char *what,
                       GError **errp)
{
    struct pollfd pfd = { c->fd, POLLIN, 0 };
    int wait_ms = ctl_socket_ms_until(end_us);

    if (!wait_ms) {
        g_autofree char *time = ctl_text_ms(c->timeout_ms);

        g_set_error(errp, CTL_ERROR, code_of_loss(c), "%s within %s%s", what,
                    time, c->greeting
                    ? ": its main loop is blocked, or very busy"
                    : ": a QMP socket serves one client at a time, and has "
                      "another one?");
        return false;
    }
    poll(&pfd, 1, wait_ms);
    return !pfd.revents || ctl_client_read(c, errp);
}

static JsonNode *wait_reply(CtlClient *c, GError **errp)
{
    g_autofree char *what = g_strdup_printf("no answer to %s", c->command);
    gint64 end_us = ctl_socket_deadline_us(c->timeout_ms);
    JsonNode *ret = NULL;

    while (!c->answer) {
        if (!wait_input(c, end_us, what, errp)) {
            return NULL;
        }
    }
    ctl_client_reply(c, &ret, errp);
    return ret;
}

JsonNode *ctl_client_execute(CtlClient *c, const char *command,
                             JsonObject *arguments, bool oob, GError **errp)
{
    if (!ctl_client_send(c, command, arguments, oob, errp)) {
        return NULL;
    }
    return wait_reply(c, errp);
}

static bool offers_oob(CtlClient *c)
{
    JsonObject *qmp = ctl_json_object(json_node_get_object(c->greeting),
                                      "QMP");
    JsonArray *capabilities = ctl_json_array(qmp, "capabilities");
    unsigned i;

    for (i = 0; i < ctl_json_length(capabilities); i++) {
        JsonNode *node = json_array_get_element(capabilities, i);

        if (JSON_NODE_HOLDS_VALUE(node) &&
            json_node_get_value_type(node) == G_TYPE_STRING &&
            g_str_equal(json_node_get_string(node), "oob")) {
            return true;
        }
    }
    return false;
}

static bool negotiate(CtlClient *c, GError **errp)
{
    gint64 end_us = ctl_socket_deadline_us(c->timeout_ms);
    g_autoptr(JsonNode) ret = NULL;
    JsonObject *arguments = NULL;
    JsonArray *enable;

    while (!c->greeting) {
        if (!wait_input(c, end_us, "no greeting", errp)) {
            return false;
        }
    }
    if (offers_oob(c)) {
        enable = json_array_new();
        json_array_add_string_element(enable, "oob");
        arguments = json_object_new();
        json_object_set_array_member(arguments, "enable", enable);
    }
    ret = ctl_client_execute(c, "qmp_capabilities", arguments, false, errp);
    c->oob = ret && arguments;
    return ret;
}

CtlClient *ctl_client_open(const char *path, int timeout_ms, GError **errp)
{
    int fd = ctl_socket_connect(path, timeout_ms, errp);
    CtlClient *c;

    if (fd < 0) {
        return NULL;
    }
    c = g_new0(CtlClient, 1);
    c->fd = fd;
    c->timeout_ms = timeout_ms;
    c->partial = g_string_new(NULL);
    g_queue_init(&c->events);
    if (!negotiate(c, errp)) {
        g_clear_pointer(&c, ctl_client_free);
    }
    return c;
}

void ctl_client_free(CtlClient *c)
{
    close(c->fd);
    g_string_free(c->partial, TRUE);
    g_free(c->command);
    g_clear_pointer(&c->answer, json_node_unref);
    g_clear_pointer(&c->greeting, json_node_unref);
    g_queue_clear_full(&c->events, (GDestroyNotify)json_node_unref);
    g_free(c);
}
