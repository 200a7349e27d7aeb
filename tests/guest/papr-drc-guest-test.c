/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug from real pseries guests: all cases, on stock and with the module. */
#include "papr-cases.h"
#include "papr-expect.h"

/* Deadlines that matter are given with the request. */
#define OPTIONS "timeout=120"

static const PaprCase *const lists[] = {
    [PAPR_CORE] = papr_core_cases, [PAPR_DIMM] = papr_dimm_cases,
    [PAPR_DISK] = papr_disk_cases, [PAPR_BRIDGED] = papr_bridged_cases,
    [PAPR_PHB] = papr_phb_cases,
};

typedef struct Test {
    PaprKind kind;
    const PaprCase *what;
    bool stock;
} Test;

/* Boots are shared between cases. */
static PaprGuest *current;

static const char *options(const Test *t)
{
    return t->stock ? NULL : OPTIONS;
}

static bool is_fit(const PaprGuest *g, const Test *t)
{
    return g->kind == t->kind && g->stock == t->stock && !t->what->start &&
           !(g->listens && t->what->deaf);
}

static PaprGuest *get_guest(const Test *t)
{
    if (current && !is_fit(current, t)) {
        g_clear_pointer(&current, papr_guest_stop);
    }
    if (!current) {
        current = papr_guest_start(t->kind, options(t));
    }
    if (!t->what->deaf && t->kind >= PAPR_DISK) {
        papr_listen(current);
    }
    return current;
}

static void run(gconstpointer data)
{
    const Test *t = data;
    PaprGuest *g;

    if (!test_host_has_guest("ppc64")) {
        g_test_skip("ANNEX_GUEST_DIR_PPC64 is not set");
        return;
    }
    if (t->what->start) {
        t->what->start(t->kind, options(t));
        return;
    }
    g = get_guest(t);
    t->what->run(g);
    expect_idle(g);
    qmp_forget_events(g->vm->qmp);
}

void papr_unconfigured(PaprGuest *g)
{
    PaprDevice *d;

    qmp_ok(g->vm->qmp, "stop", QMP_ANY);
    d = papr_plug_spare(g);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_idle(g);
}

void papr_before_boot(PaprKind kind, const char *options)
{
    PaprGuest *g = papr_guest_new(kind, options, 1);
    PaprDevice *d = papr_take_cold(g);

    test_vm_args(g->vm, "-S");
    test_vm_start(g->vm);
    papr_request(d, 60000);
    qmp_ok(g->vm->qmp, "cont", QMP_ANY);
    expect_removed(d, "reset", 1);
    guest_wait_ready(g->vm->guest, 0);
    expect_idle(g);
    papr_guest_stop(g);
}

static void add(PaprKind kind, const PaprCase *what, bool stock)
{
    g_autofree char *path =
        g_strdup_printf("/papr-drc-guest/%s/%s%s", papr_kind_name(kind),
                        what->name, stock ? "-stock" : "");
    Test *t = g_new(Test, 1);

    *t = (Test){ kind, what, stock };
    g_test_add_data_func_full(path, t, run, g_free);
}

static void add_all(PaprKind kind, bool stock)
{
    const PaprCase *what;

    for (what = lists[kind]; what->name; what++) {
        if ((!what->removes || papr_host_removes_cores()) &&
            !(what->module && stock)) {
            add(kind, what, stock);
        }
    }
}

int main(int argc, char **argv)
{
    PaprKind kind;
    int status;

    g_test_init(&argc, &argv, NULL);
    for (kind = PAPR_CORE; kind <= PAPR_PHB; kind++) {
        add_all(kind, true);
        add_all(kind, false);
    }
    status = g_test_run();
    g_clear_pointer(&current, papr_guest_stop);
    return status;
}
