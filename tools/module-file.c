/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the three sections that the ABI gate reads, out of the file. */
#include "common/image.h"
#include "module-file.h"
#include "text.h"

#include <string.h>

/* A hundred times what a module has. */
#define MAX_SECTION (1 << 18)

#define GET_TEXT(p, Struct, field)                                      \
    text_copy((const char *)(p) + offsetof(Struct, field),              \
              sizeof(((Struct *)NULL)->field))

static void clear_type(void *type)
{
    g_free(((ModuleType *)type)->name);
}

static void image_free(ModuleImage *image)
{
    if (!image) {
        return;
    }
    g_array_free(image->types, true);
    g_ptr_array_free(image->symbols, true);
    g_free(image->annex_version);
    g_free(image->host_version);
    g_free(image->host_package);
    elf_file_free(image->elf);
    g_free(image);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModuleImage, image_free)

static ElfSpan find_bytes(const ModuleImage *image, const char *name)
{
    return elf_file_section_bytes(elf_file_section(image->elf, name));
}

static bool read_build(ModuleImage *image, ElfSpan bytes)
{
    if (bytes.size != sizeof(AnnexBuild)) {
        return false;
    }
    image->record = bytes;
    image->annex_version = GET_TEXT(bytes.data, AnnexBuild, annex_version);
    image->host_version = GET_TEXT(bytes.data, AnnexBuild, host_version);
    image->host_package = GET_TEXT(bytes.data, AnnexBuild, host_package);
    image->events = ELF_GET(image->elf, bytes.data, AnnexBuild, events);
    return true;
}

static bool read_types(ModuleImage *image, ElfSpan bytes)
{
    size_t i;

    if (bytes.size > MAX_SECTION || bytes.size % sizeof(AnnexAbiType)) {
        return false;
    }
    for (i = 0; i < bytes.size / sizeof(AnnexAbiType); i++) {
        const uint8_t *p = bytes.data + i * sizeof(AnnexAbiType);
        ModuleType type = {
            .name = GET_TEXT(p, AnnexAbiType, type),
            .instance_size = ELF_GET(image->elf, p, AnnexAbiType,
                                     instance_size),
            .class_size = ELF_GET(image->elf, p, AnnexAbiType, class_size),
        };

        g_array_append_val(image->types, type);
    }
    return true;
}

static bool read_symbols(ModuleImage *image, ElfSpan bytes)
{
    const char *name = (const char *)bytes.data;
    const char *end = name + bytes.size;

    if (bytes.size > MAX_SECTION || (bytes.size && end[-1])) {
        return false;
    }
    for (; name < end; name += strlen(name) + 1) {
        g_ptr_array_add(image->symbols, text_copy(name, strlen(name)));
    }
    return true;
}

static ModuleImage *image_open(const char *path, char **message)
{
    g_autoptr(ModuleImage) image = g_new0(ModuleImage, 1);

    image->types = g_array_new(false, false, sizeof(ModuleType));
    g_array_set_clear_func(image->types, clear_type);
    image->symbols = g_ptr_array_new_with_free_func(g_free);
    image->elf = elf_file_open(path, message);
    if (!image->elf) {
        return NULL;
    }
    if (!elf_file_section(image->elf, "annex_build")) {
        *message = g_strdup("not a module of Annex");
        return NULL;
    }
    if (!read_build(image, find_bytes(image, "annex_build")) ||
        !read_types(image, find_bytes(image, "annex_types")) ||
        !read_symbols(image, find_bytes(image, "annex_symbols"))) {
        *message = g_strdup("damaged, or of a version of Annex that "
                            "annex-check does not know");
        return NULL;
    }
    return g_steal_pointer(&image);
}

static char *name_of(const char *path)
{
    char *name = g_path_get_basename(path);

    if (g_str_has_suffix(name, ".so")) {
        name[strlen(name) - strlen(".so")] = 0;
    }
    return name;
}

/* False if it is there and cannot be read; not to have it is a verdict. */
static bool open_libannex(ModuleFile *file, char **message)
{
    g_autofree char *folder = g_path_get_dirname(file->path);
    g_autofree char *path = g_build_filename(folder, "libannex.so", NULL);
    g_autofree char *why = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return true;
    }
    file->libannex = image_open(path, &why);
    if (!file->libannex) {
        *message = g_strdup_printf("the libannex.so beside it: %s", why);
    }
    return file->libannex;
}

ModuleFile *module_file_open(const char *path, char **message)
{
    g_autoptr(ModuleFile) file = g_new0(ModuleFile, 1);

    file->path = g_strdup(path);
    file->name = name_of(path);
    file->module = image_open(path, message);
    if (!file->module || !open_libannex(file, message)) {
        return NULL;
    }
    return g_steal_pointer(&file);
}

void module_file_free(ModuleFile *file)
{
    if (file) {
        image_free(file->module);
        image_free(file->libannex);
        g_free(file->path);
        g_free(file->name);
        g_free(file);
    }
}
