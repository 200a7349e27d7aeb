/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annexctl: Annex at a terminal.  docs/annexctl.rst */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>
#include "ctl.h"
#include "terminal.h"

static const CtlCommand *const commands[] = {
    &ctl_unplugs, &ctl_cancel, &ctl_retry, &ctl_failover, &ctl_vhost_user,
    &ctl_slots, &ctl_postcopy, &ctl_connectors, &ctl_modules, &ctl_events,
    &ctl_timeline,
};

/* The options of all commands, before the command's name or after it. */
static char *socket_path;
static gboolean json, ascii, version;
static int width = -1;
static double timeout_s = 10;

static const GOptionEntry entries[] = {
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &socket_path,
      "QEMU's QMP socket (default: $ANNEXCTL_SOCKET)", "PATH" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &json,
      "Print JSON, for programs", NULL },
    { "ascii", 'a', 0, G_OPTION_ARG_NONE, &ascii,
      "Print nothing but ASCII", NULL },
    { "width", 0, 0, G_OPTION_ARG_INT, &width,
      "Columns of tables; 0: as many as it takes (default: the terminal's)",
      "N" },
    { "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &timeout_s,
      "How long to wait for an answer; 0: for ever (default: 10)",
      "SECONDS" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &version,
      "Print the version of Annex", NULL },
    {}
};

static const char exit_text[] =
    "Exit status:\n"
    "  0  it worked\n"
    "  1  QEMU refused, or what was waited for did not happen\n"
    "  2  a wrong command line\n"
    "  3  no connection: no socket, no QEMU, or the monitor is in use\n"
    "  4  the connection was lost, or QEMU does not answer\n"
    "  5  the module is not loaded\n"
    "  6  a file, or stdout, cannot be read or written\n";

static char *list_commands(void)
{
    GString *out = g_string_new("Commands:\n");
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_string_append_printf(out, "  %-11s %s\n", commands[i]->name,
                               commands[i]->summary);
    }
    g_string_append(out, "\nannexctl COMMAND --help tells more of each.\n");
    return g_string_free(out, FALSE);
}

/* Parse what is for @command, or what comes before one if that is NULL. */
static bool parse(const CtlCommand *command, int *argc, char ***argv,
                  GError **errp)
{
    g_autofree char *usage = !command
        ? g_strdup("COMMAND [WORD...]")
        : g_strdup_printf("%s %s", command->name,
                          command->usage ? command->usage : "");
    g_autofree char *list = list_commands();
    g_autofree char *summary = command
        ? g_strdup_printf("%s.", command->summary)
        : g_strdup_printf("Talks to a QEMU with modules of Annex.\n\n%s",
                          list);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, exit_text);
    g_option_context_set_strict_posix(context, !command);
    g_option_context_add_main_entries(context, entries, NULL);
    if (command && command->options) {
        g_option_context_add_main_entries(context, command->options, NULL);
    }
    if (!g_option_context_parse(context, argc, argv, &error)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE, "%s", error->message);
        return false;
    }
    return true;
}

static const CtlCommand *find_command(const char *name, GError **errp)
{
    unsigned i;

    for (i = 0; name && i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i]->name, name)) {
            return commands[i];
        }
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                name ? "there is no command '%s': see annexctl --help"
                     : "no command: see annexctl --help", name);
    return NULL;
}

/* The words after the command's name, without a "--". */
static char **words_of(int argc, char **argv)
{
    return argv + MIN(argc, argc > 1 && g_str_equal(argv[1], "--") ? 2 : 1);
}

static bool check_words(const CtlCommand *command, char **words,
                        GError **errp)
{
    int n = g_strv_length(words);

    if (n >= command->words_min && n <= command->words_max) {
        return true;
    }
    g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE, "usage: annexctl %s %s",
                command->name, command->usage ? command->usage : "");
    return false;
}

static bool set_up(Ctl *ctl, const CtlCommand *command, GError **errp)
{
    if (!(timeout_s >= 0 && timeout_s <= 86400)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                    "--timeout is to be from 0 to 86400");
        return false;
    }
    ctl->socket = socket_path ? g_strdup(socket_path)
                              : g_strdup(g_getenv("ANNEXCTL_SOCKET"));
    if (command != &ctl_timeline && !ctl->socket) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_USAGE,
                    "which QEMU? Give --socket, or set ANNEXCTL_SOCKET");
        return false;
    }
    ctl->json = json;
    ctl->timeout_ms = timeout_s > 0 ? MAX(1, (int)(timeout_s * 1000)) : 0;
    ctl->width = width;
    ctl->style.width = width >= 0 ? width : ctl_terminal_width();
    ctl->style.ascii = ascii || !g_get_charset(NULL);
    return true;
}

static bool run(Ctl *ctl, int argc, char **argv, GError **errp)
{
    const CtlCommand *command;

    if (!parse(NULL, &argc, &argv, errp)) {
        return false;
    }
    if (version) {
        puts("annexctl " ANNEX_VERSION);
        return true;
    }
    argc--;
    argv++;
    command = find_command(argc ? argv[0] : NULL, errp);
    if (!command || !parse(command, &argc, &argv, errp) ||
        !check_words(command, words_of(argc, argv), errp) ||
        !set_up(ctl, command, errp)) {
        return false;
    }
    return command->run(ctl, words_of(argc, argv), errp);
}

/* A message can hold what QEMU has sent; a usage error is not the socket's. */
static int complain(const Ctl *ctl, const GError *error)
{
    g_autofree char *message = ctl_text(&ctl->style, error->message);
    g_autofree char *socket = ctl_text(&ctl->style, ctl->socket);

    if (ctl->socket && error->code != CTL_ERROR_USAGE &&
        error->code != CTL_ERROR_FILE) {
        fprintf(stderr, "annexctl: %s: %s\n", socket, message);
    } else {
        fprintf(stderr, "annexctl: %s\n", message);
    }
    return error->code;
}

/* Or the next file opened would be taken for stdout, and be written to. */
static void open_standard_files(void)
{
    int fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            /* What is written there is to fail, as in a closed one. */
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int main(int argc, char **argv)
{
    Ctl ctl = { .style.ascii = true };
    g_autoptr(GError) error = NULL;
    int status = 0;

    open_standard_files();
    setlocale(LC_ALL, "");
    if (!run(&ctl, argc, argv, &error)) {
        status = complain(&ctl, error);
    }
    g_clear_pointer(&ctl.client, ctl_client_free);
    g_free(ctl.socket);
    g_free(socket_path);
    return status;
}
