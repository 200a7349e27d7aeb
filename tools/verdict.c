/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares a module with a QEMU as common/abi.c does when it is loaded. */
#include "host-types.h"
#include "verdict.h"

#include <inttypes.h>
#include <string.h>

static bool G_GNUC_PRINTF(2, 3) refuse(Verdict *v, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    v->reason = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return false;
}

/* Neither QEMU's loader nor ours would get as far as the gate. */
static bool check_loader(Verdict *v)
{
    const ModuleImage *libannex = v->module->libannex;
    unsigned machine = v->module->module->elf->header.e_machine;

    if (!v->host->has_plugins) {
        return refuse(v, "this QEMU cannot load plugins: it was built with "
                      "--disable-plugins");
    }
    if (!libannex) {
        return refuse(v, "there is no libannex.so beside it");
    }
    if (machine == v->host->elf->header.e_machine) {
        machine = libannex->elf->header.e_machine;
    }
    if (machine != v->host->elf->header.e_machine) {
        return refuse(v, "built for another machine (ELF machine %u), but "
                      "this QEMU is for ELF machine %u", machine,
                      v->host->elf->header.e_machine);
    }
    return true;
}

static bool check_build(Verdict *v)
{
    const ModuleImage *module = v->module->module;
    const ModuleImage *own = v->module->libannex;

    if (!memcmp(module->record.data, own->record.data, own->record.size)) {
        return true;
    }
    return refuse(v, "of version %s for QEMU %s (%s), but its libannex.so is "
                  "of version %s for QEMU %s (%s)", module->annex_version,
                  module->host_version, module->host_package,
                  own->annex_version, own->host_version, own->host_package);
}

static bool check_version(Verdict *v)
{
    const ModuleImage *own = v->module->libannex;

    if (!strcmp(v->host->version, own->host_version)) {
        return true;
    }
    return refuse(v, "built for QEMU %s (%s), but this is QEMU %s (%s)",
                  own->host_version, own->host_package, v->host->version,
                  v->host->package);
}

/* Names that the host lacks are added to v->missing; returns the others. */
static unsigned find_symbols(Verdict *v, const ModuleImage *image,
                             GHashTable *seen)
{
    unsigned i, found = 0;

    for (i = 0; i < image->symbols->len; i++) {
        char *name = image->symbols->pdata[i];

        if (g_hash_table_contains(v->host->exports, name)) {
            found++;
        } else if (g_hash_table_add(seen, name)) {
            g_ptr_array_add(v->missing, name);
        }
    }
    return found;
}

static bool check_symbols(Verdict *v)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *names = NULL;
    unsigned found;

    found = find_symbols(v, v->module->module, seen) +
            find_symbols(v, v->module->libannex, seen);
    if (!v->missing->len) {
        return true;
    }
    if (!found) {
        return refuse(v, "this QEMU exports no function to modules: it was "
                      "built without --enable-modules");
    }
    g_ptr_array_add(v->missing, NULL);
    names = g_strjoinv(", ", (char **)v->missing->pdata);
    g_ptr_array_set_size(v->missing, v->missing->len - 1);
    return refuse(v, "this QEMU does not export what it was built to use: %s",
                  names);
}

static bool check_size(Verdict *v, const char *what, const char *name,
                       uint64_t found, uint64_t expected)
{
    if (!expected || found == expected) {
        return true;
    }
    return refuse(v, "%s '%s' has %" PRIu64 " bytes in this QEMU, not the "
                  "%" PRIu64 " that it was built for", what, name, found,
                  expected);
}

static bool check_sizes(Verdict *v, const ModuleImage *image)
{
    uint64_t instance_size, class_size;
    unsigned i;

    if (!host_types_find(v->host->types, "object", &instance_size,
                         &class_size)) {
        return refuse(v, "the types of this QEMU cannot be measured");
    }
    for (i = 0; i < image->types->len; i++) {
        const ModuleType *type = &g_array_index(image->types, ModuleType, i);

        if (!host_types_find(v->host->types, type->name, &instance_size,
                             &class_size)) {
            v->absent++;
        } else if (!check_size(v, "type", type->name, instance_size,
                               type->instance_size) ||
                   !check_size(v, "the class of type", type->name, class_size,
                               type->class_size)) {
            return false;
        }
    }
    return true;
}

static bool check_events(Verdict *v)
{
    uint32_t expected = v->module->libannex->events;

    if (v->host->events < 0) {
        return refuse(v, "the events of this QEMU cannot be counted");
    }
    if (v->host->events == expected) {
        return true;
    }
    return refuse(v, "this QEMU knows %" PRId64 " events, not the %" PRIu32
                  " that it was built for", v->host->events, expected);
}

static void add_note(Verdict *v)
{
    const char *package = v->module->libannex->host_package;

    if (strcmp(v->host->package, package)) {
        v->note = g_strdup_printf("built for package '%s', running on '%s': "
                                  "version and structures agree", package,
                                  v->host->package);
    }
}

Verdict *verdict_new(const HostFile *host, const ModuleFile *module)
{
    Verdict *v = g_new0(Verdict, 1);

    v->host = host;
    v->module = module;
    v->missing = g_ptr_array_new();
    v->loads = check_loader(v) && check_build(v) && check_version(v) &&
               check_symbols(v) && check_sizes(v, module->libannex) &&
               check_sizes(v, module->module) && check_events(v);
    if (v->loads) {
        add_note(v);
    }
    return v;
}

void verdict_free(Verdict *v)
{
    if (v) {
        g_ptr_array_free(v->missing, true);
        g_free(v->reason);
        g_free(v->note);
        g_free(v);
    }
}
