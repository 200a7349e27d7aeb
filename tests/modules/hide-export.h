/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hides what QEMU exports from the dynamic linker, one symbol at a time. */
#ifndef ANNEX_TEST_HIDE_EXPORT_H
#define ANNEX_TEST_HIDE_EXPORT_H

#include <elf.h>
#include <stdbool.h>
#include <string.h>

/*
 * Make @sym, @name in QEMU's dynamic symbol table, one that no look-up
 * finds: of a type that the dynamic linker passes over.  What stays is what
 * is not QEMU's; the plugin interface, which a QEMU without loadable modules
 * exports too; and thread-local variables: QEMU finds its own by look-up.
 * Returns whether it has been hidden.  For QEMU's own elf.h too.
 */
static inline bool hide_export(Elf64_Sym *sym, const char *name)
{
    unsigned type = ELF64_ST_TYPE(sym->st_info);

    if (sym->st_shndx == SHN_UNDEF ||
        (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE) ||
        !strncmp(name, "qemu_plugin_", strlen("qemu_plugin_"))) {
        return false;
    }
    sym->st_info += STT_FILE - type;
    return true;
}

#endif
