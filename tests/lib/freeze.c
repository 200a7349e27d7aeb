/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that stand still for a while. */
#include "freeze.h"

#include <signal.h>
#include <sys/wait.h>
#include "failure.h"

void test_freeze(pid_t child)
{
    siginfo_t info = { 0 };

    g_assert_no_errno(kill(child, SIGSTOP));
    /* Looked at only: who started it may wait for its end. */
    g_assert_no_errno(waitid(P_PID, child, &info,
                             WSTOPPED | WEXITED | WNOWAIT));
    if (info.si_code != CLD_STOPPED) {
        test_fail("the process to be stopped has ended");
    }
}

void test_thaw(pid_t child)
{
    g_assert_no_errno(kill(child, SIGCONT));
}
