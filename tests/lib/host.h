/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the QEMU under test, the modules and the guest images are. */
#ifndef ANNEX_TEST_HOST_H
#define ANNEX_TEST_HOST_H

#include <glib.h>
#include <stdbool.h>

/*
 * All strings belong to the harness and stay valid until the process ends.
 * A setting that is missing fails the test, with the variable's name.
 */

/* $ANNEX_HOST: the host this build is for, as "7.2". */
const char *test_host_name(void);

/* The same as a number: 702, 1000.  For what stock does, not for what we do. */
unsigned test_host_series(void);

/*
 * The QEMU for @arch ("x86_64", "ppc64"): $ANNEX_QEMU_X86_64 and so on,
 * otherwise qemu-system-ARCH from PATH.
 */
const char *test_host_qemu(const char *arch);

/* $ANNEX_PLUGIN_DIR/annex-NAME.so, which must exist. */
const char *test_host_plugin(const char *name);

/* Whether $ANNEX_PLUGIN_DIR is set and has annex-NAME.so. */
bool test_host_has_plugin(const char *name);

/*
 * annex-NAME.so of a module that is a test itself: in $ANNEX_TEST_MODULE_DIR,
 * by default in tests/modules beside $ANNEX_PLUGIN_DIR.
 */
const char *test_host_test_module(const char *name);

/*
 * The folder that scripts/guest-image.sh printed for @arch:
 * $ANNEX_GUEST_DIR for x86_64, $ANNEX_GUEST_DIR_PPC64 for ppc64; with
 * vmlinux and initramfs.cpio.gz in it.
 */
const char *test_host_guest_dir(const char *arch);

/* Whether that folder is set. */
bool test_host_has_guest(const char *arch);

#endif
