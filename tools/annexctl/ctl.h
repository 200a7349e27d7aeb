/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all commands of annexctl share: the connection, output, their table. */
#ifndef ANNEXCTL_CTL_H
#define ANNEXCTL_CTL_H

#include "client.h"
#include "text.h"

/* One run of annexctl. */
typedef struct Ctl {
    CtlStyle style;
    int width;                  /* as asked for; -1: the terminal's */
    char *socket;               /* the path */
    int timeout_ms;
    bool json;
    CtlClient *client;          /* after ctl_connect() */
} Ctl;

/*
 * A command.  @words are those after its name, checked to be @words_min to
 * @words_max.  False with *@errp of domain CTL_ERROR.
 */
typedef struct CtlCommand {
    const char *name;
    const char *usage;
    const char *summary;
    const GOptionEntry *options;    /* of its own, or NULL */
    int words_min, words_max;
    bool (*run)(Ctl *ctl, char **words, GError **errp);
} CtlCommand;

/* Each in a file of its own, or beside its likes. */
extern const CtlCommand ctl_unplugs, ctl_cancel, ctl_retry, ctl_failover,
                        ctl_vhost_user, ctl_slots, ctl_postcopy, ctl_events,
                        ctl_timeline, ctl_modules, ctl_connectors;

/* Connect, if there is no connection yet. */
bool ctl_connect(Ctl *ctl, GError **errp);

/*
 * Connect and execute.  Where QEMU does not know @command, the error tells
 * whether annex-@module is missing, inert, or of another version.
 */
JsonNode *ctl_execute(Ctl *ctl, const char *module, const char *command,
                      JsonObject *arguments, bool oob, GError **errp);

/* What an error of CTL_ERROR_MISSING about @command becomes. */
void ctl_explain_missing(Ctl *ctl, const char *module, const char *command,
                         GError **errp);

/* Print JSON, or text as it is; false if stdout cannot be written. */
bool ctl_print_json(JsonNode *node, bool pretty, GError **errp);
bool ctl_print(const char *text, GError **errp);

/*
 * Put @text into the file @path, as a whole or not at all.  What is there and
 * is no plain file, like a pipe or a link, is written to as it is.
 */
bool ctl_save(const char *path, const char *text, GError **errp);

/*
 * Whether anybody can still read what is printed, by what poll() has found
 * for stdout without asking for anything.
 */
bool ctl_check_stdout(short revents, GError **errp);

/* Wait for what QEMU sends next, however long it takes, and read it. */
bool ctl_wait(Ctl *ctl, GError **errp);

/* Arguments of one string, which may be NULL: none of that name. */
JsonObject *ctl_arguments(const char *name, const char *value);

#endif
