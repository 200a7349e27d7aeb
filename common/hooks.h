/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks: the only place that changes methods of the host. */
#ifndef ANNEX_HOOKS_H
#define ANNEX_HOOKS_H

#include "common/host/qdev.h"

/*
 * A hook replaces one function pointer in a host structure (a slot) and
 * keeps what was there.  Hooks belong to a set, which is restored as a
 * whole.  All functions: under the BQL.
 */
typedef struct AnnexHookSet AnnexHookSet;

/*
 * One interposed class method.  A table of them ends with an entry without
 * a type.  Fill entries with ANNEX_METHOD().
 */
typedef struct AnnexMethodHook {
    const char *type;     /* class or interface that declares the method */
    const char *method;   /* its name in QEMU's source */
    size_t offset;        /* of the pointer in the class structure */
    void *replacement;
} AnnexMethodHook;

/* Zero; "size of array is negative": @function has not the type of @field. */
#define ANNEX_SAME_TYPE(Class, field, function)                         \
    (0 * sizeof(char[__builtin_types_compatible_p(                      \
        typeof(&(function)), typeof(((Class *)NULL)->field)) ? 1 : -1]))

#define ANNEX_METHOD(type_name, Class, field, function)                 \
    { .type = (type_name), .method = #field,                            \
      .offset = offsetof(Class, field) +                                \
                ANNEX_SAME_TYPE(Class, field, function),                \
      .replacement = (function) }

/* A new, empty set.  @owner is a module's name, for query-annex. */
AnnexHookSet *annex_hooks_new(const char *owner);

/*
 * Interpose every method of @table in every concrete class that has it,
 * in those that are loaded now and those loaded later, with the first device
 * that a user asks for by the type's own name.  QOM subclasses and
 * interfaces hold copies of inherited methods (qom/object.c,
 * type_initialize()), so each class is written to.  Classes without the
 * method are left alone.  @table must outlive the set, and no method in it
 * is another set's.
 *
 * Slots are found first and then written as a whole.  Returns false, with
 * nothing changed, when no class has one of the methods.
 */
bool annex_hooks_add_methods(AnnexHookSet *set, const AnnexMethodHook *table,
                             Error **errp);

/*
 * Replace the pointer at @slot, a field of some host object or class, which
 * is called @method in a @type.  Sets may interpose the same slot, each of
 * them once: the latest is called first, and calls what annex_hooks_next()
 * gives it.
 */
void annex_hooks_add_slot(AnnexHookSet *set, void *slot, void *replacement,
                          const char *type, const char *method);

/* Take @set's hook out of @slot, where others may stay, and forget it. */
void annex_hooks_remove_slot(AnnexHookSet *set, void *slot);

/* Whether @slot is interposed. */
bool annex_hooks_has_slot(const void *slot);

/* What was at @slot before @replacement, which is interposed there. */
void *annex_hooks_next(const void *slot, const void *replacement);

/*
 * What the method at @offset of @klass was before.  @klass may be a class
 * that was initialised after the hook and inherited the replacement.
 */
void *annex_hooks_next_method(void *klass, size_t offset);

#define ANNEX_NEXT(klass, field)                                        \
    ((typeof((klass)->field))annex_hooks_next_method(                   \
        (klass), offsetof(typeof(*(klass)), field)))

/* Write back everything the set has replaced, and free it. */
void annex_hooks_restore(AnnexHookSet *set);

/*
 * Call @fn for each class (or region) and method that @owner has
 * interposed, with the number of copies.
 */
typedef void AnnexHooksFn(const char *type, const char *method,
                          unsigned copies, void *opaque);
void annex_hooks_foreach(const char *owner, AnnexHooksFn *fn, void *opaque);

#endif
