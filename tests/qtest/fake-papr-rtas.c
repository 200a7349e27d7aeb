/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake pseries guests: their RTAS calls, made by qtest. */
#include "fake-papr.h"

/* LoPAR 7.3: sensors and indicators, and their values (13.5.3). */
enum { ISOLATION_STATE = 9001, ALLOCATION_STATE = 9003, ENTITY_SENSE = 9003 };
enum { ISOLATED, UNISOLATED };
enum { UNUSABLE, USABLE };

/*
 * Guest memory for arguments, return values, and the work area: of 512 MiB
 * the end, which a Linux guest can be told to leave alone (mem=504M).
 */
#define ARGS 0x1fe00000
#define RETS 0x1fe01000
#define WORK 0x1fe02000

/* A device tree has fewer nodes and properties. */
#define CONFIGURE_CALLS 1000

/* LoPAR 13.5.3.5: what a call returns, and words of the work area. */
enum { CONFIGURE_CHILD = 2, CONFIGURE_PROPERTY = 3 };
enum { WORK_NAME = 2, WORK_LENGTH, WORK_DATA, WORK_BYTES = 4096 };

/* More than a test makes. */
#define EVENTS_MAX 100

static void put_words(FakeGuest *g, uint64_t addr, unsigned n,
                      const uint32_t *words)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        qtest_writel(g->vm->qtest, addr + 4 * i, words[i]);
    }
}

static int rtas(FakeGuest *g, const char *name, unsigned nargs,
                const uint32_t *args, unsigned nrets)
{
    put_words(g, ARGS, nargs, args);
    g_strfreev(qtest_command(g->vm->qtest, "rtas %s %u 0x%x %u 0x%x", name,
                             nargs, ARGS, nrets, RETS));
    return (int32_t)qtest_readl(g->vm->qtest, RETS);
}

static int set_indicator(FakeGuest *g, uint32_t type, unsigned n,
                         uint32_t value)
{
    uint32_t args[] = { type, g->select + n, value };

    return rtas(g, "set-indicator", 3, args, 1);
}

int papr_isolate(FakeGuest *g, unsigned n)
{
    return set_indicator(g, ISOLATION_STATE, n, ISOLATED);
}

int papr_unisolate(FakeGuest *g, unsigned n)
{
    return set_indicator(g, ISOLATION_STATE, n, UNISOLATED);
}

void papr_unisolate_and_die(FakeGuest *g, unsigned n)
{
    uint32_t args[] = { ISOLATION_STATE, g->select + n, UNISOLATED };

    put_words(g, ARGS, G_N_ELEMENTS(args), args);
    qtest_send(g->vm->qtest, "rtas set-indicator 3 0x%x 1 0x%x", ARGS, RETS);
}

int papr_set_usable(FakeGuest *g, unsigned n)
{
    return set_indicator(g, ALLOCATION_STATE, n, USABLE);
}

int papr_set_unusable(FakeGuest *g, unsigned n)
{
    return set_indicator(g, ALLOCATION_STATE, n, UNUSABLE);
}

/* What a call has put into the work area. */
static void tell(FakeGuest *g, bool is_property, PaprConfigureFn *fn,
                 void *opaque)
{
    g_autofree char *area = g_malloc0(WORK_BYTES + 1);
    const uint32_t *words = (const uint32_t *)area;
    size_t len = 0;
    const char *data = NULL;

    qtest_memread(g->vm->qtest, WORK, area, WORK_BYTES);
    if (is_property) {
        len = GUINT32_FROM_BE(words[WORK_LENGTH]);
        data = area + GUINT32_FROM_BE(words[WORK_DATA]);
        g_assert_cmpuint(data - area + len, <=, WORK_BYTES);
    }
    fn(area + GUINT32_FROM_BE(words[WORK_NAME]), data, len, opaque);
}

int papr_configure_each(FakeGuest *g, unsigned n, PaprConfigureFn *fn,
                        void *opaque)
{
    uint32_t index = g->select + n, args[] = { WORK, 0 };
    int i, result = 1;

    for (i = 0; result > 0 && i < CONFIGURE_CALLS; i++) {
        put_words(g, WORK, 1, &index);
        result = rtas(g, "ibm,configure-connector", 2, args, 1);
        if (fn && (result == CONFIGURE_CHILD ||
                   result == CONFIGURE_PROPERTY)) {
            tell(g, result == CONFIGURE_PROPERTY, fn, opaque);
        }
    }
    g_assert_cmpint(i, <, CONFIGURE_CALLS);
    return result;
}

int papr_configure(FakeGuest *g, unsigned n)
{
    return papr_configure_each(g, n, NULL, NULL);
}

int papr_sense(FakeGuest *g, unsigned n)
{
    uint32_t args[] = { ENTITY_SENSE, g->select + n };

    g_assert_cmpint(rtas(g, "get-sensor-state", 2, args, 2), ==, 0);
    return qtest_readl(g->vm->qtest, RETS + 4);
}

/* Where in memory the hotplug section of the last event ends, as the log. */
static uint32_t section_end(FakeGuest *g)
{
    return WORK + 8 + qtest_readl(g->vm->qtest, WORK + 4);
}

int papr_fetch_type(FakeGuest *g)
{
    /* Vector 0x500, no more information, any class, not critical. */
    const uint32_t args[] = { 0x500, 0, UINT32_MAX, 0, WORK, 2048 };

    return rtas(g, "check-exception", 6, args, 1)
           ? -1 : qtest_readb(g->vm->qtest, section_end(g) - 12);
}

bool papr_fetch_event(FakeGuest *g)
{
    int type;

    do {
        type = papr_fetch_type(g);
    } while (type == 0);
    return type > 0;
}

bool papr_event_adds(FakeGuest *g, uint32_t *index)
{
    uint32_t end = section_end(g);
    bool counted = qtest_readb(g->vm->qtest, end - 10) == 4;

    *index = qtest_readl(g->vm->qtest, counted ? end - 4 : end - 8);
    return qtest_readb(g->vm->qtest, end - 11) == 1;
}

unsigned papr_fetch_events(FakeGuest *g)
{
    unsigned n = 0;

    while (papr_fetch_event(g)) {
        g_assert_cmpuint(++n, <, EVENTS_MAX);
    }
    return n;
}
