/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy vCPUs: asked to stop, and looked at, without waiting. */
#ifndef ANNEX_POSTCOPY_VCPUS_H
#define ANNEX_POSTCOPY_VCPUS_H

#include "common/host/cpus.h"
#include "annex-postcopy-qapi-types.h"

/* Ask every vCPU that has not stopped to do so.  Any thread. */
void postcopy_vcpus_ask(void);

/* Have all go on that were asked.  Under the BQL, while the VM runs. */
void postcopy_vcpus_resume(void);

/* They are about to be resumed by the host.  Under the BQL. */
void postcopy_vcpus_forget(void);

/* Whether one was asked since the last of these two. */
bool postcopy_vcpus_asked(void);

/*
 * Whether each has stopped, or waits for a page; if so *@all_stopped is
 * whether none waits.  Under the BQL.
 */
bool postcopy_vcpus_still(bool *all_stopped);

/*
 * Look which wait for a page, to know for how long; @forget: begin anew.
 * Any thread.
 */
void postcopy_vcpus_sample(bool forget);

/* All of them; qapi_free_PostcopyVcpuList() it.  Any thread. */
PostcopyVcpuList *postcopy_vcpus_list(void);

/* Once. */
void postcopy_vcpus_start(void);

#endif
