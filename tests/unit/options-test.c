/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Module options: what is taken, what is refused and in which words. */
#include "common/options.h"

#include <string.h>

static bool flag;
static int64_t delay_ms;
static int colour;
static int64_t slots;
static int64_t times;
static char *file;
static char **pairs;

static bool is_pair(const char *text)
{
    return strchr(text, ':');
}

static const char *const colours[] = { "red", "green", NULL };

static const AnnexOption table[] = {
    { .name = "flag", .type = ANNEX_OPTION_BOOL, .def = "off",
      .value = &flag },
    { .name = "delay", .type = ANNEX_OPTION_SECONDS, .def = "1.5",
      .max = 86400, .value = &delay_ms },
    { .name = "colour", .type = ANNEX_OPTION_CHOICE, .def = "green",
      .choices = colours, .value = &colour },
    { .name = "slots", .type = ANNEX_OPTION_NUMBER, .def = "0",
      .max = 64, .value = &slots },
    { .name = "times", .type = ANNEX_OPTION_COUNT, .def = "forever",
      .max = 100, .value = &times },
    { .name = "file", .type = ANNEX_OPTION_TEXT, .value = &file },
    { .name = "pair", .type = ANNEX_OPTION_LIST, .syntax = "A:B",
      .check = is_pair, .value = &pairs },
    {}
};

static char **parse(const char *const *args, char **message)
{
    return annex_options_parse(table, g_strv_length((char **)args),
                               (char **)args, message);
}

static void test_defaults(void)
{
    const char *args[] = { NULL };
    char *message = NULL;
    g_auto(GStrv) values = parse(args, &message);

    g_assert_null(message);
    g_assert_false(flag);
    g_assert_cmpint(delay_ms, ==, 1500);
    g_assert_cmpint(colour, ==, 1);
    g_assert_cmpint(times, ==, INT64_MAX);
    g_assert_cmpstr(values[0], ==, "off");
    g_assert_cmpstr(values[1], ==, "1.5");
    g_assert_cmpstr(values[2], ==, "green");
    g_assert_cmpstr(values[3], ==, "0");
    g_assert_cmpstr(values[4], ==, "forever");
    g_assert_cmpstr(values[5], ==, "");
    g_assert_null(file);
    g_assert_null(pairs);
    g_assert_null(values[7]);
}

static void test_text_and_list(void)
{
    const char *args[] = { "pair=a:b", "file=/x=y", "pair=c:d", NULL };
    const char *bad[] = { "pair=a:b", "pair=c", NULL };
    char *message = NULL;
    g_auto(GStrv) values = parse(args, &message);

    g_assert_null(message);
    g_assert_cmpstr(file, ==, "/x=y");
    g_assert_cmpuint(g_strv_length(pairs), ==, 2);
    g_assert_cmpstr(pairs[0], ==, "a:b");
    g_assert_cmpstr(pairs[1], ==, "c:d");
    g_assert_cmpstr(values[6], ==, "a:b,c:d");
    g_assert_null(parse(bad, &message));
    g_assert_cmpstr(message, ==, "option 'pair': 'a:b,c' is not A:B");
    g_clear_pointer(&message, g_free);
    g_clear_pointer(&file, g_free);
    g_strfreev(g_steal_pointer(&pairs));
}

/* One bad argument, and the good ones beside it are not stored either. */
static void test_all_or_nothing(void)
{
    const char *args[] = { "flag=on", "delay=3", "colour=blue", NULL };
    g_autofree char *message = NULL;

    flag = false;
    delay_ms = 77;
    g_assert_null(parse(args, &message));
    g_assert_false(flag);
    g_assert_cmpint(delay_ms, ==, 77);
}

static void test_given(void)
{
    const char *args[] = { "colour=red", "delay=0", "flag=on", "slots=64",
                           "times=7", NULL };
    char *message = NULL;
    g_auto(GStrv) values = parse(args, &message);

    g_assert_nonnull(values);
    g_assert_true(flag);
    g_assert_cmpint(delay_ms, ==, 0);
    g_assert_cmpint(colour, ==, 0);
    g_assert_cmpint(slots, ==, 64);
    g_assert_cmpint(times, ==, 7);
}

static void test_seconds(void)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        { "0", 0 }, { "0.0", 0 }, { "15", 15000 }, { "0.001", 1 },
        { "2.5", 2500 }, { "2.25", 2250 }, { "007", 7000 },
        { "86400", 86400000 }, { "86400.000", 86400000 },
    };
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1s", "1e3", "1e99", "0x10", "nan",
        "inf", ".5", "5.", "1.2345", "86400.001", "86401",
        "99999999999999999999", "1,5", "--", "1.5.1",
    };
    unsigned i;
    int64_t ms;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(annex_options_seconds(good[i].text, 0, 86400, &ms));
        g_assert_cmpint(ms, ==, good[i].ms);
    }
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        ms = -7;
        g_assert_false(annex_options_seconds(bad[i], 0, 86400, &ms));
        g_assert_cmpint(ms, ==, -7);
    }
}

/* Each bad argument with the sentence it gets; nothing is stored. */
static void test_refused(void)
{
    static const struct {
        const char *arg;
        const char *message;
    } cases[] = {
        { "flag=1", "option 'flag': '1' is not 'on' or 'off'" },
        { "flag=", "option 'flag': '' is not 'on' or 'off'" },
        { "delay=soon", "option 'delay': 'soon' is not seconds from 0 to "
          "86400, with up to three decimals" },
        { "delay", "option 'delay': '' is not seconds from 0 to 86400, with "
          "up to three decimals" },
        { "colour=blue", "option 'colour': 'blue' is not one of 'red', "
          "'green'" },
        { "slots=65", "option 'slots': '65' is not a number from 0 to 64" },
        { "slots=-1", "option 'slots': '-1' is not a number from 0 to 64" },
        { "slots=1.5", "option 'slots': '1.5' is not a number from 0 to 64" },
        { "slots=", "option 'slots': '' is not a number from 0 to 64" },
        { "size=3", "option 'size': unknown, expected one of 'flag', "
          "'delay', 'colour', 'slots', 'times', 'file', 'pair'" },
        { "=3", "option '': unknown, expected one of 'flag', 'delay', "
          "'colour', 'slots', 'times', 'file', 'pair'" },
        { "times=101", "option 'times': '101' is not a number from 0 to 100, "
          "or 'forever'" },
        { "times=-1", "option 'times': '-1' is not a number from 0 to 100, "
          "or 'forever'" },
        { "flag=off", "option 'flag': given twice ('off', 'on')" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool twice = strstr(cases[i].message, "twice");
        const char *args[] = { cases[i].arg, twice ? "flag=on" : NULL, NULL };
        g_autofree char *message = NULL;

        flag = false;
        delay_ms = 77;
        colour = 1;
        slots = 7;
        g_assert_null(parse(args, &message));
        g_assert_cmpstr(message, ==, cases[i].message);
        g_assert_false(flag);
        g_assert_cmpint(delay_ms, ==, 77);
        g_assert_cmpint(colour, ==, 1);
        g_assert_cmpint(slots, ==, 7);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/options/defaults", test_defaults);
    g_test_add_func("/options/given", test_given);
    g_test_add_func("/options/all-or-nothing", test_all_or_nothing);
    g_test_add_func("/options/seconds", test_seconds);
    g_test_add_func("/options/text-and-list", test_text_and_list);
    g_test_add_func("/options/refused", test_refused);
    return g_test_run();
}
