/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where annexctl prints to: full disks, readers that go, files of any kind. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "ctl-run.h"
#include "fake-qmp.h"

static int shell(const char *path, const char *what)
{
    g_autofree char *command = g_strdup_printf(
        "%s -s %s %s", g_getenv("CTL"), path, what);
    char *argv[] = { "bash", "-c", command, NULL };
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH |
                 G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                 &error);
    g_assert_no_error(error);
    return status >> 8;
}

static void full_disk(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);

    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_after(fake, "qmp_capabilities", "{\"event\": \"E\"}\r\n");
    fake_qmp_start(fake);
    g_assert_cmpint(shell(path, "unplugs > /dev/full"), ==, 6);
    g_assert_cmpint(shell(path, "unplugs --json > /dev/full"), ==, 6);
    g_assert_cmpint(shell(path, "unplugs --watch > /dev/full"), ==, 6);
    g_assert_cmpint(shell(path, "events > /dev/full"), ==, 6);
    g_assert_cmpint(shell(path, "unplugs >&-"), ==, 6);
}

/* Only a plain file is replaced: anything else stays what it is. */
static void link_to(const char *target, int status)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    const char *path = fake_qmp_path(fake);
    g_autofree char *link = g_strconcat(path, ".link", NULL);
    g_autofree char *export = g_strconcat("slots export ", link, NULL);

    fake_qmp_answer(fake, "pci-slots-export", "{\"version\": 1}");
    fake_qmp_start(fake);
    g_assert_no_errno(symlink(target, link));
    g_assert_cmpint(shell(path, export), ==, status);
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_unlink(link);
}

static void through_link(void)
{
    g_autofree char *file = NULL, *text = NULL;
    int fd = g_file_open_tmp("annexctl-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    link_to(file, 0);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\"version\": 1"));
    g_unlink(file);
    link_to("/dev/full", 6);
}

/*
 * Who reads us goes first, although there is nothing more to be read.  By
 * SIGPIPE, where something was to be written in that very moment.
 */
static void broken_pipe(void)
{
    static const char *const forever[] = {
        "unplugs --watch | read; exit ${PIPESTATUS[0]}",
        "unplugs --watch --json | read; exit ${PIPESTATUS[0]}",
        "events --follow | read; exit ${PIPESTATUS[0]}",
    };
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    unsigned i;

    fake_qmp_answer(fake, "query-unplug-requests", "[]");
    fake_qmp_after(fake, "qmp_capabilities", "{\"event\": \"E\"}\r\n");
    fake_qmp_start(fake);
    for (i = 0; i < G_N_ELEMENTS(forever); i++) {
        int status = shell(fake_qmp_path(fake), forever[i]);

        g_assert_true(status == 6 || status == 128 + SIGPIPE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ctl_init(argv[1]);
    g_setenv("CTL", argv[1], true);
    g_test_add_func("/ctl-output/full-disk", full_disk);
    g_test_add_func("/ctl-output/through-link", through_link);
    g_test_add_func("/ctl-output/broken-pipe", broken_pipe);
    return g_test_run();
}
