/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends of QEMU in postcopy: asked for, in each state, and lost guests. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include "failure.h"
#include "postcopy-cases.h"

/* QEMU ends when it is asked to, in this state. */
static void quits(PostcopyPair *p)
{
    test_vm_quit(p->to);
    postcopy_pair_free(p);
}

void postcopy_quit_active(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");

    postcopy_pair_begin(p);
    test_link_freeze(p->link, true);
    quits(p);
}

void postcopy_quit_held(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");

    postcopy_pair_begin(p);
    postcopy_pair_cut(p);
    postcopy_expect_held(p);
    quits(p);
}

/* By a signal, that is. */
void postcopy_quit_running(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=run");

    postcopy_pair_begin(p);
    postcopy_pair_cut(p);
    g_assert_cmpint(kill(p->to->pid, SIGTERM), ==, 0);
    g_assert_cmpint(test_vm_wait_exit(p->to, 0), ==, 0);
    postcopy_pair_free(p);
}

void postcopy_quit_recover(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");

    postcopy_pair_begin(p);
    postcopy_pair_cut(p);
    postcopy_expect_held(p);
    postcopy_enter_recover(p);
    quits(p);
}

/*
 * Cut before the guest has begun to run at the destination: nothing can help
 * it there, and QEMU says so and ends.
 */
void postcopy_early(const PostcopySetup *setup)
{
    PostcopyPair *p = postcopy_pair_new(setup, "policy=pause");
    g_autofree char *text = NULL;
    int status;

    p->cut_early = true;
    postcopy_pair_begin(p);
    test_link_cut(p->link);
    status = test_vm_wait_exit(p->to, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    text = test_vm_stderr(p->to);
    if (!strstr(text, "load of migration failed")) {
        test_fail("QEMU does not say why it has ended: %s", text);
    }
    postcopy_pair_free(p);
}
