/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module entry: what a plugins/NAME.c says about itself. */
#ifndef ANNEX_MODULE_H
#define ANNEX_MODULE_H

#include "common/abi.h"
#include "common/host/symbols.h"
#include "common/options.h"
#include "common/version.h"
#include "qapi/qapi-emit-events.h"
#include "qemu/qemu-plugin.h"

/*
 * One module.  @options may be NULL.  @start sets the hooks; it
 * is called once, under the BQL, after the options have been read and the
 * host found to be the right one.  It returns false with nothing changed,
 * and an error, to end QEMU.
 *
 * Every module also has the option on-mismatch=refuse|skip: what to do in
 * a QEMU that it was not built for.
 */
typedef struct AnnexModule {
    const char *name;
    const AnnexOption *options;
    bool (*start)(Error **errp);
} AnnexModule;

/*
 * Defines the two symbols that QEMU's plugin loader looks for
 * (plugins/loader.c, 7.2 and 10.0).  The loader runs before the machine is
 * initialised and before -device, in the main thread, under the BQL.  The
 * interface's version is set while the module is being mapped, so that not
 * the loader, with an error of its own, but our gate refuses another QEMU.
 */
#define ANNEX_MODULE(...)                                               \
    ANNEX_DEFINE_IMAGE();                                               \
    QEMU_PLUGIN_EXPORT int qemu_plugin_version;                         \
    static void __attribute__((constructor)) set_plugin_version(void)   \
    {                                                                   \
        qemu_plugin_version = annex_host_plugin_interface();            \
    }                                                                   \
    QEMU_PLUGIN_EXPORT int                                              \
    qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,   \
                        int argc, char **argv)                          \
    {                                                                   \
        static const AnnexModule module = { __VA_ARGS__ };              \
                                                                        \
        return annex_module_install(&module, &annex_image, argc, argv)  \
               ? 0 : -1;                                                \
    }

/* For ANNEX_MODULE() alone.  Reports errors itself, one line each. */
bool annex_module_install(const AnnexModule *module, const AnnexImage *image,
                          int argc, char **argv);

/*
 * Call @fn for each module in the order of loading.  @values are those in
 * force of @options, as text; @reason is NULL unless it is inert.
 */
typedef struct AnnexModuleView {
    const char *name;
    const char *path;
    const AnnexOption *options;
    char *const *values;
    const char *reason;
} AnnexModuleView;
typedef void AnnexModuleFn(const AnnexModuleView *view, void *opaque);
void annex_module_foreach(AnnexModuleFn *fn, void *opaque);

#endif
