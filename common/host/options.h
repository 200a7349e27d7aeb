/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: what the command line and monitors have given for devices. */
#ifndef ANNEX_HOST_OPTIONS_H
#define ANNEX_HOST_OPTIONS_H

#include "qemu/osdep.h"
#include "qemu/config-file.h"
#include "qemu/id.h"
#include "qemu/main-loop.h"
#include "qemu/option.h"

/* Forget the options of -device @id, whose device is not made from them. */
static inline void annex_host_drop_device_options(const char *id)
{
    QemuOpts *opts = qemu_opts_find(qemu_find_opts("device"), id);

    if (opts) {
        qemu_opts_del(opts);
    }
}

#endif
