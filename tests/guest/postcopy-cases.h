/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cases of postcopy-guest-test, by topic. */
#ifndef ANNEX_TEST_POSTCOPY_CASES_H
#define ANNEX_TEST_POSTCOPY_CASES_H

#include "postcopy-expect.h"

/* Whether all is to be tried, for as long as it takes (ANNEX_POSTCOPY_LONG). */
bool postcopy_is_long(void);

/* postcopy-hold.c */
void postcopy_commands(const PostcopySetup *setup);
void postcopy_still(const PostcopySetup *setup);
void postcopy_stop_survives(const PostcopySetup *setup);
void postcopy_policies(const PostcopySetup *setup);
void postcopy_no_events(const PostcopySetup *setup);
void postcopy_quiet(const PostcopySetup *setup);

/* postcopy-link.c */
void postcopy_frozen(const PostcopySetup *setup);
void postcopy_disk(const PostcopySetup *setup);
void postcopy_preempt(const PostcopySetup *setup);
void postcopy_main_loop(const PostcopySetup *setup);

/* postcopy-quit.c */
void postcopy_early(const PostcopySetup *setup);
void postcopy_quit_active(const PostcopySetup *setup);
void postcopy_quit_held(const PostcopySetup *setup);
void postcopy_quit_running(const PostcopySetup *setup);
void postcopy_quit_recover(const PostcopySetup *setup);

#endif
