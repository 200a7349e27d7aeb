/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the QEMU and the modules that only annex-check reads agree upon. */
#ifndef ANNEX_TEST_FAKE_H
#define ANNEX_TEST_FAKE_H

#define FAKE_VERSION "1.2.3"
#define FAKE_PACKAGE "Fake (1)"
#define FAKE_EVENTS 3
#define FAKE_ABSENT "9"

#endif
