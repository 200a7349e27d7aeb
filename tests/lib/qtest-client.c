/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of QEMU's qtest protocol. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "drain.h"
#include "failure.h"
#include "qtest-client.h"

struct QtestClient {
    int fd;
    GString *received;
    char *(*explain)(void *opaque);
    void *explain_opaque;
};

QtestClient *qtest_client_new(int fd)
{
    QtestClient *q = g_new0(QtestClient, 1);

    q->fd = fd;
    q->received = g_string_new(NULL);
    return q;
}

void qtest_client_free(QtestClient *q)
{
    close(q->fd);
    g_string_free(q->received, TRUE);
    g_free(q);
}

void qtest_client_on_loss(QtestClient *q, char *(*explain)(void *opaque),
                          void *opaque)
{
    q->explain = explain;
    q->explain_opaque = opaque;
}

static G_NORETURN void fail_lost(QtestClient *q, const char *command)
{
    g_autofree char *why = q->explain ? q->explain(q->explain_opaque)
                                      : NULL;

    test_fail("QEMU closed qtest at '%s': %s", command, why ? why : "");
}

/* Append what has come to @received; false: the other end has closed. */
static gboolean receive(QtestClient *q, const char *command, gint64 end_us)
{
    struct pollfd pfd = { .fd = q->fd, .events = POLLIN };
    char buf[4096];
    ssize_t n;

    if (poll(&pfd, 1, test_ms_until(end_us)) == 0) {
        test_fail("no answer to qtest '%s'", command);
    }
    n = recv(q->fd, buf, sizeof(buf), 0);
    if (n > 0) {
        g_string_append_len(q->received, buf, n);
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

static char *read_line(QtestClient *q, const char *command)
{
    gint64 end_us = test_deadline_us(0);
    char *newline;
    char *line;

    while (!(newline = strchr(q->received->str, '\n'))) {
        if (!receive(q, command, end_us)) {
            fail_lost(q, command);
        }
    }
    line = g_strndup(q->received->str, newline - q->received->str);
    g_string_erase(q->received, 0, newline + 1 - q->received->str);
    return line;
}

static void send_line(QtestClient *q, const char *command)
{
    g_autofree char *line = g_strconcat(command, "\n", NULL);

    if (!test_drain_write(q->fd, line, strlen(line), test_deadline_us(0))) {
        fail_lost(q, command);
    }
}

void qtest_send(QtestClient *q, const char *fmt, ...)
{
    g_autofree char *command = NULL;
    va_list ap;

    va_start(ap, fmt);
    command = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    send_line(q, command);
}

char **qtest_answer(QtestClient *q, const char *command)
{
    g_autofree char *answer = read_line(q, command);

    while (g_str_has_prefix(answer, "IRQ ")) {
        g_free(answer);
        answer = read_line(q, command);
    }
    if (!g_str_has_prefix(answer, "OK")) {
        test_fail("qtest '%.80s': %s", command, answer);
    }
    return g_strsplit(g_strstrip(answer + 2), " ", 0);
}

static char **vcommand(QtestClient *q, const char *fmt, va_list ap)
{
    g_autofree char *command = g_strdup_vprintf(fmt, ap);

    send_line(q, command);
    return qtest_answer(q, command);
}

char **qtest_command(QtestClient *q, const char *fmt, ...)
{
    char **words;
    va_list ap;

    va_start(ap, fmt);
    words = vcommand(q, fmt, ap);
    va_end(ap);
    return words;
}

static void set(QtestClient *q, const char *verb, uint64_t addr,
                uint64_t value)
{
    g_strfreev(qtest_command(q, "%s 0x%" G_GINT64_MODIFIER "x 0x%"
                             G_GINT64_MODIFIER "x", verb, addr, value));
}

static uint64_t get(QtestClient *q, const char *verb, uint64_t addr)
{
    g_auto(GStrv) words = NULL;

    words = qtest_command(q, "%s 0x%" G_GINT64_MODIFIER "x", verb, addr);
    g_assert_nonnull(words[0]);
    return g_ascii_strtoull(words[0], NULL, 16);
}

#define PORT_ACCESS(suffix, type)                                       \
    void qtest_out##suffix(QtestClient *q, uint16_t port, type value)   \
    {                                                                   \
        set(q, "out" #suffix, port, value);                             \
    }                                                                   \
    type qtest_in##suffix(QtestClient *q, uint16_t port)                \
    {                                                                   \
        return get(q, "in" #suffix, port);                              \
    }

PORT_ACCESS(b, uint8_t)
PORT_ACCESS(w, uint16_t)
PORT_ACCESS(l, uint32_t)

#define MEMORY_ACCESS(suffix, type)                                     \
    void qtest_write##suffix(QtestClient *q, uint64_t addr, type value) \
    {                                                                   \
        set(q, "write" #suffix, addr, value);                           \
    }                                                                   \
    type qtest_read##suffix(QtestClient *q, uint64_t addr)              \
    {                                                                   \
        return get(q, "read" #suffix, addr);                            \
    }

MEMORY_ACCESS(b, uint8_t)
MEMORY_ACCESS(w, uint16_t)
MEMORY_ACCESS(l, uint32_t)
MEMORY_ACCESS(q, uint64_t)

void qtest_memwrite(QtestClient *q, uint64_t addr, const void *data,
                    size_t len)
{
    g_autofree char *text = g_base64_encode(data, len);

    g_strfreev(qtest_command(q, "b64write 0x%" G_GINT64_MODIFIER
                             "x 0x%zx %s", addr, len, text));
}

void qtest_memread(QtestClient *q, uint64_t addr, void *data, size_t len)
{
    g_auto(GStrv) words = NULL;
    gsize got = 0;

    words = qtest_command(q, "b64read 0x%" G_GINT64_MODIFIER "x 0x%zx",
                          addr, len);
    g_assert_nonnull(words[0]);
    g_base64_decode_inplace(words[0], &got);
    g_assert_cmpuint(got, ==, len);
    memcpy(data, words[0], len);
}
