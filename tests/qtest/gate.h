/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM with a module that does not fit, and what QEMU says of it. */
#ifndef ANNEX_TEST_GATE_H
#define ANNEX_TEST_GATE_H

#include "vm.h"

/* A VM that needs no firmware and no disk; not started yet. */
TestVm *gate_vm(void);

/* "7.2.22 (PACKAGE)": which QEMU this is, as it tells itself. */
const char *gate_host(void);
const char *gate_host_package(void);

/* Load the module at @path; @options may be NULL. */
void gate_load(TestVm *vm, const char *path, const char *options);

/* Load a module of tests/modules. */
void gate_load_test_module(TestVm *vm, const char *name, const char *options);

/*
 * Start @vm: what it prints of Annex must be one line that ends with
 * @message, and then one of QEMU's loader that cites the module.
 */
void gate_expect_refused(TestVm *vm, const char *message);

/*
 * Start @vm: it must run, with one line of Annex that is a @severity
 * ("warning: "), and with commands of Annex, or with none.
 */
void gate_expect_runs(TestVm *vm, const char *severity, const char *message,
                      bool commands);

#endif
