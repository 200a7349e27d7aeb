/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A failover pair at a switch, whose Linux guest goes from VM to VM. */
#include "failover-lab.h"

#include <string.h>
#include "failure.h"

/* How much later than its bound a migration may end. */
#define LATE_MS 10000

/* Nobody reads the stream of a migration that will be aborted. */
#define NOWHERE "exec:cat > /dev/null"

bool lab_is_long(void)
{
    return g_getenv("ANNEX_FAILOVER_LONG") != NULL;
}

gint64 lab_now_us(void)
{
    return g_get_monotonic_time();
}

Lab *lab_new(const FailoverSetup *setup)
{
    Lab *lab = g_new0(Lab, 1);

    lab->setup = setup;
    lab->primary = LAB_PRIMARY;
    lab->peer = failover_peer_new();
    return lab;
}

void lab_free(Lab *lab)
{
    test_vm_quit(lab->vm);
    test_vm_free(lab->vm);
    failover_peer_free(lab->peer);
    g_free(lab);
}

TestVm *lab_vm(Lab *lab, const char *name, const char *args)
{
    TestVm *vm = test_vm_new(name);
    g_autofree char *standby = failover_peer_port(lab->peer, vm->dir, "n0");
    g_autofree char *primary = failover_peer_port(lab->peer, vm->dir, "n1");

    test_vm_args(vm, "%s -netdev %s -netdev %s"
                 " -device pcie-root-port,id=rps,chassis=1,slot=1"
                 " -device pcie-root-port,id=rpp,chassis=2,slot=2"
                 " -device virtio-net-pci,id=net1,netdev=n0,bus=rps,"
                 "mac=" FAILOVER_MAC " %s %s",
                 lab->setup->args ? lab->setup->args : "", standby, primary,
                 lab->primary, args ? args : "");
    test_vm_plugin(vm, "failover", lab->options);
    test_vm_migrates(vm);
    test_vm_guest(vm, "q35");
    test_vm_guest_append(vm, "annex.modules=e1000e,virtio_pci,virtio_net");
    if (lab->append) {
        test_vm_guest_append(vm, lab->append);
    }
    return vm;
}

/* A ping that cannot be sent ends the program. */
void lab_ping(Lab *lab)
{
    guest_start(lab->vm->guest, "while :; do ping -i 0.1 10.0.2.2;"
                " usleep 100000; done");
}

void lab_start(Lab *lab)
{
    lab->vm = lab_vm(lab, "here", NULL);
    failover_start(lab->vm);
    lab_ping(lab);
    failover_traffic(lab->vm, true);
}

void lab_use_again(Lab *lab)
{
    guest_wait_ready(lab->vm->guest, 0);
    failover_wait(lab->vm, "plugged");
    failover_configure(lab->vm);
    lab_ping(lab);
    failover_traffic(lab->vm, true);
}

TestVm *lab_destination(Lab *lab, const char *args)
{
    TestVm *there = lab_vm(lab, "there", args);

    test_vm_args(there, "-incoming %s", failover_uri(there));
    test_vm_start(there);
    return there;
}

void lab_moved(Lab *lab, TestVm *there)
{
    test_vm_quit(lab->vm);
    test_vm_free(lab->vm);
    lab->vm = there;
}

void lab_migrates(Lab *lab)
{
    TestVm *there = lab_destination(lab, NULL);

    qmp_forget_events(lab->vm->qmp);
    failover_migrate(lab->vm, there);
    failover_wait(lab->vm, "unplugged-for-migration");
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "completed");
    failover_wait(there, "plugged");
    lab_moved(lab, there);
}

static void expect_gaps(Lab *lab, gint64 since_us, int gap_ms)
{
    FailoverGaps gaps = failover_peer_gaps(lab->peer, since_us);
    g_autofree char *log = NULL;

    g_test_message("%d ms: longest gap out %d ms, in %d ms",
                   (int)((lab_now_us() - since_us) / 1000), gaps.out_ms,
                   gaps.in_ms);
    if (gaps.out_ms > gap_ms || gaps.in_ms > gap_ms) {
        log = failover_peer_log(lab->peer, since_us);
        test_fail("longer than %d ms: %s", gap_ms, log);
    }
}

/* Each VM has two ports, the second of them for the primary. */
static bool is_at(Lab *lab, bool by_primary)
{
    return failover_peer_where(lab->peer) % 2 == by_primary;
}

/*
 * The guest may send by the standby for a while after it has a primary, and
 * either sends for itself now and then (IPv6).
 */
static void wait_at(Lab *lab, bool by_primary)
{
    gint64 end_us = test_deadline_us(0);

    while (!is_at(lab, by_primary)) {
        if (!test_ms_until(end_us)) {
            test_fail("the guest does not send by the %s",
                      by_primary ? "primary" : "standby");
        }
        g_usleep(20000);
    }
}

static void watch(Lab *lab, gint64 since_us, bool by_primary, int gap_ms,
                  int for_s)
{
    failover_traffic(lab->vm, by_primary);
    wait_at(lab, by_primary);
    guest_run(lab->vm->guest, NULL, for_s * 1000 + TEST_DEADLINE_MS,
              "sleep %d", for_s);
    expect_gaps(lab, since_us, gap_ms);
    wait_at(lab, by_primary);
}

void lab_flows(Lab *lab, gint64 since_us, bool by_primary, int gap_ms)
{
    watch(lab, since_us, by_primary, gap_ms, 1);
}

void lab_watch(Lab *lab, gint64 since_us, bool by_primary, int gap_ms)
{
    watch(lab, since_us, by_primary, gap_ms, lab_is_long() ? 60 : 6);
}

void lab_expect_silence(Lab *lab, gint64 since_us)
{
    g_autofree char *log = failover_peer_log(lab->peer, since_us);

    g_assert_cmpstr(log, ==, "");
}

/*
 * Attention Button Pressed Enable in Slot Control of port 0000:00:02.0,
 * whose PCI Express capability is at 0x54.
 */
static void mask_button(Lab *lab, bool masked)
{
    guest_ok(lab->vm->guest, "c=/sys/bus/pci/devices/0000:00:02.0/config;"
             " v=$(hexdump -v -s 108 -n 1 -e '1/1 \"%%u\"' $c);"
             " v=$((%s)); printf \"\\\\x$(printf %%x $v)\" |"
             " dd of=$c bs=1 seek=108 conv=notrunc",
             masked ? "v & ~1" : "v | 1");
}

void lab_mask(Lab *lab, bool masked)
{
    if (lab->setup->native) {
        mask_button(lab, masked);
    } else {
        guest_ok(lab->vm->guest, "echo %s > "
                 "/sys/firmware/acpi/interrupts/gpe01",
                 masked ? "mask" : "unmask");
    }
}

static void expect_last(Lab *lab, const char *reason)
{
    JsonObject *pair = failover_query(lab->vm), *last;

    g_assert_cmpstr(json_object_get_string_member(pair, "state"), ==,
                    "plugged");
    g_assert_cmpstr(json_object_get_string_member(pair, "primary"), ==,
                    "prim0");
    last = json_object_get_object_member(pair, "last");
    g_assert_cmpstr(json_object_get_string_member(last, "outcome"), ==,
                    "aborted");
    g_assert_cmpstr(json_object_get_string_member(last, "reason"), ==,
                    reason);
    g_assert_true(qmp_has_device(lab->vm->qmp, "prim0"));
}

void lab_aborts(Lab *lab, const char *reason)
{
    QmpClient *qmp = lab->vm->qmp;
    gint64 since_us = lab_now_us();
    const QmpEvent *e;
    int took_ms;

    qmp_forget_events(qmp);
    qmp_ok(qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true}]}");
    qmp_ok(qmp, "migrate", "{'uri': %s}", NOWHERE);
    e = qmp_wait_event(qmp, "FAILOVER_UNPLUG_TIMEOUT", 0, QMP_ANY);
    g_assert_cmpstr(json_object_get_string_member(e->data, "reason"), ==,
                    reason);
    g_assert_cmpstr(json_object_get_string_member(e->data, "action"), ==,
                    "abort");
    g_assert_cmpstr(failover_migration_end(lab->vm), ==, "cancelled");
    took_ms = (lab_now_us() - since_us) / 1000;
    g_test_message("%s: cancelled after %d ms", reason, took_ms);
    g_assert_cmpint(took_ms, >=, lab->timeout_ms);
    g_assert_cmpint(took_ms, <=, lab->timeout_ms + LATE_MS);
    expect_last(lab, reason);
}

typedef struct Case {
    void (*fn)(Lab *lab);
    const FailoverSetup *setup;
} Case;

static void run(gconstpointer data)
{
    const Case *c = data;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    c->fn(lab_new(c->setup));
}

void lab_add(const char *group, const char *name, void (*fn)(Lab *lab),
             const char *only_setup)
{
    const FailoverSetup *setup;

    for (setup = failover_setups; setup->name; setup++) {
        g_autofree char *path = g_strdup_printf("/%s/%s/%s", group,
                                                setup->name, name);
        Case *c;

        if (!only_setup || !strcmp(only_setup, setup->name)) {
            c = g_new(Case, 1);
            *c = (Case){ fn, setup };
            g_test_add_data_func_full(path, c, run, g_free);
        }
    }
}
