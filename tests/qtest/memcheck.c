/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU under valgrind's memcheck: what it finds in our code. */
#include "memcheck.h"
#include "failure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

Memcheck memcheck_begin(void)
{
    Memcheck m = { .log = g_build_filename(g_get_tmp_dir(),
                                           "annex-valgrind-XXXXXX", NULL) };

    close(g_mkstemp(m.log));
    m.command = g_strdup_printf("valgrind --log-file=%s --leak-check=full "
                                "--num-callers=20 --fullpath-after=", m.log);
    return m;
}

/* Our frames are told by their files, relative to the build folder. */
void memcheck_end(Memcheck *m)
{
    const char *ours = "/(common|hw-models|plugins)/[a-z-]+\\.c:[0-9]";
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned i;

    g_assert_true(g_file_get_contents(m->log, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "ERROR SUMMARY"));
    blocks = g_regex_split_simple("\n==[0-9]+== \n", text, 0, 0);
    for (i = 0; blocks[i]; i++) {
        if (g_regex_match_simple(ours, blocks[i], 0, 0)) {
            test_fail("valgrind: %s", blocks[i]);
        }
    }
    remove(m->log);
    g_free(m->log);
    g_free(m->command);
}
