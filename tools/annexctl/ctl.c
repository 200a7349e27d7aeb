/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all commands of annexctl share: the connection, output, errors. */
#include "ctl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include <glib/gstdio.h>

G_DEFINE_QUARK(annexctl-error, ctl_error)

bool ctl_connect(Ctl *ctl, GError **errp)
{
    if (!ctl->client) {
        ctl->client = ctl_client_open(ctl->socket, ctl->timeout_ms, errp);
    }
    return ctl->client;
}

/* The entry of @modules that is annex-@name; all names go to @loaded. */
static JsonObject *find_module(JsonArray *modules, const char *name,
                               GString *loaded)
{
    JsonObject *found = NULL;
    unsigned i;

    for (i = 0; i < ctl_json_length(modules); i++) {
        JsonObject *module = ctl_json_element(modules, i);
        const char *other = ctl_json_str(module, "name");

        g_string_append_printf(loaded, "%sannex-%s", i ? ", " : "",
                               other ? other : "?");
        if (g_strcmp0(other, name) == 0) {
            found = module;
        }
    }
    return found;
}

void ctl_explain_missing(Ctl *ctl, const char *module, const char *command,
                         GError **errp)
{
    g_autoptr(JsonNode) annex = ctl_client_execute(ctl->client, "query-annex",
                                                   NULL, false, NULL);
    g_autoptr(GString) loaded = g_string_new(NULL);
    JsonObject *info = ctl_json_as_object(annex);
    JsonObject *found = find_module(ctl_json_array(info, "modules"), module,
                                    loaded);
    const char *reason = ctl_json_str(found, "reason");

    g_clear_error(errp);
    if (found && g_strcmp0(ctl_json_str(found, "state"), "inert") == 0) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_MISSING,
                    "annex-%s is loaded, but inert: %s", module,
                    reason ? reason : "it does not say why");
    } else if (found) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_MISSING,
                    "annex-%s is loaded, but has no %s: it is of Annex %s, "
                    "and annexctl of %s", module, command,
                    ctl_json_str(info, "version") ? : "?", ANNEX_VERSION);
    } else if (loaded->len) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_MISSING,
                    "annex-%s is not loaded in this QEMU, which has %s",
                    module, loaded->str);
    } else {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_MISSING,
                    "annex-%s is not loaded in this QEMU, and no other module "
                    "of Annex is", module);
    }
}

JsonNode *ctl_execute(Ctl *ctl, const char *module, const char *command,
                      JsonObject *arguments, bool oob, GError **errp)
{
    GError *error = NULL;
    JsonNode *ret = NULL;

    if (!ctl_connect(ctl, errp)) {
        g_clear_pointer(&arguments, json_object_unref);
        return NULL;
    }
    ret = ctl_client_execute(ctl->client, command, arguments, oob, &error);
    if (g_error_matches(error, CTL_ERROR, CTL_ERROR_MISSING)) {
        ctl_explain_missing(ctl, module, command, &error);
    }
    if (error) {
        g_propagate_error(errp, error);
    }
    return ret;
}

bool ctl_print(const char *text, GError **errp)
{
    if (fputs(text, stdout) < 0 || fflush(stdout)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE,
                    "stdout cannot be written: %s", g_strerror(errno));
        return false;
    }
    return true;
}

static bool write_through(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    bool ok = file && fputs(text, file) >= 0;

    return file && !fclose(file) && ok;
}

bool ctl_save(const char *path, const char *text, GError **errp)
{
    g_autoptr(GError) error = NULL;
    GStatBuf found;

    if (!g_lstat(path, &found) && !S_ISREG(found.st_mode)) {
        if (!write_through(path, text)) {
            g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE, "%s: %s", path,
                        g_strerror(errno));
            return false;
        }
    } else if (!g_file_set_contents(path, text, -1, &error)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE, "%s", error->message);
        return false;
    }
    return true;
}

/* Who waits for an event would not notice otherwise, until it comes. */
bool ctl_check_stdout(short revents, GError **errp)
{
    if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
        g_set_error(errp, CTL_ERROR, CTL_ERROR_FILE,
                    "nobody reads what is printed");
        return false;
    }
    return true;
}

bool ctl_wait(Ctl *ctl, GError **errp)
{
    struct pollfd fds[2] = {
        { ctl_client_fd(ctl->client), POLLIN, 0 },
        { STDOUT_FILENO, 0, 0 },
    };

    poll(fds, G_N_ELEMENTS(fds), -1);
    return ctl_check_stdout(fds[1].revents, errp) &&
           ctl_client_read(ctl->client, errp);
}

bool ctl_print_json(JsonNode *node, bool pretty, GError **errp)
{
    g_autofree char *text = ctl_json_print(node, pretty);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    return ctl_print(line, errp);
}

JsonObject *ctl_arguments(const char *name, const char *value)
{
    JsonObject *arguments = json_object_new();

    if (value) {
        json_object_set_string_member(arguments, name, value);
    }
    return arguments;
}
