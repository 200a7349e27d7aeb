/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: a text at the start of a migration stream. */
#ifndef ANNEX_HOST_MIGRATION_HEAD_H
#define ANNEX_HOST_MIGRATION_HEAD_H

#include "qemu/osdep.h"
#include "migration/register.h"
#include "migration/vmstate.h"

#if HOST_SERIES < 1000
#include "migration/qemu-file-types.h"
#endif

/* No text is longer, with the zero at its end. */
#define ANNEX_HOST_HEAD_MAX (4 * 1024 * 1024)

/*
 * A section that is sent while there is a text, before any device's state:
 * since 8.1 before everything else, up to then after the list of RAM blocks,
 * which nothing can be put before.  @length includes the zero at the end.
 * On the wire it is the same in both: 32 bits of length, and the text.
 *
 * @load gets what has arrived, and says what to do with the rest of the
 * stream.  In the main thread, under the BQL.
 */
typedef struct AnnexMigrationHead {
    uint32_t length;
    uint8_t *text;              /* NULL: nothing is sent */
    bool (*load)(const char *text);
} AnnexMigrationHead;

/* Since 8.1 the host aborts when it is to send a longer one. */
static inline bool annex_host_head_fits(const char *text)
{
    return strlen(text) < ANNEX_HOST_HEAD_MAX;
}

/* Takes @text, which fits, or is NULL. */
static inline void annex_host_head_set(AnnexMigrationHead *head, char *text)
{
    g_free(head->text);
    head->text = (uint8_t *)text;
    head->length = text ? strlen(text) + 1 : 0;
}

static inline int annex_host_head_loaded(AnnexMigrationHead *head)
{
    bool ok = head->length && !head->text[head->length - 1] &&
              head->load((char *)head->text);

    annex_host_head_set(head, NULL);
    return ok ? 0 : -EINVAL;
}

static inline bool annex_host_head_is_sent(void *opaque)
{
    const AnnexMigrationHead *head = opaque;

    return head->text;
}

#if HOST_SERIES < 1000
/* In the migration thread, without the BQL: the text does not change. */
static inline int annex_host_head_save(QEMUFile *f, void *opaque)
{
    const AnnexMigrationHead *head = opaque;

    qemu_put_be32(f, head->length);
    qemu_put_buffer(f, head->text, head->length);
    return 0;
}

static inline int annex_host_head_load(QEMUFile *f, void *opaque, int version)
{
    AnnexMigrationHead *head = opaque;

    head->length = qemu_get_be32(f);
    if (!head->length || head->length > ANNEX_HOST_HEAD_MAX) {
        return -EINVAL;
    }
    g_free(head->text);
    head->text = g_malloc(head->length);
    if (qemu_get_buffer(f, head->text, head->length) != head->length) {
        annex_host_head_set(head, NULL);
        return -EIO;
    }
    return annex_host_head_loaded(head);
}

static inline void annex_host_migration_add_head(const char *name,
                                                 AnnexMigrationHead *head)
{
    static const SaveVMHandlers handlers = {
        .is_active = annex_host_head_is_sent,
        .save_setup = annex_host_head_save,
        .load_state = annex_host_head_load,
    };

    register_savevm_live(name, 0, 1, &handlers, head);
}
#else
static inline bool annex_host_head_is_sane(void *opaque, int version)
{
    const AnnexMigrationHead *head = opaque;

    return head->length && head->length <= ANNEX_HOST_HEAD_MAX;
}

static inline int annex_host_head_pre_load(void *opaque)
{
    annex_host_head_set(opaque, NULL);
    return 0;
}

static inline int annex_host_head_post_load(void *opaque, int version)
{
    return annex_host_head_loaded(opaque);
}

static inline void annex_host_migration_add_head(const char *name,
                                                 AnnexMigrationHead *head)
{
    static const VMStateField fields[] = {
        VMSTATE_UINT32(length, AnnexMigrationHead),
        VMSTATE_VALIDATE("length", annex_host_head_is_sane),
        VMSTATE_VBUFFER_ALLOC_UINT32(text, AnnexMigrationHead, 0, NULL,
                                     length),
        VMSTATE_END_OF_LIST()
    };
    static VMStateDescription vmsd = {
        .version_id = 1,
        .minimum_version_id = 1,
        .priority = MIG_PRI_MAX,
        .early_setup = true,
        .needed = annex_host_head_is_sent,
        .pre_load = annex_host_head_pre_load,
        .post_load = annex_host_head_post_load,
        .fields = fields,
    };

    vmsd.name = name;
    vmstate_register(NULL, 0, &vmsd, head);
}
#endif

#endif
