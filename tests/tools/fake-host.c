/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has in it what annex-check looks for in a QEMU, and does nothing. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"

#define USED __attribute__((used))

/* As in include/qom/object.h. */
typedef struct TypeInfo {
    const char *name;
    const char *parent;
    size_t instance_size;
    size_t instance_align;
    void (*instance_init)(void);
    void (*instance_post_init)(void);
    void (*instance_finalize)(void);
    size_t abstract;            /* a bool, and its padding */
    size_t class_size;
    void (*class_init)(void);
    void (*class_base_init)(void);
    void *class_data;
    const char *const *interfaces;
} TypeInfo;

void fake_one(void)
{
}

int fake_two;

void qemu_plugin_register_vcpu_init_cb(void)
{
}

static const char *const event_names[] = { "ONE", "TWO", "THREE" };

const struct {
    const char *const *array;
    const void *features;
    const int size;
} QAPIEvent_lookup = { event_names, NULL, FAKE_EVENTS };

static const char *const interfaces[] = { "iface", NULL };

static const TypeInfo types[] USED = {
    /* A child may come before its parent. */
    { .name = "child", .parent = "base", .interfaces = interfaces },
    { .name = "object", .instance_size = 40, .abstract = 1 },
    { .name = "base", .parent = "object", .instance_size = 64,
      .instance_align = 16, .instance_init = fake_one, .abstract = 1,
      .class_size = 120, .class_init = fake_one },
    /* As a list of names that happen to be those of types. */
    { .name = "iface", .parent = "base" },
    { .name = "interface", .class_size = 104, .abstract = 1 },
    { .name = "iface", .parent = "interface", .class_size = 144 },
    { .name = "iface", .parent = "child" },
    /* No type: which of them is it? */
    { .name = "twice", .parent = "base", .instance_size = 72 },
    { .name = "twice", .parent = "base", .instance_size = 80 },
    /* No types: what they inherit from is not there, or is larger. */
    { .name = "orphan", .parent = "nobody", .instance_size = 64,
      .class_size = 120 },
    { .name = "dwarf", .parent = "base", .instance_size = 56 },
    { .name = "narcissus", .parent = "narcissus", .instance_size = 64 },
    { .name = "loop", .parent = "knot", .instance_size = 64 },
    { .name = "knot", .parent = "loop", .instance_size = 64 },
    /* Values that no field of its kind has. */
    { .name = "giant", .parent = "base", .instance_size = 1ull << 40 },
    { .name = "crooked", .parent = "base", .instance_align = 3 },
    { .name = "grey", .parent = "base", .abstract = 2 },
};

/* As a QemuOptsList, which is followed by a pointer to itself. */
static const struct {
    const char *name;
    const char *implied_opt_name;
    size_t merge_lists;
    void *first;
    const void *previous;
    void *desc[8];
} options USED = { "options", "base", 0, NULL, &options.first, {} };

int main(void)
{
    puts("QEMU emulator version " FAKE_VERSION " (" FAKE_PACKAGE ")\n"
         "and a second line");
    return !strerror(0);
}
