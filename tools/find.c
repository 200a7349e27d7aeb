/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searches folders for QEMUs and for modules. */
#include "elf-file.h"
#include "find.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where distributions keep what is not meant to be called by hand. */
#define MORE_FOLDERS ":/usr/libexec"

static int compare_strings(const void *a, const void *b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* qemu-system-x86_64, xen-qemu-system-i386, qemu-kvm */
static bool is_host_name(const char *name)
{
    return g_str_has_prefix(name, "qemu-system-") ||
           g_str_has_prefix(name, "xen-qemu-system-") ||
           g_str_equal(name, "qemu-kvm");
}

static bool is_module_name(const char *name)
{
    return g_str_has_prefix(name, "annex-") && g_str_has_suffix(name, ".so");
}

/* Adds to @paths what @folder has and @is_wanted; false if it has no list. */
static bool list_folder(const char *folder, bool (*is_wanted)(const char *),
                        GPtrArray *paths, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    const char *name;

    if (!dir) {
        return false;
    }
    while ((name = g_dir_read_name(dir))) {
        if (is_wanted(name)) {
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
        }
    }
    return true;
}

/* Links come last, so that a file is called by its own name. */
static int compare_hosts(const void *a, const void *b)
{
    const char *p = *(char *const *)a, *q = *(char *const *)b;
    int links = g_file_test(p, G_FILE_TEST_IS_SYMLINK) -
                g_file_test(q, G_FILE_TEST_IS_SYMLINK);

    return links ?: g_strcmp0(p, q);
}

static bool is_new(const char *path, GHashTable *seen)
{
    struct stat st;

    return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK) &&
           g_hash_table_add(seen, g_strdup_printf("%ju %ju",
                                                  (uintmax_t)st.st_dev,
                                                  (uintmax_t)st.st_ino));
}

static GPtrArray *list_hosts(void)
{
    g_autofree char *path = g_strconcat(g_getenv("PATH") ?: "", MORE_FOLDERS,
                                        NULL);
    g_auto(GStrv) folders = g_strsplit(path, ":", -1);
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    char **folder;

    for (folder = folders; *folder; folder++) {
        char *real = g_path_is_absolute(*folder) ? realpath(*folder, NULL)
                                                 : NULL;

        if (real) {
            list_folder(real, is_host_name, paths, NULL);
        }
        free(real);
    }
    g_ptr_array_sort(paths, compare_hosts);
    return paths;
}

GPtrArray *find_hosts(GPtrArray *others)
{
    g_autoptr(GPtrArray) paths = list_hosts();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                       g_free, NULL);
    GPtrArray *hosts = g_ptr_array_new_with_free_func(g_free);
    unsigned i;

    for (i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];

        if (is_new(path, seen)) {
            g_ptr_array_add(elf_file_probe(path) ? hosts : others,
                            g_strdup(path));
        }
    }
    g_ptr_array_sort(hosts, compare_strings);
    return hosts;
}

GPtrArray *find_modules(const char *path, char **message)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(paths, g_strdup(path));
    } else if (!list_folder(path, is_module_name, paths, &error)) {
        *message = g_strdup(error->message);
        return NULL;
    }
    g_ptr_array_sort(paths, compare_strings);
    return g_steal_pointer(&paths);
}
