/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what the ABI gate compares out of the file of a QEMU. */
#include "common/host/type-info.h"
#include "elf-dynamic.h"
#include "host-file.h"
#include "host-types.h"
#include "text.h"

#include <string.h>

/* What "qemu-system-... --version" prints (version() in vl.c). */
static const char banner[] = "QEMU emulator version ";

/* More than any distribution has in it. */
#define MAX_BANNER 256

/*
 * Part of the plugin interface since there is one, and so exported by every
 * QEMU that has it (plugins/qemu-plugins.symbols).
 */
#define PLUGIN_SYMBOL "qemu_plugin_register_vcpu_init_cb"

/* "X.Y.Z (PACKAGE)" or "X.Y.Z", to the end of the line. */
static bool split_version(HostFile *host, const char *line, size_t length)
{
    size_t digits = 0;

    while (digits < length &&
           (g_ascii_isdigit(line[digits]) || line[digits] == '.')) {
        digits++;
    }
    if (!digits) {
        return false;
    }
    host->version = text_copy(line, digits);
    line += digits;
    length -= digits;
    if (length > 3 && !memcmp(line, " (", 2) && line[length - 1] == ')') {
        host->package = text_copy(line + 2, length - 3);
    } else {
        host->package = g_strdup("");
    }
    return true;
}

static size_t line_length(const char *p, const char *end)
{
    size_t length = 0;

    while (p + length < end && length < MAX_BANNER && p[length] &&
           p[length] != '\n') {
        length++;
    }
    return length;
}

static bool find_version(HostFile *host)
{
    const char *p = (const char *)host->elf->bytes.data;
    const char *end = p + host->elf->bytes.size;

    while ((p = memmem(p, end - p, banner, strlen(banner)))) {
        p += strlen(banner);
        if (split_version(host, p, line_length(p, end))) {
            return true;
        }
    }
    return false;
}

/* QAPIEvent_lookup.size (the QAPI generator's; include/qapi/util.h). */
static int64_t count_events(const HostFile *host)
{
    const uint64_t *address = g_hash_table_lookup(host->exports,
                                                  "QAPIEvent_lookup");
    const uint8_t *p = address ? elf_file_at(host->elf, *address,
                                             sizeof(AnnexHostEnumLookup), true)
                               : NULL;
    int64_t size = -1;

    if (p) {
        size = (int32_t)ELF_GET(host->elf, p, AnnexHostEnumLookup, size);
    }
    return size;
}

HostFile *host_file_open(const char *path, char **message)
{
    g_autoptr(HostFile) host = g_new0(HostFile, 1);

    host->path = g_strdup(path);
    host->elf = elf_file_open(path, message);
    if (!host->elf) {
        return NULL;
    }
    if (!find_version(host)) {
        *message = g_strdup("not a QEMU system emulator");
        return NULL;
    }
    host->exports = elf_dynamic_exports(host->elf);
    host->types = host_types_read(host->elf);
    host->events = count_events(host);
    host->has_plugins = g_hash_table_contains(host->exports, PLUGIN_SYMBOL);
    return g_steal_pointer(&host);
}

void host_file_free(HostFile *host)
{
    if (!host) {
        return;
    }
    g_clear_pointer(&host->exports, g_hash_table_destroy);
    g_clear_pointer(&host->types, g_hash_table_destroy);
    elf_file_free(host->elf);
    g_free(host->version);
    g_free(host->package);
    g_free(host->path);
    g_free(host);
}
