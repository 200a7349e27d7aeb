/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs virsh, libvirt's client, and reads what it prints. */
#ifndef ANNEX_TEST_VIRSH_H
#define ANNEX_TEST_VIRSH_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * Words of a command line end with NULL.  Strings returned are the caller's.
 * All waits have the default deadline of failure.h, and fail the test if they
 * end with that.  Main thread only.
 */

/* Run a command on the libvirtd at @uri, which must succeed: its output. */
char *virsh_ok(const char *uri, ...) G_GNUC_NULL_TERMINATED;

/* The same, must fail: its error. */
char *virsh_error(const char *uri, ...) G_GNUC_NULL_TERMINATED;

/*
 * A QMP command, in the format of json-format.h: its answer, with "return" or
 * "error".  Free with json_node_unref().
 */
JsonNode *virsh_qmp(const char *uri, const char *domain, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

/* A virsh that runs, with stdout and stderr in a pipe. */
typedef struct Virsh Virsh;

Virsh *virsh_start(const char *uri, ...) G_GNUC_NULL_TERMINATED;

/* Wait until it ends by itself: its exit status; *@out, if not NULL. */
int virsh_end(Virsh *v, char **out);

/* End it, if it does not end by itself. */
void virsh_stop(Virsh *v);

/*
 * Wait for a line with the regular expression @pattern in it, after the last
 * line that was waited for.
 */
void virsh_expect(Virsh *v, const char *pattern);

/* Whether such a line comes within @wait_ms. */
bool virsh_has(Virsh *v, const char *pattern, int wait_ms);

/*
 * Of "virsh qemu-monitor-event": wait for a QMP event whose data hold @filter,
 * after the last line that was waited for.
 */
void virsh_expect_event(Virsh *v, const char *name, const char *filter, ...)
    G_GNUC_PRINTF(3, 4);

/* How many lines with @pattern have come since the start. */
unsigned virsh_count(Virsh *v, const char *pattern);

#endif
