/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RTAS calls at random: good ones, nearly good ones, and others. */
#include "papr-fuzz.h"

#include <string.h>

unsigned fuzz_below(Fuzz *f, unsigned n)
{
    return g_rand_int_range(f->rand, 0, n);
}

bool fuzz_percent(Fuzz *f, unsigned p)
{
    return fuzz_below(f, 100) < p;
}

/* ---------------------------------------------------------------- the calls */

/*
 * Where the guest has its work areas: in memory, in DIMMs that may be gone,
 * across the ends of memory, where there is nothing, where devices are.
 */
static const uint64_t nasty[] = {
    8, 0x200001, 0x2ffffe, 0x1ffff000, 0x1fffffc0, 0x1ffffffc, 0x20000000,
    0x3ffffff1, 0x40000000, 0x5fffffe0, 0x7ffffff8, 0xbffffffc, 0x100000000,
    0x200000000000, 0x200080000000, 0x600000000000, 0xfffffffffffff000,
    0xffffffffffffffff, 0xf000000000200000, 0x7fffffffffffffff,
};

static uint64_t work_area(Fuzz *f)
{
    return fuzz_percent(f, 85) ? 0x200000 + 4096 * fuzz_below(f, 16)
                          : nasty[fuzz_below(f, G_N_ELEMENTS(nasty))];
}

/* One that is there, or nearly one, or none. */
static uint32_t some_index(Fuzz *f)
{
    const ModelSpec *spec = &f->c->specs[fuzz_below(f, f->n_devices)];
    uint32_t index = spec->index + fuzz_below(f, spec->n);

    switch (fuzz_below(f, 20)) {
    case 0:
        return index + 1;
    case 1:
        return index - 1;
    case 2:
        return index ^ 1u << fuzz_below(f, 32);
    case 3:
        return g_rand_int(f->rand);
    default:
        return index;
    }
}

static uint32_t some_value(Fuzz *f)
{
    return fuzz_percent(f, 92) ? fuzz_below(f, 2)
           : fuzz_percent(f, 50) ? fuzz_below(f, 6) : g_rand_int(f->rand);
}

static RtasCall *add_call(Fuzz *f, const char *name, unsigned nargs,
                          unsigned nrets)
{
    RtasCall *call;

    if (f->n == BATCH) {
        fuzz_flush(f);
    }
    call = &f->calls[0][f->n++];
    memset(call, 0, sizeof(*call));
    call->name = name;
    call->nargs = fuzz_percent(f, 98) ? nargs : g_rand_int(f->rand);
    call->nrets = fuzz_percent(f, 98) ? nrets : fuzz_below(f, 4);
    return call;
}

static void sense(Fuzz *f, uint32_t index)
{
    RtasCall *call = add_call(f, "get-sensor-state", 2, 2);

    call->args[0] = fuzz_percent(f, 95) ? 9003 : fuzz_below(f, 10000);
    call->args[1] = index;
}

static void indicate(Fuzz *f, uint32_t type, uint32_t index, uint32_t value)
{
    RtasCall *call = add_call(f, "set-indicator", 3, 1);

    call->args[0] = type;
    call->args[1] = index;
    call->args[2] = value;
    sense(f, index);
}

/* To the end of a device tree it is some dozen calls. */
static void configure(Fuzz *f, uint32_t index, unsigned n)
{
    uint64_t work = work_area(f);

    while (n--) {
        RtasCall *call = add_call(f, "ibm,configure-connector", 2, 1);

        call->args[0] = work;
        call->args[1] = work >> 32;
        call->work = work;
        call->index = index;
    }
    sense(f, index);
}

static void power(Fuzz *f)
{
    bool set = fuzz_percent(f, 50);
    RtasCall *call = add_call(f, set ? "set-power-level" : "get-power-level",
                              set ? 2 : 1, 2);

    call->args[0] = fuzz_percent(f, 70) ? UINT32_MAX : g_rand_int(f->rand);
    call->args[1] = fuzz_below(f, 101);
}

/*
 * The log goes anywhere but where the calls themselves are.  Now and then the
 * guest fetches all: only then is it seen that there are no more, or less.
 */
static void fetch_events(Fuzz *f)
{
    unsigned n = fuzz_percent(f, 20) ? f->sides[0].m->events->len + 1 : 1;

    while (n--) {
        RtasCall *call = add_call(f, "check-exception", 6, 1);

        call->args[0] = 0x500;
        call->args[2] = fuzz_percent(f, 90) ? UINT32_MAX : g_rand_int(f->rand);
        call->args[4] = work_area(f);
        call->args[5] = fuzz_percent(f, 80) ? 2048 : g_rand_int(f->rand);
    }
}

static void indicate_any(Fuzz *f)
{
    static const uint32_t types[] = {
        9001, 9001, 9001, 9001, 9003, 9003, 9003, 9002, 9000, 9004,
    };
    uint32_t type = fuzz_percent(f, 97)
        ? types[fuzz_below(f, G_N_ELEMENTS(types))]
        : g_rand_int(f->rand);

    indicate(f, type, some_index(f), some_value(f));
}

/* What a good guest does, for connectors to come round at all. */
static void let_go(Fuzz *f)
{
    const ModelSpec *spec = &f->c->specs[fuzz_below(f, f->n_devices)];
    unsigned i;

    for (i = 0; i < spec->n && fuzz_percent(f, 95); i++) {
        indicate(f, 9001, spec->index + i, 0);
        indicate(f, 9003, spec->index + i, 0);
    }
}

static void take(Fuzz *f)
{
    const ModelSpec *spec = &f->c->specs[fuzz_below(f, f->n_devices)];
    unsigned i;

    for (i = 0; i < spec->n && fuzz_percent(f, 95); i++) {
        indicate(f, 9003, spec->index + i, 1);
        indicate(f, 9001, spec->index + i, 1);
        configure(f, spec->index + i, 1u << fuzz_below(f, 7));
    }
}

void fuzz_guest(Fuzz *f)
{
    unsigned what = fuzz_below(f, 100);

    if (what < 55) {
        indicate_any(f);
    } else if (what < 65) {
        sense(f, some_index(f));
    } else if (what < 80) {
        configure(f, some_index(f), 1u << fuzz_below(f, 5));
    } else if (what < 88) {
        fetch_events(f);
    } else if (what < 92) {
        power(f);
    } else if (what < 98) {
        let_go(f);
    } else {
        take(f);
    }
}
