/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU under valgrind's memcheck: what it finds in our code. */
#ifndef ANNEX_TEST_MEMCHECK_H
#define ANNEX_TEST_MEMCHECK_H

/* A new log, and the command to run QEMU under; both freed by the end. */
typedef struct Memcheck {
    char *log;
    char *command;
} Memcheck;

Memcheck memcheck_begin(void);

/* QEMU has quit: fail over any block with one of our frames. */
void memcheck_end(Memcheck *m);

#endif
