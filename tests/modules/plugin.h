/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plugins that are no module of ours.  They are not linked to libannex.so, so
 * that QEMU stays a stock one otherwise.
 */
#ifndef ANNEX_TEST_PLUGIN_H
#define ANNEX_TEST_PLUGIN_H

#include "common/host/symbols.h"
#include "qemu/osdep.h"
#include "qemu/qemu-plugin.h"

/* What QEMU's plugin loader looks for first, as in common/module.h. */
QEMU_PLUGIN_EXPORT int qemu_plugin_version;

static void __attribute__((constructor)) set_plugin_version(void)
{
    qemu_plugin_version = annex_host_plugin_interface();
}

#endif
