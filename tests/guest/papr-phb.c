/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug of PCI host bridges from real pseries guests. */
#include "papr-cases.h"
#include "papr-expect.h"

static void removed(PaprGuest *g)
{
    PaprDevice *d = papr_take(g);

    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
    papr_plug_again(d);
    papr_del(d);
    expect_removed(d, "deleted", 1);
    expect_idle(g);
}

const PaprCase papr_phb_cases[] = {
    { "removed", removed },
    {}
};
