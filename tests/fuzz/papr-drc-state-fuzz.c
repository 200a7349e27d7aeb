/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's RTAS calls and the host's requests, in any order. */
#include <glib.h>
#include "hw-models/papr-drc-state.h"

/* A letter is a call; what the host would not do now is left out. */
static PaprDrcEffect step(PaprDrc *drc, char c)
{
    PaprDrcEffect effect = PAPR_DRC_NOTHING;

    switch (c) {
    case 'i':
        papr_drc_isolate(drc, &effect);
        break;
    case 'u':
        papr_drc_unisolate(drc, &effect);
        break;
    case 'a':
        papr_drc_set_usable(drc, &effect);
        break;
    case 'n':
        papr_drc_set_unusable(drc, &effect);
        break;
    case 'c':
        if (papr_drc_is_configurable(drc)) {
            effect = papr_drc_configured(drc);
        }
        break;
    case '+':
        if (!drc->attached && drc->state == papr_drc_empty(drc)) {
            papr_drc_attach(drc);
        }
        break;
    case '-':
        if (drc->attached) {
            effect = papr_drc_request(drc);
        }
        break;
    case '!':
        papr_drc_withdraw(drc);
        break;
    case 'r':
        effect = papr_drc_reset(drc);
        break;
    }
    return effect;
}

static void check(const PaprDrc *before, const PaprDrc *now,
                  PaprDrcEffect effect)
{
    g_assert_true(papr_drc_is_valid(now));
    g_assert_true(!now->requested || now->attached);
    /* Nothing goes that nobody has asked for, and what goes says so. */
    g_assert_cmpint(effect == PAPR_DRC_RELEASED, ==,
                    before->attached && !now->attached);
    g_assert_true(effect != PAPR_DRC_REFUSED ||
                  (before->requested && now->attached && !now->requested));
    g_assert_cmpint(papr_drc_sense(now) == PAPR_SENSE_UNUSABLE, ==,
                    now->state == PAPR_DRC_UNUSABLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first letter is the kind of connector: P, M an LMB's, or L. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PaprDrc drc, before;
    size_t i;

    if (size) {
        drc = papr_drc_new(data[0] == 'P', data[0] == 'M');
        for (i = 1; i < size; i++) {
            before = drc;
            check(&before, &drc, step(&drc, data[i]));
        }
    }
    return 0;
}
