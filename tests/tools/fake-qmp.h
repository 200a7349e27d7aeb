/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QMP server without a QEMU, which says what a test wants it to. */
#ifndef ANNEX_TEST_FAKE_QMP_H
#define ANNEX_TEST_FAKE_QMP_H

#include <glib.h>
#include <stdbool.h>

/*
 * Serves one client after the other, as QEMU does, in a thread of its own.
 * It greets, negotiates, and does not know any command that it was not told
 * of.  Set up first, then fake_qmp_start().
 */
typedef struct FakeQmp FakeQmp;

FakeQmp *fake_qmp_new(void);
void fake_qmp_free(FakeQmp *fake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeQmp, fake_qmp_free)

const char *fake_qmp_path(const FakeQmp *fake);

/*
 * Answer @command with @ret, JSON.  Called again: the next time with that;
 * the last one is repeated.
 */
void fake_qmp_answer(FakeQmp *fake, const char *command, const char *ret);

/* The same with an error. */
void fake_qmp_error(FakeQmp *fake, const char *command, const char *class,
                    const char *desc);

/* Answer with these bytes, as they are; the first command has id 2. */
void fake_qmp_say(FakeQmp *fake, const char *command, const char *bytes);

/* After the last answer given to @command send @bytes, as they are. */
void fake_qmp_after(FakeQmp *fake, const char *command, const char *bytes);

/* After that close the connection. */
void fake_qmp_close_after(FakeQmp *fake, const char *command);

/* As if the main loop were blocked: answer out-of-band commands alone. */
void fake_qmp_block(FakeQmp *fake);

/* Do not offer out-of-band execution. */
void fake_qmp_without_oob(FakeQmp *fake);

/* Instead of greeting send these bytes; @close: and close. */
void fake_qmp_greet(FakeQmp *fake, const char *bytes, gsize len, bool close);

void fake_qmp_start(FakeQmp *fake);

/* Whether it was sent a line that has @text in it. */
bool fake_qmp_heard(FakeQmp *fake, const char *text);

/* Until it was. */
void fake_qmp_wait(FakeQmp *fake, const char *text);

#endif
