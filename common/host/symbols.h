/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: which symbols there are, and which plugin interface. */
#ifndef ANNEX_HOST_SYMBOLS_H
#define ANNEX_HOST_SYMBOLS_H

#include <dlfcn.h>
#include <stdbool.h>

/* Whether QEMU, or a library that it is linked to, exports @name. */
static inline bool annex_host_has_symbol(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

/*
 * A version of the plugin interface that this QEMU takes: it refuses a
 * plugin that is older or newer than it knows (plugins/loader.c).  Of that
 * interface we only use the entry point, which is the same in all of them.
 * Up to 8.2 QEMU takes 0 to 1 or 2; since 9.0 it takes 2 and later ones.
 * Version 2 came with the function looked for (qemu-plugin.h, 10.0).
 */
static inline int annex_host_plugin_interface(void)
{
    return annex_host_has_symbol("qemu_plugin_num_vcpus") ? 2 : 1;
}

#endif
