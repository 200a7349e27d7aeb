/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every transition of a PAPR connector, by name, and no other. */
#include "hw-models/papr-drc-state.h"

#include <glib.h>
#include <string.h>

typedef enum Event {
    ISOLATE, UNISOLATE, USABLE, UNUSABLE, CONFIGURED,   /* the guest's */
    ATTACH, REQUEST, WITHDRAW, RESET,                   /* the host's */
    EVENTS
} Event;

static const char *const event_names[] = {
    "isolate", "unisolate", "usable", "unusable", "configured",
    "attach", "request", "withdraw", "reset",
};

static const char *const state_names[] = {
    "unusable", "available", "poweron", "unisolate", "configured",
};

/*
 * What a connector is, in short: "L" logical, "M" an LMB's, "P" physical;
 * the state; "+" a resource, "!" whose removal was asked for.
 */
static char *describe(const PaprDrc *drc)
{
    return g_strdup_printf("%s %s%s%s",
                           drc->physical ? "P" : drc->lmb ? "M" : "L",
                           state_names[drc->state],
                           drc->attached ? "+" : "",
                           drc->requested ? "!" : "");
}

/*
 * From, event, to; the return value, and what becomes of the resource.  "L"
 * is for LMBs as well, unless there is an "M" of the same.  What is not here
 * cannot happen: configure-connector fails, or the host does not do it.
 */
static const struct Transition {
    const char *from;
    Event event;
    const char *to;
    int result;
    PaprDrcEffect effect;
} table[] = {
    /* LoPAR 13.4.1: physical connectors. */
    { "P poweron", ISOLATE, "P poweron" },
    { "P poweron+", ISOLATE, "P poweron+" },
    { "P unisolate+", ISOLATE, "P unisolate+", -3 },
    { "P unisolate+!", ISOLATE, "P unisolate+!", -3 },
    { "P configured+", ISOLATE, "P poweron+" },
    { "P configured+!", ISOLATE, "P poweron", 0, PAPR_DRC_RELEASED },
    { "P poweron", UNISOLATE, "P poweron", -3 },
    { "P poweron+", UNISOLATE, "P unisolate+" },
    { "P unisolate+", UNISOLATE, "P unisolate+" },
    { "P unisolate+!", UNISOLATE, "P unisolate+", 0, PAPR_DRC_REFUSED },
    { "P configured+", UNISOLATE, "P configured+" },
    { "P configured+!", UNISOLATE, "P configured+", 0, PAPR_DRC_REFUSED },
    { "P poweron", USABLE, "P poweron", -3 },
    { "P poweron+", USABLE, "P poweron+", -3 },
    { "P unisolate+", USABLE, "P unisolate+", -3 },
    { "P unisolate+!", USABLE, "P unisolate+!", -3 },
    { "P configured+", USABLE, "P configured+", -3 },
    { "P configured+!", USABLE, "P configured+!", -3 },
    { "P poweron", UNUSABLE, "P poweron", -3 },
    { "P poweron+", UNUSABLE, "P poweron+", -3 },
    { "P unisolate+", UNUSABLE, "P unisolate+", -3 },
    { "P unisolate+!", UNUSABLE, "P unisolate+!", -3 },
    { "P configured+", UNUSABLE, "P configured+", -3 },
    { "P configured+!", UNUSABLE, "P configured+!", -3 },
    { "P unisolate+", CONFIGURED, "P configured+" },
    { "P unisolate+!", CONFIGURED, "P configured+", 0, PAPR_DRC_REFUSED },
    { "P configured+", CONFIGURED, "P configured+" },
    { "P configured+!", CONFIGURED, "P configured+", 0, PAPR_DRC_REFUSED },
    { "P poweron", ATTACH, "P poweron+" },
    { "P poweron+", REQUEST, "P poweron", 0, PAPR_DRC_RELEASED },
    { "P unisolate+", REQUEST, "P unisolate+!" },
    { "P unisolate+!", REQUEST, "P unisolate+!" },
    { "P configured+", REQUEST, "P configured+!" },
    { "P configured+!", REQUEST, "P configured+!" },
    { "P unisolate+!", WITHDRAW, "P unisolate+" },
    { "P configured+!", WITHDRAW, "P configured+" },
    { "P poweron", RESET, "P poweron" },
    { "P poweron+", RESET, "P configured+" },
    { "P unisolate+", RESET, "P configured+" },
    { "P unisolate+!", RESET, "P poweron", 0, PAPR_DRC_RELEASED },
    { "P configured+", RESET, "P configured+" },
    { "P configured+!", RESET, "P poweron", 0, PAPR_DRC_RELEASED },

    /* LoPAR 13.4.2: logical connectors. */
    { "L unusable", ISOLATE, "L unusable" },
    { "L unusable+", ISOLATE, "L unusable+" },
    { "L available+", ISOLATE, "L available+" },
    { "L available+!", ISOLATE, "L available+!" },
    { "L unisolate+", ISOLATE, "L unisolate+", -3 },
    { "L unisolate+!", ISOLATE, "L unisolate+!", -3 },
    { "L configured+", ISOLATE, "L available+" },
    { "M configured+", ISOLATE, "M configured+", -1 },
    { "L configured+!", ISOLATE, "L available+!" },
    { "L unusable", UNISOLATE, "L unusable", -3 },
    { "L unusable+", UNISOLATE, "L unusable+", -3 },
    { "L available+", UNISOLATE, "L unisolate+" },
    { "L available+!", UNISOLATE, "L unisolate+!" },
    { "L unisolate+", UNISOLATE, "L unisolate+" },
    { "L unisolate+!", UNISOLATE, "L unisolate+", 0, PAPR_DRC_REFUSED },
    { "L configured+", UNISOLATE, "L configured+" },
    { "L configured+!", UNISOLATE, "L configured+", 0, PAPR_DRC_REFUSED },
    { "L unusable", USABLE, "L unusable", -3 },
    { "L unusable+", USABLE, "L available+" },
    { "L available+", USABLE, "L available+" },
    { "L available+!", USABLE, "L available+!" },
    { "L unisolate+", USABLE, "L unisolate+" },
    { "L unisolate+!", USABLE, "L unisolate+!" },
    { "L configured+", USABLE, "L configured+" },
    { "L configured+!", USABLE, "L configured+!" },
    { "L unusable", UNUSABLE, "L unusable" },
    { "L unusable+", UNUSABLE, "L unusable+" },
    { "L available+", UNUSABLE, "L unusable+" },
    { "L available+!", UNUSABLE, "L unusable", 0, PAPR_DRC_RELEASED },
    { "L unisolate+", UNUSABLE, "L unisolate+", -3 },
    { "L unisolate+!", UNUSABLE, "L unisolate+!", -3 },
    { "L configured+", UNUSABLE, "L configured+", -3 },
    { "L configured+!", UNUSABLE, "L configured+!", -3 },
    { "L unisolate+", CONFIGURED, "L configured+" },
    { "L unisolate+!", CONFIGURED, "L configured+", 0, PAPR_DRC_REFUSED },
    { "L configured+", CONFIGURED, "L configured+" },
    { "L configured+!", CONFIGURED, "L configured+", 0, PAPR_DRC_REFUSED },
    { "L unusable", ATTACH, "L unusable+" },
    { "L unusable+", REQUEST, "L unusable", 0, PAPR_DRC_RELEASED },
    { "L available+", REQUEST, "L available+!" },
    { "L available+!", REQUEST, "L available+!" },
    { "L unisolate+", REQUEST, "L unisolate+!" },
    { "L unisolate+!", REQUEST, "L unisolate+!" },
    { "L configured+", REQUEST, "L configured+!" },
    { "L configured+!", REQUEST, "L configured+!" },
    { "L available+!", WITHDRAW, "L available+" },
    { "L unisolate+!", WITHDRAW, "L unisolate+" },
    { "L configured+!", WITHDRAW, "L configured+" },
    { "L unusable", RESET, "L unusable" },
    { "L unusable+", RESET, "L configured+" },
    { "L available+", RESET, "L configured+" },
    { "L available+!", RESET, "L unusable", 0, PAPR_DRC_RELEASED },
    { "L unisolate+", RESET, "L configured+" },
    { "L unisolate+!", RESET, "L unusable", 0, PAPR_DRC_RELEASED },
    { "L configured+", RESET, "L configured+" },
    { "L configured+!", RESET, "L unusable", 0, PAPR_DRC_RELEASED },
};

static const struct Transition *find(const PaprDrc *drc, Event event)
{
    g_autofree char *own = describe(drc);
    const struct Transition *found = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].event == event && !strcmp(table[i].from, own)) {
            return &table[i];
        }
        if (drc->lmb && table[i].event == event && table[i].from[0] == 'L' &&
            !strcmp(table[i].from + 1, own + 1)) {
            found = &table[i];
        }
    }
    return found;
}

static bool can_happen(const PaprDrc *drc, Event event)
{
    switch (event) {
    case CONFIGURED:
        return papr_drc_is_configurable(drc);
    case ATTACH:
        return !drc->attached;
    case REQUEST:
        return drc->attached;
    case WITHDRAW:
        return drc->requested;
    default:
        return true;
    }
}

/* Calls of the guest set the effect in any case, so it is set wrong first. */
static int apply(PaprDrc *drc, Event event, PaprDrcEffect *effect)
{
    *effect = event <= UNUSABLE ? (PaprDrcEffect)-1 : PAPR_DRC_NOTHING;
    switch (event) {
    case ISOLATE:
        return papr_drc_isolate(drc, effect);
    case UNISOLATE:
        return papr_drc_unisolate(drc, effect);
    case USABLE:
        return papr_drc_set_usable(drc, effect);
    case UNUSABLE:
        return papr_drc_set_unusable(drc, effect);
    case CONFIGURED:
        *effect = papr_drc_configured(drc);
        return 0;
    case ATTACH:
        papr_drc_attach(drc);
        return 0;
    case REQUEST:
        *effect = papr_drc_request(drc);
        return 0;
    case WITHDRAW:
        papr_drc_withdraw(drc);
        return 0;
    case RESET:
        *effect = papr_drc_reset(drc);
        return 0;
    default:
        g_assert_not_reached();
    }
}

static void check(const PaprDrc *from, Event event)
{
    const struct Transition *t = find(from, event);
    g_autofree char *name = describe(from);
    g_autofree char *to = NULL;
    PaprDrc drc = *from;
    PaprDrcEffect effect;
    int result;

    if (!can_happen(from, event)) {
        g_assert_null(t);
        return;
    }
    if (!t) {
        g_error("'%s' %s: not in the table", name, event_names[event]);
    }
    result = apply(&drc, event, &effect);
    to = describe(&drc);
    if (strcmp(to + 1, t->to + 1) || result != t->result ||
        effect != t->effect || !papr_drc_is_valid(&drc)) {
        g_error("'%s' %s: '%s', %d, effect %d", name, event_names[event], to,
                result, effect);
    }
}

typedef void StateFn(const PaprDrc *drc, void *opaque);

/* Call @fn for each state that a connector can be in. */
static void each_state(StateFn *fn, void *opaque)
{
    unsigned bits, state;

    for (bits = 0; bits < 16; bits++) {
        for (state = PAPR_DRC_UNUSABLE; state <= PAPR_DRC_CONFIGURED;
             state++) {
            PaprDrc drc = {
                .physical = bits & 1, .lmb = bits & 2, .state = state,
                .attached = bits & 4, .requested = bits & 8,
            };

            if (papr_drc_is_valid(&drc) && !(drc.physical && drc.lmb)) {
                fn(&drc, opaque);
            }
        }
    }
}

static void check_events(const PaprDrc *drc, void *opaque)
{
    unsigned event;

    for (event = 0; event < EVENTS; event++) {
        check(drc, event);
    }
}

static void transitions(void)
{
    each_state(check_events, NULL);
}

static void check_sense(const PaprDrc *drc, void *opaque)
{
    PaprDrcSense expected = PAPR_SENSE_PRESENT;

    if (drc->physical) {
        expected = drc->attached ? PAPR_SENSE_PRESENT : PAPR_SENSE_EMPTY;
    } else if (drc->state == PAPR_DRC_UNUSABLE) {
        expected = PAPR_SENSE_UNUSABLE;
    }
    g_assert_cmpint(papr_drc_sense(drc), ==, expected);
}

static void sense(void)
{
    each_state(check_sense, NULL);
}

static void indicator(void)
{
    PaprDrc physical = papr_drc_new(true, false);
    PaprDrc logical = papr_drc_new(false, false);
    uint32_t value;

    for (value = 0; value < 4; value++) {
        g_assert_cmpint(papr_drc_set_indicator(&physical, value), ==, 0);
        g_assert_cmpint(papr_drc_set_indicator(&logical, value), ==, -3);
    }
    g_assert_cmpint(papr_drc_set_indicator(&physical, 4), ==, -3);
    g_assert_cmpint(papr_drc_set_indicator(&physical, UINT32_MAX), ==, -3);
}

/* No state of a connector. */
static void not_valid(void)
{
    PaprDrc drc = { .state = PAPR_DRC_CONFIGURED + 1, .attached = true };

    g_assert_false(papr_drc_is_valid(&drc));
}

static void attach_to_attached(PaprDrc *drc)
{
    papr_drc_attach(drc);
    papr_drc_attach(drc);
}

static void attach_to_used(PaprDrc *drc)
{
    drc->state = PAPR_DRC_AVAILABLE;
    papr_drc_attach(drc);
}

/* What a host never does is an assertion. */
static void misuse(gconstpointer fn)
{
    PaprDrc drc = papr_drc_new(false, false);

    if (g_test_subprocess()) {
        ((void (*)(PaprDrc *))fn)(&drc);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
}

static void count_state(const PaprDrc *drc, void *reached)
{
    g_autofree char *name = describe(drc);

    g_assert_true(g_hash_table_contains(reached, name));
}

/* Every state that is_valid() allows can be come by, from a new connector. */
static void reachable(void)
{
    g_autoptr(GHashTable) reached =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(PaprDrc));
    PaprDrc start[] = {
        papr_drc_new(true, false), papr_drc_new(false, false),
        papr_drc_new(false, true),
    };
    unsigned i, event;

    g_array_append_vals(queue, start, G_N_ELEMENTS(start));
    for (i = 0; i < queue->len; i++) {
        PaprDrc drc = g_array_index(queue, PaprDrc, i);

        if (!g_hash_table_add(reached, describe(&drc))) {
            continue;
        }
        for (event = 0; event < EVENTS; event++) {
            PaprDrc next = drc;
            PaprDrcEffect effect;

            if (can_happen(&drc, event)) {
                apply(&next, event, &effect);
                g_array_append_val(queue, next);
            }
        }
    }
    each_state(count_state, reached);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/papr-drc-state/transitions", transitions);
    g_test_add_func("/papr-drc-state/sense", sense);
    g_test_add_func("/papr-drc-state/indicator", indicator);
    g_test_add_func("/papr-drc-state/reachable", reachable);
    g_test_add_func("/papr-drc-state/not-valid", not_valid);
    g_test_add_data_func("/papr-drc-state/misuse/attach-to-attached",
                         attach_to_attached, misuse);
    g_test_add_data_func("/papr-drc-state/misuse/attach-to-used",
                         attach_to_used, misuse);
    g_test_add_data_func("/papr-drc-state/misuse/request-of-nothing",
                         papr_drc_request, misuse);
    g_test_add_data_func("/papr-drc-state/misuse/configure-isolated",
                         papr_drc_configured, misuse);
    return g_test_run();
}
