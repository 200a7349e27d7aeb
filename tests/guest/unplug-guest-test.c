/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real Linux guests: all cases on all transports. */
#include "unplug-cases.h"
#include "unplug-expect.h"

/* Deadlines that matter are given with the request. */
#define OPTIONS "timeout=120"

static const UnplugCase *const lists[] = {
    unplug_basic_cases, unplug_repeat_cases, unplug_refuse_cases,
    unplug_cancel_cases, unplug_reset_cases, unplug_stock_cases,
};

typedef struct Test {
    const UnplugSetup *setup;
    const UnplugCase *what;
} Test;

/* Boots are shared between cases, as long as devices are left. */
static UnplugGuest *current;

static bool is_fit(UnplugGuest *g, const Test *t)
{
    if (g->setup != t->setup || g->stock != t->what->stock) {
        return false;
    }
    if (t->what->alone && g->setup->kind == UNPLUG_KIND_CPU) {
        return g->taken == 0;
    }
    return g->taken + MAX(t->what->devices, 1) <= g->setup->devices;
}

static UnplugGuest *get_guest(const Test *t)
{
    if (current && !is_fit(current, t)) {
        g_clear_pointer(&current, unplug_guest_stop);
    }
    if (!current) {
        current = unplug_guest_start(t->setup,
                                     t->what->stock ? NULL : OPTIONS);
    }
    return current;
}

static void run(gconstpointer data)
{
    const Test *t = data;
    UnplugGuest *g;

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    g = get_guest(t);
    t->what->run(g);
    unplug_guest_settle(g);
    if (!g->stock) {
        expect_no_requests(g);
        expect_quiet(g);
    }
    qmp_forget_events(g->vm->qmp);
}

/* What cannot be unplugged is refused in the host's own words. */
static void not_hotpluggable(void)
{
    static const char *const ids[] = { "isa0", "rp0", "disk0", "nope",
                                       "/machine/unattached" };
    TestVm *vm[2];
    unsigned i;

    for (i = 0; i < 2; i++) {
        vm[i] = test_vm_new(i ? "stock" : "annex");
        test_vm_args(vm[i], "-machine q35 -device isa-debug-exit,id=isa0"
                     " -device pcie-root-port,id=rp0,hotplug=off,chassis=1"
                     " -device virtio-rng-pci,id=disk0,bus=rp0");
        if (!i) {
            test_vm_plugin(vm[i], "unplug", NULL);
        }
        test_vm_halt_rom(vm[i]);
        test_vm_start(vm[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        const QmpReply *ours = qmp_execute(vm[0]->qmp, "device_del",
                                           "{'id': %s}", ids[i]);
        const QmpReply *theirs = qmp_execute(vm[1]->qmp, "device_del",
                                             "{'id': %s}", ids[i]);

        g_test_message("device_del %s: %s", ids[i], theirs->error_desc);
        g_assert_nonnull(theirs->error_desc);
        g_assert_cmpstr(ours->error_desc, ==, theirs->error_desc);
        g_assert_cmpstr(ours->error_class, ==, theirs->error_class);
        g_assert_cmpstr(qmp_hmp(vm[0]->qmp, "device_del %s", ids[i]), ==,
                        qmp_hmp(vm[1]->qmp, "device_del %s", ids[i]));
    }
    for (i = 0; i < 2; i++) {
        test_vm_quit(vm[i]);
        test_vm_free(vm[i]);
    }
}

static void add(const UnplugSetup *setup, const UnplugCase *what)
{
    g_autofree char *path = g_strdup_printf("/unplug-guest/%s/%s",
                                            setup->name, what->name);
    Test *t = g_new(Test, 1);

    *t = (Test){ setup, what };
    g_test_add_data_func_full(path, t, run, g_free);
}

int main(int argc, char **argv)
{
    const UnplugSetup *setup;
    const UnplugCase *what;
    unsigned i;
    int status;

    g_test_init(&argc, &argv, NULL);
    for (setup = unplug_setups; setup->name; setup++) {
        for (i = 0; i < G_N_ELEMENTS(lists); i++) {
            for (what = lists[i]; what->name; what++) {
                if (!what->applies || what->applies(setup)) {
                    add(setup, what);
                }
            }
        }
    }
    g_test_add_func("/unplug-guest/host/not-hotpluggable", not_hotpluggable);
    status = g_test_run();
    g_clear_pointer(&current, unplug_guest_stop);
    return status;
}
