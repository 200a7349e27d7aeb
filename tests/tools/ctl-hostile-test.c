/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl with whatever may be at the other end of a socket. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "ctl-run.h"
#include "fake-qmp.h"

/* -------------------------------------------------------- no QMP at all */

static void no_socket(void)
{
    g_autofree char *file = g_strdup("/tmp/annex-ctl-XXXXXX");
    char too_long[200];

    memset(too_long, 'x', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = 0;
    close(g_mkstemp(file));
    ctl_expect(3, "/nonexistent: cannot connect: No such file or directory",
               "/nonexistent", "unplugs", NULL);
    ctl_expect(3, "Connection refused", file, "unplugs", NULL);
    ctl_expect(3, "less than 108 bytes", too_long, "unplugs", NULL);
    ctl_expect(3, "cannot connect", "", "unplugs", NULL);
    ctl_expect(3, "x\\x1b[2J: cannot connect", "x\033[2J", "unplugs", NULL);
    g_unlink(file);
}

static int connect_to(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(addr.sun_path, path, sizeof(addr.sun_path));
    g_assert_no_errno(connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
    return fd;
}

/* Another client has the monitor; then more wait than may. */
static void in_use(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);
    int first = connect_to(path), second;
    char byte;

    fake_qmp_start(fake);
    g_assert_cmpint(read(first, &byte, 1), ==, 1);
    ctl_expect(3, "no greeting within 200 ms: a QMP socket serves one client "
               "at a time", path, "-t", "0.2", "unplugs", NULL);
    /* The one that gave up is still in the queue, which is short. */
    second = connect_to(path);
    ctl_expect(3, "it has other clients, and more wait", path, "-t", "0.2",
               "unplugs", NULL);
    close(second);
    close(first);
}

typedef struct Greeting {
    const char *name;
    const char *bytes;
    bool close;
    const char *text;
} Greeting;

static const Greeting greetings[] = {
    { "nothing", "", true, "closed before any greeting" },
    { "silence", "", false, "no greeting within" },
    { "half", "{\"QMP\": {", true, "closed before any greeting" },
    { "half-and-silence", "{\"QMP\": {", false, "no greeting within" },
    { "hmp", "QEMU 7.2.22 monitor - type 'help' for more information\r\n"
      "(qemu) ", false, "not a QMP socket: it sends: \"QEMU 7.2.22" },
    { "escape", "\033]0;owned\007\033[2J\n", false,
      "it sends: \"\\x1b]0;owned\\x07" },
    { "no-utf8", "{\"QMP\": {\"\xff\": 1}}\n", false, "not a QMP socket" },
    { "number", "5\n", false, "not a QMP socket" },
    { "other-json", "{\"jsonrpc\": \"2.0\"}\n", false, "not a QMP socket" },
    { "wrong-type", "{\"QMP\": 5}\n", false, "not a QMP socket" },
    { "comment", "/* { */ {\"QMP\": {}}\n", false, "not a QMP socket" },
    { "event", "{\"event\": \"STOP\"}\n", false, "no greeting within" },
};

static void greeting(gconstpointer data)
{
    const Greeting *g = data;
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_greet(fake, g->bytes, strlen(g->bytes), g->close);
    fake_qmp_start(fake);
    /* Only what nothing ends is waited for. */
    ctl_expect(3, g->text, fake_qmp_path(fake), "-t",
               g_str_has_prefix(g->text, "no ") ? "0.3" : "60", "unplugs",
               NULL);
}

static void expect_greeting(GString *bytes, const char *text)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_greet(fake, bytes->str, bytes->len, false);
    fake_qmp_start(fake);
    ctl_expect(3, text, fake_qmp_path(fake), "unplugs", NULL);
    g_string_free(bytes, TRUE);
}

static void fill(GString *bytes, gsize len, char byte)
{
    g_string_set_size(bytes, len);
    memset(bytes->str, byte, len);
}

static void huge_line(void)
{
    GString *bytes = g_string_new(NULL);

    fill(bytes, 17 << 20, 'x');
    expect_greeting(bytes, "a line of more than 16 MiB");
}

/* A parser that recurses would have no stack left. */
static void deep_line(void)
{
    GString *bytes = g_string_new(NULL);

    fill(bytes, 1 << 20, '[');
    g_string_append_c(bytes, '\n');
    expect_greeting(bytes, "not a QMP socket");
}

static void binary(void)
{
    GString *bytes = g_string_new(NULL);

    g_string_append_len(bytes, "\0\0\0\n", 4);
    expect_greeting(bytes, "not a QMP socket");
}

/* ---------------------------------------------- answers that are none */

/* What no schema has, in every place. */
static const char *const answers[] = {
    "null", "5", "\"x\"", "true", "[]", "{}", "[[]]", "[null, 5, \"x\", {}]",
    "{\"pools\": 5, \"entries\": {}, \"vcpus\": [5], \"modules\": [[]],"
    " \"options\": [], \"main-loop\": 3, \"held\": \"yes\"}",
    "{\"pools\": [{\"name\": 1, \"first\": -1, \"last\": 1e300}, {\"first\":"
    " 0, \"last\": 9223372036854775807}], \"entries\": [null]}",
    "{\"pools\": [{\"first\": 31, \"last\": 0, \"cursor\": 1e999}]}",
    "[{\"device\": 5, \"path\": [], \"state\": null, \"attempt\": 1e999,"
    " \"elapsed-ms\": -9223372036854775808, \"timeout-ms\": -1,"
    " \"remaining-ms\": 1e300, \"done\": 9223372036854775807, \"total\": 1,"
    " \"connector\": [], \"migration\": {\"phase\": \"wait-unplug\","
    " \"waited-ms\": 9223372036854775807, \"bound-ms\": -5},"
    " \"last\": {}, \"candidates\": [5, {}], \"in-flight\": {},"
    " \"last-failure\": {\"ms-ago\": -1}, \"index\": 1e300}]",
    "{\"state\": \"\\u001b[31m\\u009b2J\\u202e\\u0000\\n\\t\","
    " \"policy\": \"\\u007f\", \"vcpus\": [{\"state\": \"\\u0007\"}]}",
    "[{\"device\": \"\\u001b]0;x\\u0007\\u200b\\u2028\", \"standby\":"
    " \"\\u009d\", \"chardev\": \"\\r\\u0008\", \"state\": \"\\u00e9\\u6f22\","
    " \"error\": \"a\\nb\", \"total\": 9e18, \"done\": -9e18,"
    " \"type\": \"\\ufffe\"}]",
};

static const char *const queries[][2] = {
    { "unplugs", "query-unplug-requests" },
    { "failover", "query-failover" },
    { "vhost-user", "query-vhost-user" },
    { "slots", "query-pci-slots" },
    { "postcopy", "query-postcopy" },
    { "modules", "query-annex" },
    { "connectors", "query-papr-connectors" },
};

/* Shown as well as can be, clean, at any width. */
static void strange_answers(gconstpointer data)
{
    const char *const *query = data;
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(answers); i++) {
        fake_qmp_answer(fake, query[1], answers[i]);
        fake_qmp_answer(fake, query[1], answers[i]);
        fake_qmp_answer(fake, query[1], answers[i]);
    }
    fake_qmp_start(fake);
    for (i = 0; i < G_N_ELEMENTS(answers); i++) {
        ctl_expect(0, NULL, path, query[0], NULL);
        ctl_expect(0, NULL, path, query[0], "--ascii", "--width", "11",
                   NULL);
        ctl_expect(0, NULL, path, query[0], "--json", NULL);
    }
}

#define ANSWER "{\"return\": [], \"id\": 2}\r\n"
#define ERROR(inside) "{\"error\": {" inside "}, \"id\": 2}\r\n"

/* In place of the answer: what is sent, what is said, and how it ends. */
static const struct {
    const char *name;
    const char *bytes;
    bool close;
    int status;
    const char *text;
} ends[] = {
    { "garbage", "garbage\r\n", false, 4, "QEMU sends what is no QMP" },
    { "array", "[1]\r\n", false, 4, "QEMU sends what is no QMP" },
    { "lone-surrogate", "{\"return\": \"\\udbff\", \"id\": 2}\r\n",
      false, 4, "QEMU sends what is no QMP" },
    { "other-id", "{\"return\": 5, \"id\": 77}\r\n" ANSWER, false, 0,
      "no unplug request" },
    { "no-id", "{\"return\": 5}\r\n" ANSWER, false, 0,
      "no unplug request" },
    { "twice", ANSWER ANSWER, false, 0, "no unplug request" },
    { "neither", "{\"id\": 2}\r\n", false, 4, "neither success nor error" },
    { "error-without-id", "{\"error\": {\"class\": \"GenericError\","
      " \"desc\": \"JSON parse error\"}}\r\n", false, 1,
      "JSON parse error" },
    { "error-without-text", ERROR(""), false, 1, "without a reason" },
    { "error-with-escape", ERROR("\"desc\": \"\\u001b[2J\\u009b\""),
      false, 1, "\\x1b[2J\\u009b" },
    { "strange-events", "{\"event\": 5}\r\n{\"event\": \"X\","
      " \"data\": 5, \"timestamp\": []}\r\n" ANSWER, false, 0,
      "no unplug request" },
    { "silence", "", false, 4, "no answer to query-unplug-requests within" },
    { "half", "{\"return\": [", false, 4, "no answer to" },
    { "half-and-close", "{\"return\": [", true, 4,
      "closed the connection instead of answering query-unplug-requests" },
    { "close", "", true, 4, "closed the connection" },
};

static void end(gconstpointer data)
{
    unsigned i = GPOINTER_TO_UINT(data);
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_say(fake, "query-unplug-requests", ends[i].bytes);
    if (ends[i].close) {
        fake_qmp_close_after(fake, "query-unplug-requests");
    }
    fake_qmp_start(fake);
    ctl_expect(ends[i].status, ends[i].text, fake_qmp_path(fake),
               "-t", g_str_has_prefix(ends[i].text, "no answer") ? "3" : "60",
               "unplugs", NULL);
}

/* ----------------------------------------------------- too much of it */

/* More than is kept; what is left is whole. */
static void flood(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(CtlRun) run = NULL;
    unsigned i;

    for (i = 0; i < 20000; i++) {
        g_string_append_printf(events, "{\"event\": \"E%u\"}\r\n", i);
    }
    g_string_append(events, "{\"event\": \"SHUTDOWN\"}\r\n");
    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_after(fake, "qmp_capabilities", events->str);
    fake_qmp_start(fake);
    ctl_expect(0, "no unplug request", fake_qmp_path(fake), "unplugs", NULL);
    fake_qmp_close_after(fake, "qmp_capabilities");
    run = ctl_run(fake_qmp_path(fake), "events", "--follow", "--json", NULL);
    g_assert_cmpint(run->status, ==, 0);
    g_assert_true(g_str_has_suffix(run->out, "{\"event\":\"SHUTDOWN\"}\n"));
}

/* One has come before the greeting, as QEMU may send it. */
static void early_event(void)
{
    static const char bytes[] =
        "{\"event\": \"STOP\"}\r\n"
        "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_greet(fake, bytes, strlen(bytes), false);
    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_start(fake);
    ctl_expect(0, "no unplug request", fake_qmp_path(fake), "unplugs", NULL);
    ctl_expect(0, "STOP", fake_qmp_path(fake), "events", NULL);
}

/* Whoever waits for one is told that it never came. */
static void no_event(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_after(fake, "qmp_capabilities", "{\"event\": \"SHUTDOWN\"}\r\n");
    fake_qmp_close_after(fake, "qmp_capabilities");
    fake_qmp_start(fake);
    ctl_expect(4, "closed the connection", fake_qmp_path(fake), "events",
               "--only", "X*", NULL);
    ctl_expect(0, "SHUTDOWN", fake_qmp_path(fake), "events", NULL);
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    ctl_init(argv[1]);
    for (i = 0; i < G_N_ELEMENTS(greetings); i++) {
        g_autofree char *path = g_strconcat("/ctl-hostile/greeting/",
                                            greetings[i].name, NULL);

        g_test_add_data_func(path, &greetings[i], greeting);
    }
    for (i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autofree char *path = g_strconcat("/ctl-hostile/answers/",
                                            queries[i][0], NULL);

        g_test_add_data_func(path, queries[i], strange_answers);
    }
    for (i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = g_strconcat("/ctl-hostile/end/",
                                            ends[i].name, NULL);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), end);
    }
    g_test_add_func("/ctl-hostile/no-socket", no_socket);
    g_test_add_func("/ctl-hostile/in-use", in_use);
    g_test_add_func("/ctl-hostile/huge-line", huge_line);
    g_test_add_func("/ctl-hostile/deep-line", deep_line);
    g_test_add_func("/ctl-hostile/binary", binary);
    g_test_add_func("/ctl-hostile/flood", flood);
    g_test_add_func("/ctl-hostile/early-event", early_event);
    g_test_add_func("/ctl-hostile/no-event", no_event);
    return g_test_run();
}
