/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Linux guest under test: its console, and commands run in it. */
#ifndef ANNEX_TEST_GUEST_CONSOLE_H
#define ANNEX_TEST_GUEST_CONSOLE_H

#include <glib.h>

/*
 * Two serial ports, both always drained by threads: the console, with the
 * kernel's messages, and the control port, where the guest's init (see
 * scripts/guest-image.sh) runs the commands sent to it. So kernel messages
 * never mix with a command's output. Strings returned stay valid until the
 * VM ends. deadline_ms 0 is the default of failure.h. A wait that fails
 * fails the test. Main thread only.
 */
typedef struct GuestConsole GuestConsole;

/* For vm.c: take over both sockets; log to files in @dir. */
GuestConsole *guest_console_new(const char *name, const char *dir,
                                int console_fd, int control_fd);
void guest_console_free(GuestConsole *g);

/* Have losing the connection explained, as qmp_client_on_loss(). */
void guest_console_on_loss(GuestConsole *g, char *(*explain)(void *opaque),
                           void *opaque);

/*
 * Call @examine(@opaque) when a guest has not answered in time, before the
 * test fails of it.
 */
void guest_console_on_silence(GuestConsole *g,
                              void (*examine)(void *opaque), void *opaque);

/* For vm.c: kernel options of all guests of @arch, a blank at the end. */
const char *guest_kernel_options(const char *arch);

/* Wait for a boot (each boot is waited for once) to reach the shell. */
void guest_wait_ready(GuestConsole *g, int deadline_ms);

/*
 * Run a shell command line (one line) in the guest, wait for its end.
 * Returns its exit status; *@out, if not NULL: what it printed (stdout and
 * stderr) without newlines at the end.
 */
int guest_run(GuestConsole *g, const char **out, int deadline_ms,
              const char *fmt, ...) G_GNUC_PRINTF(4, 5);

/* The same with the default deadline; must exit with 0. Its output. */
const char *guest_ok(GuestConsole *g, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);

/* Start a shell command line in the background, without its output. */
void guest_start(GuestConsole *g, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);

/* Give the guest an interrupt, by an empty line.  Does not wait. */
void guest_poke(GuestConsole *g);

/* Wait until a shell condition holds: guest_wait_until(g, 0, "test …"). */
void guest_wait_until(GuestConsole *g, int deadline_ms, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

/*
 * Wait until the guest can use the disk at @path, in words of the shell.  It
 * is in /sys and /dev a moment before it can be opened (Linux,
 * device_add_disk()).
 */
void guest_wait_disk(GuestConsole *g, const char *path);

/*
 * Wait for the regular expression @pattern on the console, after what the
 * last guest_expect() or guest_skip_log() has consumed. Returns the match.
 * The kernel prints all levels after the boot, only warnings during it.
 */
const char *guest_expect(GuestConsole *g, const char *pattern,
                         int deadline_ms);

/* Have guest_expect() look only at what comes from now on. */
void guest_skip_log(GuestConsole *g);

/* All that the console has printed so far. */
const char *guest_log(GuestConsole *g);

#endif
