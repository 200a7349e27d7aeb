/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bash offers for the words after annexctl. */
#include <string.h>
#include "ctl-run.h"
#include "fake-qmp.h"

static const char *program, *script;

/* The words offered for the last word of @line, which may be empty. */
static void expect(const char *line, const char *wanted)
{
    g_autofree char *text = g_strdup_printf(
        ". '%s'; COMP_WORDS=('%s' %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
        " _annexctl; echo \"${COMPREPLY[*]}\"", script, program, line);
    char *argv[] = { "bash", "--norc", "-c", text, NULL };
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                 &err, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(err, ==, "");
    g_assert_cmpstr(g_strchomp(out), ==, wanted);
}

static void commands(void)
{
    expect("un", "unplugs");
    expect("-s /x --json ve", "");
    expect("-s /x --json vh", "vhost-user");
    expect("postcopy ''", "policy unwedge");
    expect("postcopy policy p", "pause");
    expect("slots e", "export");
    expect("failover u", "unplug");
    expect("unplugs --wa", "--watch");
    expect("retry --d", "--deadline");
    expect("events --f", "--follow");
    expect("timeline --o", "--output");
    expect("--v", "--version");
    expect("--timeout ''", "");
    expect("timeline /dev/nul", "/dev/null");
    expect("--socket = /dev/nul", "/dev/null");
    expect("--socket = /x --width = 5 retry --d", "--deadline");
}

/* Ids that a shell would obey are left out. */
static void ids(void)
{
    g_autoptr(FakeQmp) fake = fake_qmp_new();
    g_autofree char *cancel = g_strdup_printf("-s %s cancel ''",
                                              fake_qmp_path(fake));
    g_autofree char *equals = g_strdup_printf("--socket = %s cancel ''",
                                              fake_qmp_path(fake));
    g_autofree char *plug = g_strdup_printf("-s %s failover plug ''",
                                            fake_qmp_path(fake));
    g_autofree char *which = g_strdup_printf("-s %s failover plug net1 v",
                                             fake_qmp_path(fake));

    fake_qmp_answer(fake, "query-unplug-requests",
                    "[{\"device\": \"disk0\", \"path\": \"/p\"},"
                    " {\"device\": \"$(touch x)\"}, {\"device\": \"a`b\"},"
                    " {\"path\": \"/q\", \"device\": \"dimm1\"}]");
    fake_qmp_answer(fake, "query-failover", "[{\"standby\": \"net1\","
                    " \"candidates\": [{\"id\": \"vf0\"}]}]");
    fake_qmp_start(fake);
    expect(cancel, "disk0 dimm1");
    expect(equals, "disk0 dimm1");
    expect(plug, "net1");
    expect(which, "vf0");
}

/* Nobody is there: nothing is offered, nothing is said. */
static void nobody(void)
{
    expect("-s /nonexistent cancel ''", "");
    expect("cancel ''", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ctl_init(argv[1]);
    program = argv[1];
    script = argv[2];
    g_test_add_func("/ctl-completion/commands", commands);
    g_test_add_func("/ctl-completion/ids", ids);
    g_test_add_func("/ctl-completion/nobody", nobody);
    return g_test_run();
}
