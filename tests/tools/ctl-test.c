/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl with a QMP server that only says what it is told to. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include "ctl-run.h"
#include "fake-qmp.h"

static const char requests[] =
    "[{\"device\": \"disk0\", \"path\": \"/machine/peripheral/disk0\","
    " \"type\": \"virtio-blk-pci\", \"transport\": \"pcie\","
    " \"state\": \"seen\", \"listening\": true, \"cancelling\": false,"
    " \"attempt\": 1, \"elapsed-ms\": 1200, \"timeout-ms\": 15000,"
    " \"remaining-ms\": 13800},"
    " {\"path\": \"/machine/peripheral-anon/device[0]\","
    " \"type\": \"pc-dimm\", \"transport\": \"papr\","
    " \"state\": \"timed-out\", \"listening\": false, \"cancelling\": true,"
    " \"attempt\": 3, \"elapsed-ms\": 200000, \"timeout-ms\": 15000,"
    " \"done\": 3, \"total\": 4, \"connector\": {\"index\": 2147483649,"
    " \"type\": \"lmb\", \"state\": \"unusable\"}}]";

static const char pairs[] =
    "[{\"standby\": \"net1\", \"state\": \"unplugging\","
    " \"negotiated\": true, \"primary\": \"vf1\", \"candidates\": ["
    " {\"id\": \"vf0\", \"index\": 0, \"driver\": \"vfio-pci\","
    "  \"state\": \"failed\", \"attempts\": 2, \"error\": \"no such host\"},"
    " {\"id\": \"vf1\", \"index\": 1, \"driver\": \"e1000e\","
    "  \"state\": \"plugged\", \"attempts\": 1}],"
    " \"migration\": {\"phase\": \"wait-unplug\", \"waited-ms\": 3000,"
    "  \"bound-ms\": 10000},"
    " \"last\": {\"ago-ms\": 5130, \"outcome\": \"aborted\","
    "  \"reason\": \"busy\"}}]";

static const char channels[] =
    "[{\"chardev\": \"chr0\", \"device\": \"net0\", \"connected\": true,"
    " \"in-flight\": {\"request\": \"GET_VRING_BASE\", \"waited-ms\": 4100},"
    " \"requests\": 61, \"timeouts\": 1, \"failures\": 2,"
    " \"lock-waits\": 3, \"longest-wait-ns\": 26,"
    " \"longest-round-trip-ns\": 183250, \"last-failure\":"
    " {\"request\": \"IOTLB_MSG\", \"reason\": \"refused\","
    "  \"ms-ago\": 7310}}]";

static const char slots[] =
    "{\"pools\": [{\"name\": \"nics\", \"bus\": \"pci.0\", \"first\": 8,"
    " \"last\": 11, \"match\": \"network\", \"cursor\": 10, \"free\": 2}],"
    " \"port-pools\": [{\"name\": \"fast\", \"ports\": \"rp*\","
    "  \"match\": \"storage\", \"port\": \"rp2\", \"free\": 3}],"
    " \"ledger\": \"/l\", \"ledger-error\": \"disk full\","
    " \"entries\": ["
    " {\"id\": \"nic0\", \"bus\": \"pci.0\", \"slot\": 8,"
    "  \"pool\": \"nics\", \"live\": true},"
    " {\"id\": \"nic1\", \"bus\": \"pci.0\", \"slot\": 9,"
    "  \"function\": 1, \"pool\": \"nics\", \"live\": false}]}";

static const char postcopy[] =
    "{\"state\": \"paused\", \"policy\": \"pause\", \"held\": true,"
    " \"held-ms\": 1520, \"user-stopped\": false, \"vcpus\": ["
    " {\"cpu-index\": 0, \"thread-id\": 3134, \"state\": \"blocked\","
    "  \"blocked-ms\": 1521},"
    " {\"cpu-index\": 1, \"thread-id\": 3135, \"state\": \"stopped\"}],"
    " \"main-loop\": {\"blocked-ms\": 0}}";

static const char modules[] =
    "{\"version\": \"0.1.0\", \"host\": {\"found\": \"7.2.22\"},"
    " \"modules\": ["
    " {\"name\": \"unplug\", \"options\": {\"timeout\": \"15\"},"
    "  \"state\": \"active\"},"
    " {\"name\": \"postcopy\", \"options\": {}, \"state\": \"inert\","
    "  \"reason\": \"built for QEMU 7.2.21\"}]}";

static const char connectors[] =
    "[{\"index\": 268435464, \"type\": \"cpu\", \"state\": \"configured\","
    " \"path\": \"/machine/peripheral/core1\","
    " \"unplug-requested\": true}]";

/* One query: the words, what it is answered, the lines that come of it. */
typedef struct View {
    const char *word;
    const char *command;
    const char *answer;
    const char *text;
} View;

static const View views[] = {
    { "unplugs", "query-unplug-requests", "[]",
      "no unplug request is in flight\n" },
    { "unplugs", "query-unplug-requests", requests,
      "DEVICE                              TRANSPORT  STATE"
      "                  LISTENING  ATTEMPT     ELAPSED  DEADLINE"
      "   PROGRESS          CONNECTOR\n"
      "disk0                               pcie       seen"
      "                   yes              1       1.2 s  in 13.8 s"
      "  -                 -\n"
      "/machine/peripheral-anon/device[0]  papr       timed-out, cancelling"
      "  no               3  3 min 20 s  passed     ######.. 3/4 75%"
      "  0x80000001 lmb unusable\n" },
    { "failover", "query-failover", "[]", "there is no failover pair\n" },
    { "failover", "query-failover", pairs,
      "STANDBY  STATE       NEGOTIATED  PRIMARY  MIGRATION"
      "                          LAST\n"
      "net1     unplugging  yes         vf1      wait-unplug, until 7.0 s "
      "from now  aborted: busy, 5.1 s ago\n\n"
      "STANDBY  #  CANDIDATE  DRIVER    STATE    TRIED\n"
      "net1     0  vf0        vfio-pci  failed       2\n"
      "net1     1  vf1        e1000e    plugged      1\n"
      "vf0: no such host\n" },
    { "vhost-user", "query-vhost-user", "[]",
      "there is no vhost-user channel\n" },
    { "vhost-user", "query-vhost-user", channels,
      "CHARDEV  DEVICE  CONNECTED  IN-FLIGHT                  REQUESTS"
      "  TIMEOUTS  FAILURES  LOCK-WAITS  LONGEST-WAIT  LONGEST-TRIP"
      "  LAST-FAILURE\n"
      "chr0     net0    yes        GET_VRING_BASE, for 4.1 s        61"
      "         1         2           3         26 ns        183 us"
      "  IOTLB_MSG: refused, 7.3 s ago\n" },
    { "slots", "query-pci-slots", slots,
      "POOL  BUS    FIRST  LAST  MATCH    NEXT  FREE  MAP\n"
      "nics  pci.0  0x08   0x0b  network  0x0a     2  #+[.].\n\n"
      "POOL  PORTS  MATCH    LAST USED  FREE\n"
      "fast  rp*    storage  rp2           3\n\n"
      "DEVICE  BUS    SLOT  FUNCTION  POOL  LIVE\n"
      "nic0    pci.0  0x08  -         nics  yes\n"
      "nic1    pci.0  0x09  1         nics  no\n\n"
      "kept in /l, which is out of date: disk full\n" },
    { "postcopy", "query-postcopy", postcopy,
      "postcopy   paused\npolicy     pause\nguest      held for 1.5 s\n"
      "main loop  answers\n\n"
      "VCPU  THREAD  STATE    BLOCKED FOR\n"
      "   0    3134  blocked  1.5 s\n"
      "   1    3135  stopped  -\n" },
    { "modules", "query-annex", modules,
      "Annex 0.1.0 in QEMU 7.2.22\n"
      "MODULE    STATE   OPTIONS     REASON\n"
      "unplug    active  timeout=15  -\n"
      "postcopy  inert   -           built for QEMU 7.2.21\n" },
    { "connectors", "query-papr-connectors", connectors,
      "INDEX       TYPE  STATE       UNPLUG     PATH\n"
      "0x10000008  cpu   configured  requested  /machine/peripheral/core1\n" },
};

static void view(gconstpointer data)
{
    const View *v = data;
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    g_autoptr(CtlRun) text = NULL, json = NULL;
    g_autoptr(JsonNode) printed = NULL, wanted = NULL;

    fake_qmp_answer(fake, v->command, v->answer);
    fake_qmp_start(fake);
    text = ctl_run(fake_qmp_path(fake), "--ascii", v->word, NULL);
    g_assert_cmpstr(text->out, ==, v->text);
    g_assert_cmpint(text->status, ==, 0);

    json = ctl_run(fake_qmp_path(fake), v->word, "--json", NULL);
    printed = json_from_string(json->out, NULL);
    wanted = json_from_string(v->answer, NULL);
    g_assert_nonnull(printed);
    g_assert_true(json_node_equal(printed, wanted));
}

/* ---------------------------------------------------- a module is missing */

static void missing(gconstpointer data)
{
    const View *v = data;
    g_autoptr(FakeQmp) stock = fake_qmp_new(), annex = fake_qmp_new();

    fake_qmp_start(stock);
    ctl_expect(5, "no other module of Annex is", fake_qmp_path(stock),
               v->word, NULL);
    fake_qmp_answer(annex, "query-annex", "{\"version\": \"0\", \"modules\":"
                    " [{\"name\": \"elsewhere\", \"state\": \"active\"}]}");
    fake_qmp_start(annex);
    if (!g_str_equal(v->word, "modules")) {
        ctl_expect(5, "which has annex-elsewhere", fake_qmp_path(annex),
                   v->word, "--watch", NULL);
    }
}

/* There, and yet without the command. */
static void inert(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_answer(fake, "query-annex", modules);
    fake_qmp_start(fake);
    ctl_expect(5, "annex-postcopy is loaded, but inert: built for QEMU "
               "7.2.21", fake_qmp_path(fake), "postcopy", NULL);
    ctl_expect(5, "annex-unplug is loaded, but has no query-unplug-requests: "
               "it is of Annex 0.1.0", fake_qmp_path(fake), "unplugs", NULL);
}

/* -------------------------------------------------------------- commands */

static void cancel(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "device-unplug-cancel",
                    "{\"outcome\": \"undone\", \"pending\": true}");
    fake_qmp_error(fake, "device-unplug-cancel", "DeviceNotFound",
                   "Device 'x' not found");
    fake_qmp_start(fake);
    ctl_expect(0, "disk0: undone, when the guest has done its part", path,
               "cancel", "disk0", NULL);
    g_assert_true(fake_qmp_heard(fake, "\"arguments\":{\"id\":\"disk0\"}"));
    ctl_expect(1, ": Device 'x' not found", path, "cancel", "/machine/x",
               NULL);
    g_assert_true(fake_qmp_heard(fake,
                                 "\"arguments\":{\"path\":\"/machine/x\"}"));
}

#define DONE(outcome, present)                                          \
    "{\"event\": \"DEVICE_UNPLUG_DONE\", \"data\": {\"device\":"        \
    " \"disk0\", \"path\": \"/p\", \"outcome\": \"" outcome "\","       \
    " \"present\": " present "}}\r\n"

static void retry(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "device_del", "{}");
    fake_qmp_answer(fake, "device-unplug", "{}");
    fake_qmp_start(fake);
    ctl_expect(0, "disk0: the guest is asked", path, "retry", "disk0", NULL);
    ctl_expect(0, NULL, path, "retry", "--deadline", "2.5", "disk0", NULL);
    g_assert_true(fake_qmp_heard(fake, "\"timeout\":2.5"));
    ctl_expect(2, "--deadline", path, "retry", "--deadline", "-3", "disk0",
               NULL);
    /* Nothing would ever end the wait. */
    ctl_expect(5, "annex-unplug", path, "retry", "--wait", "disk0", NULL);
}

/* The end of another request is not this one's. */
static void retry_and_wait(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "device_del", "{}");
    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_answer(fake, "query-unplug-requests", requests);
    fake_qmp_after(fake, "query-unplug-requests",
                   "{\"event\": \"DEVICE_UNPLUG_DONE\", \"data\":"
                   " {\"device\": \"disk1\", \"present\": true}}\r\n"
                   DONE("late", "false"));
    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_start(fake);
    ctl_expect(0, "outcome=late", path, "retry", "--wait", "disk0", NULL);
    /* QEMU has removed it by itself: there is no request, and no end. */
    ctl_expect(0, "the guest is asked", path, "retry", "--wait", "disk0",
               NULL);
}

static void wait_refused(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_answer(fake, "device_del", "{}");
    fake_qmp_after(fake, "device_del", DONE("refused", "true"));
    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_start(fake);
    ctl_expect(1, "disk0 is still there: the request ended as 'refused'",
               fake_qmp_path(fake), "retry", "--wait", "disk0", NULL);
}

static void failover_by_hand(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "failover-unplug", "{}");
    fake_qmp_answer(fake, "failover-plug", "{}");
    fake_qmp_start(fake);
    ctl_expect(0, NULL, path, "failover", "unplug", "net1", NULL);
    g_assert_true(fake_qmp_heard(fake, "{\"standby\":\"net1\"}"));
    ctl_expect(0, NULL, path, "failover", "plug", "net1", "vf1", NULL);
    g_assert_true(fake_qmp_heard(fake,
                                 "{\"standby\":\"net1\",\"id\":\"vf1\"}"));
    ctl_expect(2, "failover takes", path, "failover", "unplug", NULL);
    ctl_expect(2, "failover takes", path, "failover", "juggle", "net1",
               NULL);
}

/* The commands that have to work while the main loop does not. */
static void out_of_band(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new(), old = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "query-postcopy", postcopy);
    fake_qmp_answer(fake, "query-vhost-user", channels);
    fake_qmp_answer(fake, "postcopy-unwedge", "{}");
    fake_qmp_answer(fake, "postcopy-set-policy", "{}");
    fake_qmp_block(fake);
    fake_qmp_start(fake);
    ctl_expect(0, "held for 1.5 s", path, "postcopy", NULL);
    ctl_expect(0, NULL, path, "postcopy", "unwedge", NULL);
    ctl_expect(0, "GET_VRING_BASE", path, "vhost-user", NULL);
    ctl_expect(4, "no answer to postcopy-set-policy within 3.0 s: its main "
               "loop is blocked", path, "-t", "3", "postcopy", "policy",
               "run", NULL);

    /* In a monitor that cannot, as other commands. */
    fake_qmp_answer(old, "query-postcopy", postcopy);
    fake_qmp_without_oob(old);
    fake_qmp_start(old);
    ctl_expect(0, "held for 1.5 s", fake_qmp_path(old), "postcopy", NULL);
    g_assert_false(fake_qmp_heard(old, "oob"));
}

static void ledger(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);
    g_autofree char *file = g_strconcat(path, ".ledger", NULL);

    fake_qmp_answer(fake, "pci-slots-export", "{\"version\": 1}");
    fake_qmp_answer(fake, "pci-slots-load", "{}");
    fake_qmp_start(fake);
    ctl_expect(0, "\"version\": 1", path, "slots", "export", NULL);
    ctl_expect(0, NULL, path, "slots", "export", file, NULL);
    ctl_expect(0, NULL, path, "slots", "load", file, NULL);
    g_assert_true(fake_qmp_heard(fake, "{\"ledger\":{\"version\":1}}"));
    ctl_expect(6, "/nonexistent/x", path, "slots", "export",
               "/nonexistent/x", NULL);
    ctl_expect(6, "/nonexistent: No such file", path, "slots", "load",
               "/nonexistent", NULL);
    g_assert_true(g_file_set_contents(file, "{\"version\"", -1, NULL));
    ctl_expect(6, "not a ledger", path, "slots", "load", file, NULL);
    g_unlink(file);
}

static void usage(void)
{
    ctl_expect(2, "no command", NULL, NULL);
    ctl_expect(2, "there is no command 'x\\n'", NULL, "x\n", NULL);
    ctl_expect(2, "which QEMU?", NULL, "unplugs", NULL);
    ctl_expect(2, "usage: annexctl cancel DEVICE", "/s", "cancel", NULL);
    ctl_expect(2, "usage: annexctl retry DEVICE", "/s", "retry", "a", "b",
               NULL);
    ctl_expect(2, "--no-such", "/s", "unplugs", "--no-such", NULL);
    ctl_expect(2, "--interval", "/s", "unplugs", "-w", "-i", "0", NULL);
    ctl_expect(2, "--until-idle", "/s", "unplugs", "--until-idle", NULL);
    ctl_expect(2, "--timeout", "/s", "unplugs", "-t", "-1", NULL);
    ctl_expect(2, "slots takes", "/s", "slots", "eat", NULL);
    ctl_expect(2, "postcopy takes", "/s", "postcopy", "policy", NULL);
    ctl_expect(0, "Exit status:", NULL, "unplugs", "--help", NULL);
    ctl_expect(0, "annexctl ", NULL, "--version", NULL);
}

static void from_environment(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();

    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_start(fake);
    g_setenv("ANNEXCTL_SOCKET", fake_qmp_path(fake), true);
    ctl_expect(0, "no unplug request", NULL, "unplugs", NULL);
    g_unsetenv("ANNEXCTL_SOCKET");
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);
    ctl_init(argv[1]);
    for (i = 0; i < G_N_ELEMENTS(views); i++) {
        g_autofree char *path = g_strdup_printf("/ctl/view/%s/%u",
                                                views[i].word, i);
        g_autofree char *gone = g_strdup_printf("/ctl/missing/%s/%u",
                                                views[i].word, i);

        g_test_add_data_func(path, &views[i], view);
        g_test_add_data_func(gone, &views[i], missing);
    }
    g_test_add_func("/ctl/inert", inert);
    g_test_add_func("/ctl/cancel", cancel);
    g_test_add_func("/ctl/retry", retry);
    g_test_add_func("/ctl/retry-and-wait", retry_and_wait);
    g_test_add_func("/ctl/wait-refused", wait_refused);
    g_test_add_func("/ctl/failover-by-hand", failover_by_hand);
    g_test_add_func("/ctl/out-of-band", out_of_band);
    g_test_add_func("/ctl/ledger", ledger);
    g_test_add_func("/ctl/usage", usage);
    g_test_add_func("/ctl/from-environment", from_environment);
    return g_test_run();
}
