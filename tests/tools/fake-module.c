/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module, and its libannex.so, with the sections of one and no more. */
#include "fake.h"

#define ANNEX_VERSION "0"
#define ANNEX_HOST_VERSION FAKE_VERSION
#define ANNEX_HOST_PACKAGE FAKE_PACKAGE
#define QAPI_EVENT__MAX FAKE_EVENTS

#include "common/image.h"

ANNEX_DEFINE_IMAGE();

#ifndef FAKE_IS_LIBANNEX
/* All sizes that fake-host.c has; then FAKE_ABSENT that are no types there. */
ANNEX_ABI_TABLE = {
    { "object", 40, 96 },
    { "base", 64, 120 },
    { "child", 64, 120 },
    { "interface", 0, 104 },
    { "iface", 0, 144 },
    { "twice", 1, 1 },
    { "orphan", 1, 1 },
    { "dwarf", 1, 1 },
    { "loop", 1, 1 },
    { "giant", 1, 1 },
    { "crooked", 1, 1 },
    { "options", 1, 1 },
    { "narcissus", 1, 1 },
    { "grey", 1, 1 },
};

static const char symbols[] ANNEX_IN_SECTION("annex_symbols") =
    "fake_one\0"
    "fake_two";
#endif

const AnnexImage *fake_image(void);

const AnnexImage *fake_image(void)
{
    return &annex_image;
}
