/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demonstration's steps, and what each claims. */
#include <string.h>
#include "demo.h"

#define HOLD "/sys/module/annex_hold/parameters/"
#define OST_BUSY 0x82

static bool has(DemoSide *side, const char *id)
{
    return qmp_has_device(side->vm->qmp, id);
}

static bool guest_has(DemoSide *side, const char *condition)
{
    return guest_run(side->vm->guest, NULL, 0, "%s", condition) == 0;
}

/* Whether @e's member is that text. */
static bool says(const QmpEvent *e, const char *member, const char *text)
{
    return e && !strcmp(json_object_get_string_member(e->data, member), text);
}

/* "@what, N ms", or that it has not come. */
static char *after(const DemoSide *side, const QmpEvent *e, const char *what)
{
    return e ? g_strdup_printf("%s, %.0f ms", what, demo_ms(side, e))
             : g_strdup_printf("no %s", what);
}

/* The firmware's own code, which stock passes on as it is. */
static char *stock_refusal(const DemoSide *side, const char *id)
{
    const QmpEvent *e =
        qmp_find_event(side->vm->qmp, "ACPI_DEVICE_OST",
                       "{'info': {'device': %s, 'source': 3, 'status': %d}}",
                       id, OST_BUSY);

    return after(side, e, "ACPI status only");
}

/* Both sides, for a device that the guest refuses to give back. */
static void refused(Demo *d, const char *id, const char *row)
{
    const QmpEvent *error, *done;

    demo_ask(d, "device_del", id);
    done = demo_wait(&d->annex, "DEVICE_UNPLUG_DONE", id);
    demo_listen(d, DEMO_QUIET_MS);
    demo_tell_guest(d, "Offline failed");
    demo_tell(&d->stock);
    demo_tell_silence(&d->stock, "firmware codes, no error event");
    demo_tell(&d->annex);

    error = demo_find(&d->annex, "DEVICE_UNPLUG_ERROR", id);
    demo_claim(says(error, "reason", "guest-refused") &&
               json_object_get_int_member(error->data, "code") == OST_BUSY,
               "Annex reports the refusal");
    demo_claim(demo_find(&d->annex, "DEVICE_UNPLUG_GUEST_ERROR", id),
               "Annex sends the stock error event that libvirt knows");
    demo_claim(says(done, "outcome", "refused"),
               "Annex says that the request has ended");
    demo_claim(!demo_count(&d->stock, "DEVICE_UNPLUG_GUEST_ERROR"),
               "stock sends no error event");
    demo_claim(has(&d->stock, id) && has(&d->annex, id),
               "the device is still there");
    demo_print_row(row, stock_refusal(&d->stock, id),
                   after(&d->annex, error, "DEVICE_UNPLUG_ERROR"));
}

static void cpu_retry(Demo *d)
{
    const char *gone = "test ! -e /sys/devices/system/cpu/cpu1/online";
    const QmpEvent *done, *deleted;

    demo_begin(d, "The same CPU, asked for again",
               "Now the driver lets it go.  A refusal has changed nothing: a "
               "new request is a new chance.");
    demo_both(d, "echo 0 > " HOLD "cpu_busy");
    demo_ask(d, "device_del", "cpu1");
    done = demo_wait(&d->annex, "DEVICE_UNPLUG_DONE", "cpu1");
    deleted = demo_wait(&d->stock, "DEVICE_DELETED", NULL);
    demo_tell_guest(d, "processor|cpu|CPU");
    demo_tell(&d->stock);
    demo_tell(&d->annex);
    demo_claim(says(done, "outcome", "deleted"), "Annex says deleted");
    demo_claim(guest_has(&d->annex, gone) && guest_has(&d->stock, gone),
               "the guests have let the CPU go");
    demo_print_row("CPU: asked again, goes",
                   after(&d->stock, deleted, "DEVICE_DELETED"),
                   after(&d->annex, done, "DONE, deleted"));
}

void demo_cpu(Demo *d)
{
    demo_begin(d, "A CPU that the guest needs (ACPI)",
               "A driver in the guest does not let the CPU go offline, so "
               "its kernel answers the request with \"busy\".");
    demo_both(d, "echo 1 > /sys/devices/system/cpu/cpu1/online");
    demo_both(d, "echo 1 > " HOLD "cpu_busy");
    refused(d, "cpu1", "CPU: the guest refuses");
    cpu_retry(d);
}

static void held(Demo *d)
{
    const QmpEvent *e;
    const QmpReply *list;
    g_autofree char *never = NULL;

    demo_ask(d, "device_del", "disk0");
    e = demo_wait(&d->annex, "DEVICE_NOT_DELETED", "disk0");
    demo_tell_guest(d, "annex-hold: re|pciehp");
    demo_tell(&d->stock);
    demo_tell_silence(&d->stock, "");
    never = g_strdup_printf("nothing for %.1f s",
                            (g_get_monotonic_time() - d->stock.asked_us) /
                            1e6);
    demo_claim(d->stock.told == 0, "stock says nothing");
    demo_tell(&d->annex);
    demo_claim(e != NULL, "Annex reports that the deadline has passed");
    demo_print_row("Disk: its driver holds it", g_steal_pointer(&never),
                   after(&d->annex, e, "DEVICE_NOT_DELETED"));

    list = demo_ask(d, "query-unplug-requests", NULL);
    demo_claim(list->ret && JSON_NODE_HOLDS_ARRAY(list->ret) &&
               json_array_get_length(json_node_get_array(list->ret)) == 1,
               "Annex lists the request");
}

static void released(Demo *d)
{
    const QmpEvent *deleted, *done;

    demo_print(DEMO_GUEST, "the driver lets go");
    d->stock.asked_us = d->annex.asked_us = g_get_monotonic_time();
    demo_both(d, "annex_release");
    done = demo_wait(&d->annex, "DEVICE_UNPLUG_DONE", "disk0");
    deleted = demo_wait(&d->stock, "DEVICE_DELETED", "disk0");
    demo_tell_guest(d, "annex-hold: re|pciehp");
    demo_tell(&d->stock);
    demo_tell(&d->annex);
    demo_claim(says(done, "outcome", "late"), "Annex says late");
    demo_claim(deleted != NULL, "stock reports the removal");
    demo_claim(!has(&d->stock, "disk0") && !has(&d->annex, "disk0"),
               "the disks are gone");
    demo_print_row("Disk: lets go at last",
                   after(&d->stock, deleted, "DEVICE_DELETED"),
                   after(&d->annex, done, "DONE, late"));
}

void demo_held_disk(Demo *d)
{
    DemoSide *side = &d->annex;
    const char *find = "basename $(readlink -f $(dirname $(grep -lx disk0 "
                       "/sys/block/*/serial))/device/..)";

    demo_begin(d, "A disk whose driver does not let go (PCI Express)",
               "The guest takes the request, blinks for five seconds, as PCI "
               "Express wants it, and is then stuck in the driver.");
    for (; side; side = side == &d->annex ? &d->stock : NULL) {
        g_autofree char *command = g_strdup_printf("annex_hold $(%s)", find);

        guest_ok(side->vm->guest, "%s", command);
    }
    held(d);
    released(d);
}

/* All of the disk, not what the guest still has in its memory. */
static bool is_readable(DemoSide *side)
{
    const char *sum;

    if (guest_run(side->vm->guest, &sum, 0, "echo 3 > "
                  "/proc/sys/vm/drop_caches; f=$(grep -lx disk1 "
                  "/sys/block/*/serial) && md5sum < "
                  "/dev/$(basename $(dirname $f))")) {
        return false;
    }
    return g_str_has_prefix(sum, demo_checksum);
}

/* Until Annex has seen the indicator blink. */
static bool wait_blink(DemoSide *side)
{
    const char *state = "";
    unsigned i;

    for (i = 0; i < 1000 && strcmp(state, "seen"); i++) {
        JsonArray *list = qmp_ok_array(side->vm->qmp,
                                       "query-unplug-requests", QMP_ANY);

        g_usleep(2000);
        state = json_array_get_length(list)
                ? json_object_get_string_member(
                      json_array_get_object_element(list, 0), "state") : "";
    }
    return !strcmp(state, "seen");
}

void demo_cancel(Demo *d)
{
    const QmpEvent *done, *deleted;
    bool works;

    demo_begin(d, "A removal called back (PCI Express)",
               "A disk is asked for, and a second later, while the power "
               "indicator of its slot still blinks, it is to stay.");
    demo_claim(is_readable(&d->stock) && is_readable(&d->annex),
               "the disks can be read");
    demo_ask(d, "device_del", "disk1");
    demo_claim(wait_blink(&d->annex), "the indicator blinks");
    demo_listen(d, 1000);
    demo_print(DEMO_ASKED, "%.1f s later:",
               (g_get_monotonic_time() - d->annex.asked_us) / 1e6);
    demo_ask(d, "device-unplug-cancel", "disk1");
    done = demo_wait(&d->annex, "DEVICE_UNPLUG_DONE", "disk1");
    deleted = demo_wait(&d->stock, "DEVICE_DELETED", "disk1");
    demo_tell_guest(d, "pciehp");
    demo_tell(&d->stock);
    demo_tell(&d->annex);
    works = is_readable(&d->annex);
    demo_print(DEMO_STOCK, "the disk is %s", has(&d->stock, "disk1")
               ? "still there" : "gone");
    demo_print(DEMO_ANNEX, "the disk is %s", works
               ? "still there; the guest has read and checked all of it"
               : "not readable");
    demo_claim(deleted && !has(&d->stock, "disk1"),
               "stock cannot call a request back");
    demo_claim(says(done, "outcome", "aborted"), "Annex says aborted");
    demo_claim(works && has(&d->annex, "disk1"), "the disk works");
    demo_print_row("Disk: it is to stay", after(&d->stock, deleted, "gone"),
                   after(&d->annex, done, "DONE, aborted"));
}

void demo_memory(Demo *d)
{
    demo_begin(d, "Memory that is in use (ACPI)",
               "A driver in the guest does not let the memory go offline.");
    demo_both(d, "echo online_movable > "
              "/sys/devices/system/memory/memory32/state");
    demo_both(d, "echo 1 > " HOLD "memory_busy");
    refused(d, "dimm0", "Memory: the guest refuses");
}
