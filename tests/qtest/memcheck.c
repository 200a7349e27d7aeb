/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU under valgrind's memcheck: what it finds in our code. */
#include "memcheck.h"
#include "failure.h"

#include <stdbool.h>
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

/*
 * A running thread's storage for our variables looks lost, and so does that of
 * a thread of ours: the C library has made it, and frees it when the thread
 * ends.
 */
static bool is_thread_storage(const char *block)
{
    return strstr(block, "lost in loss record") &&
           (strstr(block, "__tls_get_addr") ||
            strstr(block, "_dl_allocate_tls"));
}

/* Our frames are told by their files, relative to the build folder. */
#define OURS "/(common|hw-models|plugins)/[a-z-]+\\.c:[0-9]"

/*
 * Devices that the host does not free at its end: a hook on realize() is
 * below them, and no frame of ours between.
 */
static bool is_hosts_leak(const char *block)
{
    return g_regex_match_simple(
        "^[^\n]* lost in loss record [^\n]*\n"
        "((?![^\n]*" OURS ")[^\n]*\n)*"
        "[^\n]*\\(in [^\n]*/qemu-[^\n]*\n"
        "[^\n]*: (on_)?realize(_boards)? \\(", block, 0, 0);
}

void memcheck_end(Memcheck *m)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned i;

    g_assert_true(g_file_get_contents(m->log, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "ERROR SUMMARY"));
    blocks = g_regex_split_simple("\n==[0-9]+== \n", text, 0, 0);
    for (i = 0; blocks[i]; i++) {
        if (g_regex_match_simple(OURS, blocks[i], 0, 0) &&
            !is_hosts_leak(blocks[i]) && !is_thread_storage(blocks[i])) {
            test_fail("valgrind: %s", blocks[i]);
        }
    }
    remove(m->log);
    g_free(m->log);
    g_free(m->command);
}
