/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy core: when to stop and to start a guest, by itself. */
#ifndef ANNEX_POSTCOPY_CORE_H
#define ANNEX_POSTCOPY_CORE_H

#include "qemu/osdep.h"
#include "annex-postcopy-qapi-types.h"

/*
 * The core is told what has happened (the functions below), and asked what
 * to do about it (postcopy_core_next()), until that is nothing.  It knows no
 * clock but the @now_ms that it is given, and speaks through a reporter.  It
 * has no locks; its user holds the BQL.
 */

/* Whether the guest's memory can come. */
typedef enum PostcopyLink {
    POSTCOPY_LINK_NONE,         /* all of it is here, or none yet */
    POSTCOPY_LINK_UP,
    POSTCOPY_LINK_DOWN,
} PostcopyLink;

/* What the host says of the VM. */
typedef enum PostcopyVm {
    POSTCOPY_VM_ARRIVING,       /* it has not begun to run here */
    POSTCOPY_VM_RUNNING,
    POSTCOPY_VM_PAUSED,         /* by us, or by anybody */
} PostcopyVm;

typedef enum PostcopyAction {
    POSTCOPY_DO_NOTHING,

    /* Have the host say that the VM is paused, and ask all vCPUs to stop. */
    POSTCOPY_DO_STOP,

    /*
     * Look whether every vCPU stands still; postcopy_core_still() if so, else
     * ask them again, and look again a little later.
     */
    POSTCOPY_DO_LOOK,

    /* Tell devices that the VM is paused. */
    POSTCOPY_DO_TELL,

    /* Tell management. */
    POSTCOPY_DO_SAY,

    /* Undo POSTCOPY_DO_STOP, which nobody was told of. */
    POSTCOPY_DO_UNDO,

    /* The same, and tell management, which was told, that the VM runs. */
    POSTCOPY_DO_GO_ON,

    /* Start the VM. */
    POSTCOPY_DO_START,

    /* All memory is here: end what a stop of the host's also ends. */
    POSTCOPY_DO_SETTLE,
} PostcopyAction;

typedef enum PostcopyHold {
    POSTCOPY_FREE,              /* we do nothing */
    POSTCOPY_STOPPING,          /* vCPUs are asked to stop */
    POSTCOPY_STOPPED,           /* every vCPU stands still */
} PostcopyHold;

typedef struct PostcopyCore PostcopyCore;

typedef struct PostcopyReporter {
    void (*held)(const PostcopyCore *c, int64_t elapsed_ms);
    void (*released)(const PostcopyCore *c, int64_t held_ms,
                     PostcopyReleaseReason reason);
} PostcopyReporter;

/* To be read by anybody, and changed by the functions below alone. */
struct PostcopyCore {
    const PostcopyReporter *reporter;
    PostcopyPolicy policy;
    PostcopyLink link;
    PostcopyVm vm;
    PostcopyHold hold;
    bool user_stopped;          /* by a stop during postcopy */
    bool foreign;               /* the VM was paused before we held it */
    bool quiet;                 /* devices are not to be told of it */
    bool told;                  /* they were */
    bool said;                  /* management was */
    bool held;                  /* POSTCOPY_HELD was sent */
    bool was_down;              /* the link, at the last look */
    PostcopyReleaseReason why;  /* if not for a recovery */
    int64_t since_ms;           /* of the hold, or the link's loss in it */
};

/* What has happened. */
void postcopy_core_link(PostcopyCore *c, PostcopyLink link);
void postcopy_core_vm(PostcopyCore *c, PostcopyVm vm);
void postcopy_core_policy(PostcopyCore *c, PostcopyPolicy policy);

/*
 * Every vCPU stands still.  @quiet: some wait for memory, and devices that
 * are told that the VM is paused would wait for them.
 */
void postcopy_core_still(PostcopyCore *c, bool quiet);

/*
 * Somebody wants the VM stopped.  False: the host's own stop is safe, and
 * is to be used.
 */
bool postcopy_core_user_stop(PostcopyCore *c);

typedef enum PostcopyCont {
    POSTCOPY_CONT_STOCK,        /* the host's own is to be used */
    POSTCOPY_CONT_DONE,         /* postcopy_core_next() tells what to do */
    POSTCOPY_CONT_REFUSED,
} PostcopyCont;

/* Somebody wants it to go on. */
PostcopyCont postcopy_core_user_cont(PostcopyCore *c);

/* Whether vCPUs have to stand still by policy. */
bool postcopy_core_wants_hold(const PostcopyCore *c);

/* What to do now. */
PostcopyAction postcopy_core_next(PostcopyCore *c, int64_t now_ms);

#endif
