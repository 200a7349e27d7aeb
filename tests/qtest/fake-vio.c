/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fake pseries guests with VIO slots: what drmgr does. */
#include "fake-vio.h"

static void nothing(FakeGuest *g)
{
}

const FakeGuestOps fake_vio = {
    .name = "papr", .machine = "vio-hot", .deleted_event = true, .code = -1,
    .args = "-blockdev null-co,node-name=blk,read-zeroes=on "
            "-netdev hubport,id=net,hubid=0",
    .set_up = nothing, .let_go = vio_let_go,
};

FakeGuest *fake_vio_start(const char *options)
{
    return fake_papr_start(&fake_vio, options, true);
}

void vio_plug(FakeGuest *g, const char *driver)
{
    qmp_ok(g->vm->qmp, "device_add", "{'driver': %s, 'id': 'dev0'}", driver);
    papr_set_up(g);
}

void vio_take(FakeGuest *g)
{
    g_assert_cmpint(papr_set_usable(g, 0), ==, 0);
    g_assert_cmpint(papr_unisolate(g, 0), ==, 0);
    g_assert_cmpint(papr_configure(g, 0), ==, 0);
}

void vio_let_go(FakeGuest *g)
{
    g_assert_cmpint(papr_isolate(g, 0), ==, 0);
    g_assert_cmpint(papr_set_unusable(g, 0), ==, 0);
}

void vio_reset(FakeGuest *g)
{
    qmp_ok(g->vm->qmp, "system_reset", QMP_ANY);
    qmp_wait_event(g->vm->qmp, "RESET", 0, QMP_ANY);
}
