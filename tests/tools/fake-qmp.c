/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP server without a QEMU, which says what a test wants it to. */
#include "fake-qmp.h"
#include "failure.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct Answer {
    char *command;
    char *body;                 /* "return" or "error"; NULL: neither */
    GString *after;
    bool close;
    bool given;
} Answer;

struct FakeQmp {
    char *folder, *path;
    int listener;
    GThread *thread;
    GPtrArray *answers;
    GString *greeting;
    bool close_at_once, blocked;

    GMutex lock;                /* of what follows */
    GCond changed;
    GString *heard;
    int client;
    bool stop;
};

static const char greeting[] =
    "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n";
static const char greeting_without_oob[] =
    "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

static void answer_free(void *opaque)
{
    Answer *answer = opaque;

    g_free(answer->command);
    g_free(answer->body);
    g_string_free(answer->after, TRUE);
    g_free(answer);
}

FakeQmp *fake_qmp_new(void)
{
    FakeQmp *fake = g_new0(FakeQmp, 1);
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    fake->folder = g_dir_make_tmp("annex-ctl-XXXXXX", NULL);
    g_assert_nonnull(fake->folder);
    fake->path = g_build_filename(fake->folder, "qmp", NULL);
    g_strlcpy(addr.sun_path, fake->path, sizeof(addr.sun_path));
    fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_no_errno(bind(fake->listener, (struct sockaddr *)&addr,
                           sizeof(addr)));
    g_assert_no_errno(listen(fake->listener, 1));
    fake->answers = g_ptr_array_new_with_free_func(answer_free);
    fake->greeting = g_string_new(greeting);
    fake->heard = g_string_new(NULL);
    fake->client = -1;
    g_mutex_init(&fake->lock);
    g_cond_init(&fake->changed);
    fake_qmp_answer(fake, "qmp_capabilities", "{}");
    return fake;
}

const char *fake_qmp_path(const FakeQmp *fake)
{
    return fake->path;
}

static void add_answer(FakeQmp *fake, const char *command, char *body)
{
    Answer *answer = g_new0(Answer, 1);

    answer->command = g_strdup(command);
    answer->body = body;
    answer->after = g_string_new(NULL);
    g_ptr_array_add(fake->answers, answer);
}

void fake_qmp_answer(FakeQmp *fake, const char *command, const char *ret)
{
    add_answer(fake, command, g_strdup_printf("\"return\": %s", ret));
}

void fake_qmp_error(FakeQmp *fake, const char *command, const char *class,
                    const char *desc)
{
    add_answer(fake, command, g_strdup_printf(
        "\"error\": {\"class\": \"%s\", \"desc\": \"%s\"}", class, desc));
}

void fake_qmp_say(FakeQmp *fake, const char *command, const char *bytes)
{
    add_answer(fake, command, NULL);
    fake_qmp_after(fake, command, bytes);
}

static Answer *last_answer(FakeQmp *fake, const char *command)
{
    unsigned i;

    for (i = fake->answers->len; i--;) {
        Answer *answer = fake->answers->pdata[i];

        if (g_str_equal(answer->command, command)) {
            return answer;
        }
    }
    test_fail("no answer to %s", command);
}

void fake_qmp_after(FakeQmp *fake, const char *command, const char *bytes)
{
    g_string_append(last_answer(fake, command)->after, bytes);
}

void fake_qmp_close_after(FakeQmp *fake, const char *command)
{
    last_answer(fake, command)->close = true;
}

void fake_qmp_block(FakeQmp *fake)
{
    fake->blocked = true;
}

void fake_qmp_without_oob(FakeQmp *fake)
{
    g_string_assign(fake->greeting, greeting_without_oob);
}

void fake_qmp_greet(FakeQmp *fake, const char *bytes, gsize len, bool close)
{
    g_string_truncate(fake->greeting, 0);
    g_string_append_len(fake->greeting, bytes, len);
    fake->close_at_once = close;
}

/* ------------------------------------------------ the server's thread */

static bool put(int fd, const char *bytes, gsize len)
{
    while (len) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        len -= sent;
    }
    return true;
}

/* The first that was not given yet, or else the last. */
static Answer *find_answer(FakeQmp *fake, const char *command)
{
    Answer *found = NULL;
    unsigned i;

    for (i = 0; i < fake->answers->len; i++) {
        Answer *answer = fake->answers->pdata[i];

        if (g_str_equal(answer->command, command)) {
            found = answer;
            if (!answer->given) {
                break;
            }
        }
    }
    return found;
}

static bool reply(FakeQmp *fake, int fd, const char *command, gint64 id)
{
    static const char unknown[] =
        "\"error\": {\"class\": \"CommandNotFound\", "
        "\"desc\": \"The command has not been found\"}";
    Answer *answer = find_answer(fake, command);
    g_autofree char *line = g_strdup_printf(
        "{%s, \"id\": %" G_GINT64_FORMAT "}\r\n",
        answer ? answer->body : unknown, id);

    if ((!answer || answer->body) && !put(fd, line, strlen(line))) {
        return false;
    }
    if (!answer) {
        return true;
    }
    answer->given = true;
    return put(fd, answer->after->str, answer->after->len) &&
           !answer->close;
}

static bool take_line(FakeQmp *fake, int fd, const char *line)
{
    g_autoptr(JsonNode) node = json_from_string(line, NULL);
    JsonObject *object;
    const char *verb;
    bool oob;

    g_assert_true(node && JSON_NODE_HOLDS_OBJECT(node));
    object = json_node_get_object(node);
    oob = json_object_has_member(object, "exec-oob");
    verb = json_object_get_string_member(object, oob ? "exec-oob"
                                                     : "execute");
    g_mutex_lock(&fake->lock);
    g_string_append_printf(fake->heard, "%s\n", line);
    g_cond_broadcast(&fake->changed);
    g_mutex_unlock(&fake->lock);
    if (fake->blocked && !oob && !g_str_equal(verb, "qmp_capabilities")) {
        return true;
    }
    return reply(fake, fd, verb, json_object_get_int_member(object, "id"));
}

static void serve(FakeQmp *fake, int fd)
{
    g_autoptr(GString) partial = g_string_new(NULL);
    char chunk[4096], *end;
    ssize_t got;

    if (!put(fd, fake->greeting->str, fake->greeting->len) ||
        fake->close_at_once) {
        return;
    }
    while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0) {
        g_string_append_len(partial, chunk, got);
        while ((end = strchr(partial->str, '\n'))) {
            *end = 0;
            if (!take_line(fake, fd, partial->str)) {
                return;
            }
            g_string_erase(partial, 0, end - partial->str + 1);
        }
    }
}

static gpointer serve_all(gpointer opaque)
{
    FakeQmp *fake = opaque;
    int fd;

    while ((fd = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        g_mutex_lock(&fake->lock);
        fake->client = fake->stop ? -1 : fd;
        g_mutex_unlock(&fake->lock);
        if (fake->client >= 0) {
            serve(fake, fd);
        }
        g_mutex_lock(&fake->lock);
        fake->client = -1;
        g_mutex_unlock(&fake->lock);
        close(fd);
    }
    return NULL;
}

/* --------------------------------------------------- the test's thread */

void fake_qmp_start(FakeQmp *fake)
{
    fake->thread = g_thread_new("fake-qmp", serve_all, fake);
}

static bool heard(FakeQmp *fake, const char *text)
{
    return strstr(fake->heard->str, text);
}

bool fake_qmp_heard(FakeQmp *fake, const char *text)
{
    bool found;

    g_mutex_lock(&fake->lock);
    found = heard(fake, text);
    g_mutex_unlock(&fake->lock);
    return found;
}

void fake_qmp_wait(FakeQmp *fake, const char *text)
{
    gint64 end_us = test_deadline_us(0);

    g_mutex_lock(&fake->lock);
    while (!heard(fake, text)) {
        if (!g_cond_wait_until(&fake->changed, &fake->lock, end_us)) {
            test_fail("nobody sends '%s', but\n%s", text, fake->heard->str);
        }
    }
    g_mutex_unlock(&fake->lock);
}

void fake_qmp_free(FakeQmp *fake)
{
    g_mutex_lock(&fake->lock);
    fake->stop = true;
    if (fake->client >= 0) {
        shutdown(fake->client, SHUT_RDWR);
    }
    g_mutex_unlock(&fake->lock);
    shutdown(fake->listener, SHUT_RDWR);
    if (fake->thread) {
        g_thread_join(fake->thread);
    }
    close(fake->listener);
    g_unlink(fake->path);
    g_rmdir(fake->folder);
    g_free(fake->path);
    g_free(fake->folder);
    g_ptr_array_free(fake->answers, TRUE);
    g_string_free(fake->greeting, TRUE);
    g_string_free(fake->heard, TRUE);
    g_mutex_clear(&fake->lock);
    g_cond_clear(&fake->changed);
    g_free(fake);
}
