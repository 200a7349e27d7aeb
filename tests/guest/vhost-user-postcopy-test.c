/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vhost-user: postcopy of a guest that rebinds its card, again and again. */
#include <stdlib.h>
#include <string.h>
#include "vhost-user-guest.h"

/*
 * Whether a run goes well is a matter of chance on stock QEMU, which may hang
 * or crash, so each is a process of its own: this program with RUN in its
 * environment, "stock" or "annex".  It prints a line as soon as it knows
 * something.
 */
#define RUN "ANNEX_VHOST_RUN"
#define RUNS "ANNEX_VHOST_RUNS"
#define RUNS_DEFAULT 3

/* What a back-end takes to end postcopy. */
#define END_MS 20

/* When stock QEMU is taken to hang.  The module gets all the time it needs. */
#define STOCK_MS 20000

static void set_capabilities(TestVm *vm)
{
    qmp_ok(vm->qmp, "migrate-set-capabilities", "{'capabilities': ["
           "{'capability': 'events', 'state': true},"
           "{'capability': 'postcopy-ram', 'state': true}]}");
}

static void migrate(VhostGuest *from, VhostGuest *to)
{
    g_autofree char *uri = g_strdup_printf("unix:%s/migration", to->vm->dir);

    set_capabilities(from->vm);
    set_capabilities(to->vm);
    test_vhost_fault(to->back, VHOST_POSTCOPY_END, VHOST_DELAY, END_MS, 0);
    qmp_ok(to->vm->qmp, "migrate-incoming", "{'uri': %s}", uri);
    qmp_ok(from->vm->qmp, "migrate-set-parameters",
           "{'max-bandwidth': 20000000}");
    qmp_ok(from->vm->qmp, "migrate", "{'uri': %s}", uri);
    qmp_wait_event(from->vm->qmp, "MIGRATION", 0, "{'status': 'active'}");
    qmp_ok(from->vm->qmp, "migrate-start-postcopy", QMP_ANY);
}

/* One run, in its own process. */
static void run(void)
{
    bool module = !strcmp(g_getenv(RUN), "annex");
    int wait_ms = module ? 0 : STOCK_MS;
    VhostGuest from = vhost_guest_new("from", module, "");
    VhostGuest to = vhost_guest_new("to", module, "-incoming defer");
    g_autofree char *said = NULL;
    unsigned starts;

    test_vm_start(from.vm);
    guest_wait_ready(from.vm->guest, 0);
    vhost_guest_rebind(&from);
    test_vhost_wait(from.back, VHOST_SET_VRING_KICK, 8);
    test_vm_start(to.vm);
    migrate(&from, &to);
    test_vhost_wait(to.back, VHOST_POSTCOPY_END, 1);
    g_usleep(10 * END_MS * 1000);
    g_print("run: overlaps %u\n", test_vhost_overlaps(to.back));
    qmp_wait_event(to.vm->qmp, "MIGRATION", wait_ms,
                   "{'status': 'completed'}");
    qmp_reply(to.vm->qmp, qmp_send(to.vm->qmp, "query-status", QMP_ANY),
              wait_ms);
    starts = test_vhost_count(to.back, VHOST_SET_VRING_KICK);
    guest_run(to.vm->guest, NULL, wait_ms, "true");
    test_vhost_wait(to.back, VHOST_SET_VRING_KICK, starts + 8);
    g_print("run: overlaps %u\n", test_vhost_overlaps(to.back));
    g_print("run: userfaultfds %u\n", test_vm_userfaultfds(to.vm));
    said = test_vm_stderr(to.vm);
    g_print("run: QEMU said %s\nrun: ok\n", said);
    vhost_guest_free(&from);
    vhost_guest_free(&to);
}

typedef struct Result {
    unsigned runs;
    unsigned hangs;
    unsigned crashes;
    unsigned overlaps;          /* runs with two requests at once */
    unsigned swapped;           /* runs with one's reply taken for another's */
    unsigned left;              /* runs with userfaultfds left */
    double took_s;              /* all of them */
} Result;

static unsigned number_after(const char *text, const char *word)
{
    const char *last = NULL, *next = text;

    while ((next = strstr(next, word))) {
        next += strlen(word);
        last = next;
    }
    return last ? strtoul(last, NULL, 10) : 0;
}

/* Run @argv to its end; all that it printed, to be freed with g_free(). */
static char *output_of(char **argv, char **env)
{
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;

    g_spawn_sync(NULL, argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    return g_strconcat(out, err, NULL);
}

/* A process that fails leaves its files: here they are gone with it. */
static char *run_variant(const char *variant)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = g_dir_make_tmp("annex-runs-XXXXXX", NULL);
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), RUN, variant, TRUE);
    char *test[] = { program, NULL };
    char *clean[] = { "rm", "-rf", "--", dir, NULL };
    char *output;

    env = g_environ_setenv(env, "TMPDIR", dir, TRUE);
    output = output_of(test, env);
    g_free(output_of(clean, env));
    return output;
}

static void add_run(const char *variant, Result *r)
{
    gint64 begun_us = g_get_monotonic_time();
    g_autofree char *all = run_variant(variant);

    r->took_s += (g_get_monotonic_time() - begun_us) / 1e6;
    r->runs++;
    r->overlaps += number_after(all, "run: overlaps ") > 0;
    r->swapped += strstr(all, "Received unexpected msg type") ||
                  strstr(all, "Failed to read msg header. Flags");
    if (strstr(all, "run: ok")) {
        r->left += number_after(all, "run: userfaultfds ") > 0;
    } else if (strstr(all, "killed by signal")) {
        r->crashes++;
    } else {
        r->hangs++;
        g_test_message("%s: %s", variant, all);
    }
}

static void report(const char *variant, const Result *r)
{
    g_test_message("%s: %u runs, %u hangs, %u crashes, %u with two requests"
                   " at once, %u with swapped replies, %u with userfaultfds"
                   " left; %.0f s for a run", variant, r->runs, r->hangs,
                   r->crashes, r->overlaps, r->swapped, r->left,
                   r->took_s / r->runs);
}

static void test_postcopy(void)
{
    const char *wanted = g_getenv(RUNS);
    unsigned runs = wanted ? atoi(wanted) : RUNS_DEFAULT;
    Result stock = { 0 }, annex = { 0 };

    if (!test_host_has_guest("x86_64")) {
        g_test_skip("ANNEX_GUEST_DIR is not set");
        return;
    }
    while (annex.runs < runs) {
        add_run("stock", &stock);
        add_run("annex", &annex);
    }
    report("stock", &stock);
    report("annex", &annex);
    g_assert_cmpint(annex.hangs, ==, 0);
    g_assert_cmpint(annex.crashes, ==, 0);
    g_assert_cmpint(annex.overlaps, ==, 0);
    g_assert_cmpint(annex.swapped, ==, 0);
    g_assert_cmpint(annex.left, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (g_getenv(RUN)) {
        g_test_add_func("/vhost-user-postcopy/run", run);
    } else {
        g_test_add_func("/vhost-user-postcopy/rebinds", test_postcopy);
    }
    return g_test_run();
}
