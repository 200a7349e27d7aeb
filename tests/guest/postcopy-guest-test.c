/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux guests whose postcopy migration breaks, with annex-postcopy. */
#include <string.h>
#include "postcopy-cases.h"

/*
 * usage: postcopy-guest-test [-p /postcopy-guest/SETUP/CASE]
 *
 * ANNEX_POSTCOPY_LONG=1 in the environment: each case in each set-up where
 * it can differ.
 */

typedef struct Case {
    const char *name;
    void (*run)(const PostcopySetup *setup);
    /* The set-ups that it runs in, and those of the long form. */
    const char *setups;
    const char *more;
} Case;

#define ALL "x86-2 x86-1 x86-8 x86-2-single x86-8-single ppc64-1 " \
            "ppc64-1-single"

static const Case cases[] = {
    { "commands", postcopy_commands, "x86-2 ppc64-1", ALL },
    { "still", postcopy_still, "x86-8 ppc64-1-single", ALL },
    { "stop-survives", postcopy_stop_survives, "x86-2", "x86-2-single" },
    { "policies", postcopy_policies, "x86-2-single", "x86-2 x86-8" },
    { "no-events", postcopy_no_events, "x86-8-single", "x86-2" },
    { "quiet", postcopy_quiet, "x86-2", "x86-8" },
    { "frozen", postcopy_frozen, "x86-2", "x86-8" },
    { "disk", postcopy_disk, "x86-1", ALL },
    { "preempt", postcopy_preempt, "", "x86-2" },
    { "main-loop", postcopy_main_loop, "x86-2", "" },
    { "early", postcopy_early, "x86-2", "" },
    { "quit-active", postcopy_quit_active, "", "x86-2" },
    { "quit-held", postcopy_quit_held, "x86-2", "ppc64-1" },
    { "quit-running", postcopy_quit_running, "x86-2", "" },
    { "quit-recover", postcopy_quit_recover, "x86-2", "" },
    {}
};

bool postcopy_is_long(void)
{
    return !g_strcmp0(g_getenv("ANNEX_POSTCOPY_LONG"), "1");
}

static bool has(const char *list, const char *name)
{
    g_auto(GStrv) words = g_strsplit(list, " ", 0);

    return g_strv_contains((const char *const *)words, name);
}

static void run_case(gconstpointer opaque)
{
    const char *name = strrchr(g_test_get_path(), '/') + 1;
    const Case *c = cases;

    while (strcmp(c->name, name)) {
        c++;
    }
    c->run(opaque);
}

int main(int argc, char **argv)
{
    const PostcopySetup *s;
    const Case *c;

    g_test_init(&argc, &argv, NULL);
    for (s = postcopy_setups; s->name; s++) {
        for (c = cases; c->name; c++) {
            g_autofree char *path = g_strdup_printf("/postcopy-guest/%s/%s",
                                                    s->name, c->name);

            if (has(c->setups, s->name) ||
                (postcopy_is_long() && has(c->more, s->name))) {
                g_test_add_data_func(path, s, run_case);
            }
        }
    }
    return g_test_run();
}
