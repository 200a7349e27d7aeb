/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-no-exports: from here on this QEMU exports nothing to modules. */
#include "common/host/qdev.h"
#include "hide-export.h"
#include "qemu/error-report.h"
#include "tests/modules/plugin.h"

#include <link.h>
#include <sys/mman.h>

/* QEMU has an elf.h of its own, which lacks it. */
#ifndef DT_GNU_HASH
#define DT_GNU_HASH 0x6ffffef5
#endif

/* An address in the dynamic section, which the linker may have relocated. */
static void *dynamic(const struct link_map *map, Elf64_Sxword tag)
{
    const Elf64_Dyn *d = map->l_ld;

    while (d->d_tag != tag) {
        g_assert(d->d_tag != DT_NULL);
        d++;
    }
    return (void *)(d->d_un.d_ptr +
                    (d->d_un.d_ptr < map->l_addr ? map->l_addr : 0));
}

static bool make_writable(const void *from, const void *to)
{
    uintptr_t page = (uintptr_t)from & -(uintptr_t)getpagesize();

    return !mprotect((void *)page, (uintptr_t)to - page,
                     PROT_READ | PROT_WRITE);
}

/* Every defined symbol is in the chain of one bucket of the hash table. */
static unsigned hide_exports(const struct link_map *map)
{
    Elf64_Sym *symbols = dynamic(map, DT_SYMTAB);
    const char *names = dynamic(map, DT_STRTAB);
    const uint32_t *hash = dynamic(map, DT_GNU_HASH);
    uint32_t n_buckets = hash[0], first = hash[1], bloom_words = hash[2];
    const uint32_t *bucket = hash + 4 + 2 * bloom_words;
    const uint32_t *chain = bucket + n_buckets - first;
    unsigned hidden = 0;
    uint32_t b, i;

    /* The linker has put the strings behind the symbols. */
    if (!make_writable(symbols, names)) {
        return 0;
    }
    for (b = 0; b < n_buckets; b++) {
        for (i = bucket[b]; i; i = chain[i] & 1 ? 0 : i + 1) {
            hidden += hide_export(&symbols[i], names + symbols[i].st_name);
        }
    }
    return hidden;
}

/*
 * Where the accelerator is a module of QEMU's own it comes first: a VM that
 * runs needs it, and in the QEMU that we play it would be built in.
 */
QEMU_PLUGIN_EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                    char **argv)
{
    struct link_map *map;

    module_object_class_by_name("tcg-accel-ops");
    if (dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &map) ||
        !hide_exports(map) || annex_host_has_symbol("error_report")) {
        error_report("annex-no-exports: exports cannot be hidden");
        return -1;
    }
    return 0;
}
