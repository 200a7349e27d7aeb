/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host API: how large the structures of a QOM type are. */
#ifndef ANNEX_HOST_QOM_H
#define ANNEX_HOST_QOM_H

#include "qemu/osdep.h"
#include "qapi/util.h"
#include "qom/object.h"

#include "common/host/type-info.h"

/* TYPE_CONTAINER of qom/object.h: has children, and nothing else. */
#define ANNEX_HOST_TYPE_CONTAINER "container"

/* annex-check reads these in a file, without the host's headers. */
#define ANNEX_HOST_IS_MIRRORED(Struct, Mirror, field)                   \
    _Static_assert(offsetof(Struct, field) == offsetof(Mirror, field),  \
                   #Mirror)

ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, parent);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, instance_size);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, instance_align);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, instance_init);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, instance_post_init);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, instance_finalize);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, abstract);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, class_size);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, class_init);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, class_base_init);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, class_data);
ANNEX_HOST_IS_MIRRORED(TypeInfo, AnnexHostTypeInfo, interfaces);
ANNEX_HOST_IS_MIRRORED(QEnumLookup, AnnexHostEnumLookup, size);
_Static_assert(sizeof(TypeInfo) == sizeof(AnnexHostTypeInfo) &&
               sizeof(ObjectClass) == ANNEX_HOST_OBJECT_CLASS_SIZE,
               "AnnexHostTypeInfo");

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
