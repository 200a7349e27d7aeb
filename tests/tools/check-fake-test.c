/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annex-check on small files that nobody runs: each check, output, options. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "../qtest/falsify.h"
#include "check-run.h"
#include "fake.h"

#define LINE FAKE_VERSION " (" FAKE_PACKAGE "): annex-fake: "

/* A QEMU, a module and its libannex.so in a folder of their own. */
typedef struct Fixture {
    char *folder;
    char *host;
    char *module;
} Fixture;

static void copy(const char *name, const char *folder, const char *to)
{
    g_autofree char *path = g_test_build_filename(G_TEST_BUILT, name, NULL);
    g_autoptr(Falsified) file = falsify_load(path);

    g_free(falsify_save(file, folder, to));
}

static void set_up(Fixture *f, gconstpointer unused)
{
    f->folder = check_folder_new();
    f->host = g_build_filename(f->folder, "qemu-system-fake", NULL);
    f->module = g_build_filename(f->folder, "annex-fake.so", NULL);
    copy("fake-host", f->folder, "qemu-system-fake");
    copy("annex-fake.so", f->folder, "annex-fake.so");
    copy("libannex.so", f->folder, "libannex.so");
}

static void tear_down(Fixture *f, gconstpointer unused)
{
    check_folder_remove(f->folder);
    g_free(f->host);
    g_free(f->module);
}

/* Overwrite one file of the folder. */
typedef void ChangeFn(Falsified *file);

static void change(Fixture *f, const char *name, ChangeFn *fn)
{
    g_autofree char *path = g_build_filename(f->folder, name, NULL);
    g_autoptr(Falsified) file = falsify_load(path);

    fn(file);
    g_free(falsify_save(file, f->folder, name));
}

/* ------------------------------------------------------------ verdicts */

static void expect_all_measured(Fixture *f)
{
    g_autoptr(JsonObject) verdict = check_verdict(f->host, f->module);

    g_assert_true(json_object_get_boolean_member(verdict, "loads"));
    g_assert_cmpint(json_object_get_int_member(verdict, "types-absent"), ==,
                    atoi(FAKE_ABSENT));
    g_assert_cmpstr(json_object_get_string_member(verdict, "version"), ==,
                    FAKE_VERSION);
    g_assert_cmpstr(json_object_get_string_member(verdict, "package"), ==,
                    FAKE_PACKAGE);
}

static void loads(Fixture *f, gconstpointer unused)
{
    expect_all_measured(f);
    /* The same, linked with relative relocations in their compact form. */
    copy("fake-host-relr", f->folder, "qemu-system-fake");
    expect_all_measured(f);
    /* With code and headers in one segment, as Arm and s390 have by default. */
    copy("fake-host-code-at-0", f->folder, "qemu-system-fake");
    expect_all_measured(f);
}

static const char *wrong_type;

static void make_type_larger(Falsified *module)
{
    AnnexAbiType *type = falsify_type(module, wrong_type);

    type->instance_size = 0;
    type->class_size++;
}

static void class_sizes(Fixture *f, gconstpointer unused)
{
    static const struct {
        const char *type;
        unsigned size;
    } sizes[] = {
        { "object", 96 }, { "base", 120 }, { "child", 120 },
        { "interface", 104 }, { "iface", 144 },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *reason = g_strdup_printf(
            "the class of type '%s' has %u bytes in this QEMU, not the %u "
            "that it was built for", sizes[i].type, sizes[i].size,
            sizes[i].size + 1);

        wrong_type = sizes[i].type;
        change(f, "annex-fake.so", make_type_larger);
        check_expect_refused(f->host, f->module, reason);
        copy("annex-fake.so", f->folder, "annex-fake.so");
    }
}

static void make_foreign(Falsified *file)
{
    ((Elf64_Ehdr *)file->bytes)->e_machine = EM_S390;
}

static void other_machine(Fixture *f, gconstpointer unused)
{
    g_autofree char *reason = g_strdup_printf(
        "built for another machine (ELF machine %u), but this QEMU is for "
        "ELF machine %u", EM_S390, EM_X86_64);

    change(f, "libannex.so", make_foreign);
    check_expect_refused(f->host, f->module, reason);
    copy("libannex.so", f->folder, "libannex.so");
    change(f, "annex-fake.so", make_foreign);
    check_expect_refused(f->host, f->module, reason);
}

static void other_linking(Fixture *f, gconstpointer unused)
{
    copy("fake-host-no-pie", f->folder, "qemu-system-fake");
    check_expect_refused(f->host, f->module,
                         "the types of this QEMU cannot be measured");
    copy("fake-host-no-exports", f->folder, "qemu-system-fake");
    check_expect_refused(f->host, f->module,
                         "this QEMU cannot load plugins: it was built with "
                         "--disable-plugins");
}

/* fake-host.c refers to strerror(), as QEMU to what its libraries have. */
static void need_import(Falsified *file)
{
    memcpy(falsify_symbol(file, "fake_one"), "strerror", strlen("strerror"));
}

static void import(Fixture *f, gconstpointer unused)
{
    change(f, "annex-fake.so", need_import);
    check_expect_refused(f->host, f->module,
                         "this QEMU does not export what it was built to "
                         "use: strerror");
}

/* What a terminal would obey is not printed. */
static void make_package_strange(Falsified *file)
{
    strcpy(falsify_build(file)->host_package, "\033[31m\n.\377");
}

static void strange_text(Fixture *f, gconstpointer unused)
{
    change(f, "libannex.so", make_package_strange);
    change(f, "annex-fake.so", make_package_strange);
    check_expect_loads(f->host, f->module,
                       "built for package '?[31m?.?', running on '"
                       FAKE_PACKAGE "': version and structures agree");
}

/* ------------------------------------------------------ the command line */

static void expect_run(CheckRun *run, int status, const char *out)
{
    g_assert_cmpstr(run->out, ==, out);
    g_assert_cmpint(run->status, ==, status);
    check_run_free(run);
}

static void text(Fixture *f, gconstpointer unused)
{
    g_autofree char *good = g_strconcat(
        f->host, " " LINE "loads; types not found, and not compared: "
        FAKE_ABSENT "\n", NULL);
    g_autofree char *bad = g_strconcat(
        f->host, " " LINE "refuses: there is no libannex.so beside it\n",
        NULL);
    g_autofree char *libannex = g_build_filename(f->folder, "libannex.so",
                                                 NULL);

    expect_run(check_run("-m", f->folder, f->host, NULL), 0, good);
    expect_run(check_run("-q", "-m", f->folder, f->host, NULL), 0, "");
    g_remove(libannex);
    expect_run(check_run("-m", f->folder, f->host, NULL), 1, bad);
    expect_run(check_run("-q", "-m", f->folder, f->host, NULL), 1, "");
}

static void choice(Fixture *f, gconstpointer unused)
{
    char *folder = check_folder_new();

    copy("annex-fake.so", folder, "annex-bad.so");
    expect_run(check_run("-q", "-m", f->folder, "-m", folder, f->host, NULL),
               1, "");
    expect_run(check_run("-q", "-m", f->folder, "-m", folder, f->host,
                         "--any", NULL), 0, "");
    expect_run(check_run("-q", "-m", folder, "--any", f->host, NULL), 1, "");
    expect_run(check_run("-q", "-m", f->folder, "-m", folder, f->host,
                         "--module", "fake", NULL), 0, "");
    expect_run(check_run("-q", "-m", f->folder, "-m", folder, f->host,
                         "--module", "annex-bad", NULL), 1, "");
    expect_run(check_run("-q", "-m", f->folder, f->host, "--module", "none",
                         NULL), 2, "");
    check_folder_remove(folder);
}

/* Two builds of one module are told apart by their paths. */
static void same_name(Fixture *f, gconstpointer unused)
{
    char *folder = check_folder_new();
    g_autofree char *other = g_build_filename(folder, "annex-fake.so", NULL);
    g_autoptr(CheckRun) run = NULL;

    copy("annex-fake.so", folder, "annex-fake.so");
    run = check_run("-m", f->folder, "-m", folder, f->host, NULL);
    g_assert_nonnull(strstr(run->out, f->module));
    g_assert_nonnull(strstr(run->out, other));
    check_folder_remove(folder);
}

static void usage(Fixture *f, gconstpointer unused)
{
    g_autoptr(CheckRun) help = check_run("--help", NULL);

    g_assert_cmpint(help->status, ==, 0);
    g_assert_nonnull(strstr(help->out, "Exit status:"));
    expect_run(check_run("--no-such-option", NULL), 2, "");
    expect_run(check_run("--modules", NULL), 2, "");
    expect_run(check_run("-m", "/nonexistent", f->host, NULL), 2, "");
    expect_run(check_run("-m", f->module, "/nonexistent", NULL), 2, "");
    expect_run(check_run("-m", f->module, "", NULL), 2, "");
    /* The other way round. */
    expect_run(check_run("-m", f->host, f->module, NULL), 2, "");
    expect_run(check_run("-m", f->module, f->module, NULL), 2, "");
}

/* Bad binaries do not keep it from judging good ones. */
static void some_unreadable(Fixture *f, gconstpointer unused)
{
    g_autoptr(CheckRun) run = check_run("-m", f->module, f->folder, f->host,
                                        NULL);

    g_assert_cmpint(run->status, ==, 2);
    g_assert_nonnull(strstr(run->out, ": loads"));
    g_assert_nonnull(strstr(run->err, ": not a regular file\n"));
}

/* ---------------------------------------------- what is installed here */

static char *in_folder(Fixture *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;

    while ((text = strstr(text, word))) {
        text++;
        n++;
    }
    return n;
}

static void installed(Fixture *f, gconstpointer unused)
{
    g_autofree char *link = in_folder(f, "qemu-system-a-link");
    g_autofree char *script = in_folder(f, "qemu-system-script");
    g_autofree char *not_run = in_folder(f, "qemu-system-not-run");
    g_autofree char *old = g_strdup(g_getenv("PATH"));
    g_autofree char *path = g_strconcat(f->folder, ":", f->folder, ":", old,
                                        NULL);
    g_autoptr(CheckRun) run = NULL;

    g_assert_no_errno(symlink("qemu-system-fake", link));
    g_assert_true(g_file_set_contents_full(script, "#!/bin/sh\n", -1, 0, 0700,
                                           NULL));
    copy("fake-host", f->folder, "qemu-system-not-run");
    g_chmod(not_run, 0600);
    g_setenv("PATH", path, true);
    run = check_run("-m", f->module, NULL);
    g_setenv("PATH", old, true);
    g_assert_cmpuint(count(run->out, f->folder), ==, 1);
    g_assert_nonnull(strstr(run->out, f->host));
    g_assert_cmpuint(count(run->err, f->folder), ==, 1);
    g_assert_nonnull(strstr(run->err, script));
}

static void add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    check_init(argc, argv);
    add("/check-fake/loads", loads);
    add("/check-fake/class-sizes", class_sizes);
    add("/check-fake/other-machine", other_machine);
    add("/check-fake/other-linking", other_linking);
    add("/check-fake/import", import);
    add("/check-fake/strange-text", strange_text);
    add("/check-fake/text", text);
    add("/check-fake/choice", choice);
    add("/check-fake/same-name", same_name);
    add("/check-fake/usage", usage);
    add("/check-fake/some-unreadable", some_unreadable);
    add("/check-fake/installed", installed);
    return g_test_run();
}
