/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: how large the structures of a QOM type are. */
#ifndef ANNEX_HOST_QOM_H
#define ANNEX_HOST_QOM_H

#include "qemu/osdep.h"
#include "qom/object.h"

/*
 * First fields of struct TypeImpl (qom/object.c, 7.2 and 10.0).  No function
 * tells the size of a class, and since 10.0 none that of an instance.
 */
typedef struct AnnexHostTypeImpl {
    const char *name;
    size_t class_size;
    size_t instance_size;
} AnnexHostTypeImpl;

/* The type named @name, as far as we know it; NULL if there is none. */
static inline const AnnexHostTypeImpl *annex_host_type(const char *name)
{
    ObjectClass *klass = object_class_by_name(name);
    const AnnexHostTypeImpl *impl =
        klass ? (const AnnexHostTypeImpl *)klass->type : NULL;

    return impl && !strcmp(impl->name, name) ? impl : NULL;
}

/* Whether AnnexHostTypeImpl is right: tried on the one type we know well. */
static inline bool annex_host_types_are_known(void)
{
    const AnnexHostTypeImpl *object = annex_host_type(TYPE_OBJECT);

    return object && object->instance_size == sizeof(Object) &&
           object->class_size == sizeof(ObjectClass);
}

#endif
