/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU, a module and its libannex.so that tests of annex-check may spoil. */
#ifndef ANNEX_TEST_CHECK_FILES_H
#define ANNEX_TEST_CHECK_FILES_H

#include "check-run.h"

/* Paths in a folder of their own. */
typedef struct CheckFiles {
    char *folder;
    char *host;
    char *module;
    char *libannex;
} CheckFiles;

/* Copies of fake-host and its module, and of what they stand for. */
CheckFiles check_files_fake(void);
CheckFiles check_files_true(void);
void check_files_remove(CheckFiles *files);

/*
 * The exit status of annex-check on them.  Most tests ask for no more than
 * that it ends, and how: check_run() sees to that.
 */
int check_files_judge(const CheckFiles *files);

#endif
