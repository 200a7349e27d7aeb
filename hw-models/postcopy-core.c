/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy core: when to stop and to start a guest, by itself. */
#include "hw-models/postcopy-core.h"

bool postcopy_core_wants_hold(const PostcopyCore *c)
{
    return c->link == POSTCOPY_LINK_DOWN &&
           c->policy == POSTCOPY_POLICY_PAUSE;
}

static bool wants_stop(const PostcopyCore *c)
{
    return postcopy_core_wants_hold(c) ||
           (c->link != POSTCOPY_LINK_NONE && c->user_stopped);
}

void postcopy_core_link(PostcopyCore *c, PostcopyLink link)
{
    c->link = link;
}

void postcopy_core_vm(PostcopyCore *c, PostcopyVm vm)
{
    c->vm = vm;
}

void postcopy_core_policy(PostcopyCore *c, PostcopyPolicy policy)
{
    c->policy = policy;
    c->why = POSTCOPY_RELEASE_REASON_POLICY;
}

void postcopy_core_still(PostcopyCore *c, bool quiet)
{
    assert(c->hold == POSTCOPY_STOPPING);
    c->hold = POSTCOPY_STOPPED;
    c->quiet = quiet;
}

bool postcopy_core_user_stop(PostcopyCore *c)
{
    if (c->link == POSTCOPY_LINK_NONE || c->vm == POSTCOPY_VM_ARRIVING) {
        return false;
    }
    /* A VM that somebody has paused before stays so anyhow. */
    if (c->vm == POSTCOPY_VM_RUNNING ||
        (c->hold != POSTCOPY_FREE && !c->foreign)) {
        c->user_stopped = true;
    }
    return true;
}

PostcopyCont postcopy_core_user_cont(PostcopyCore *c)
{
    if (c->link == POSTCOPY_LINK_NONE || c->vm == POSTCOPY_VM_ARRIVING) {
        return POSTCOPY_CONT_STOCK;
    }
    if (postcopy_core_wants_hold(c)) {
        return POSTCOPY_CONT_REFUSED;
    }
    if (c->hold == POSTCOPY_FREE || c->foreign) {
        return POSTCOPY_CONT_STOCK;
    }
    c->user_stopped = false;
    c->why = POSTCOPY_RELEASE_REASON_USER;
    return POSTCOPY_CONT_DONE;
}

static void stop(PostcopyCore *c, int64_t now_ms)
{
    c->foreign = c->vm != POSTCOPY_VM_RUNNING;
    c->told = c->said = c->foreign;
    c->hold = c->foreign ? POSTCOPY_STOPPED : POSTCOPY_STOPPING;
    c->since_ms = now_ms;
}

static void release(PostcopyCore *c, int64_t now_ms)
{
    if (c->held) {
        c->held = false;
        c->reporter->released(c, now_ms - c->since_ms,
                              c->link == POSTCOPY_LINK_DOWN
                              ? c->why : POSTCOPY_RELEASE_REASON_RECOVERED);
    }
}

static bool stays(const PostcopyCore *c)
{
    return c->foreign ? postcopy_core_wants_hold(c) : wants_stop(c);
}

static void report(PostcopyCore *c, int64_t now_ms)
{
    if (c->link != POSTCOPY_LINK_DOWN || !stays(c)) {
        release(c, now_ms);
    } else if (!c->held) {
        c->held = true;
        c->reporter->held(c, now_ms - c->since_ms);
    }
}

static PostcopyAction when_stopped(PostcopyCore *c, int64_t now_ms)
{
    report(c, now_ms);
    /* When all memory is here, nothing waits for it. */
    if (!c->told && (!c->quiet || c->link == POSTCOPY_LINK_NONE)) {
        c->told = true;
        return POSTCOPY_DO_TELL;
    }
    if (!c->said) {
        c->said = true;
        return POSTCOPY_DO_SAY;
    }
    if (stays(c)) {
        return POSTCOPY_DO_NOTHING;
    }
    c->hold = POSTCOPY_FREE;
    if (c->foreign) {
        return POSTCOPY_DO_NOTHING;
    }
    if (c->user_stopped) {
        c->user_stopped = false;
        return POSTCOPY_DO_SETTLE;
    }
    return c->told ? POSTCOPY_DO_START : POSTCOPY_DO_GO_ON;
}

static PostcopyAction when_stopping(PostcopyCore *c)
{
    /* Memory that is all here does not undo what a user wants. */
    if (wants_stop(c) || c->user_stopped) {
        return POSTCOPY_DO_LOOK;
    }
    c->hold = POSTCOPY_FREE;
    return POSTCOPY_DO_UNDO;
}

static PostcopyAction when_free(PostcopyCore *c, int64_t now_ms)
{
    switch (c->vm) {
    case POSTCOPY_VM_ARRIVING:
        break;
    case POSTCOPY_VM_RUNNING:
        if (wants_stop(c)) {
            stop(c, now_ms);
            return POSTCOPY_DO_STOP;
        }
        break;
    case POSTCOPY_VM_PAUSED:
        if (postcopy_core_wants_hold(c)) {
            stop(c, now_ms);
            return when_stopped(c, now_ms);
        }
        break;
    }
    return POSTCOPY_DO_NOTHING;
}

/* The host has started the VM by itself, as a debugger can have it do. */
static void was_started(PostcopyCore *c, int64_t now_ms)
{
    c->hold = POSTCOPY_FREE;
    c->user_stopped = false;
    c->why = POSTCOPY_RELEASE_REASON_USER;
    if (!postcopy_core_wants_hold(c)) {
        release(c, now_ms);
    }
}

PostcopyAction postcopy_core_next(PostcopyCore *c, int64_t now_ms)
{
    bool down = c->link == POSTCOPY_LINK_DOWN;

    if (down && !c->was_down) {
        c->since_ms = now_ms;
    }
    c->was_down = down;
    if (c->hold != POSTCOPY_FREE && c->vm == POSTCOPY_VM_RUNNING) {
        was_started(c, now_ms);
    }
    switch (c->hold) {
    case POSTCOPY_FREE:
        return when_free(c, now_ms);
    case POSTCOPY_STOPPING:
        return when_stopping(c);
    case POSTCOPY_STOPPED:
        return when_stopped(c, now_ms);
    }
    g_assert_not_reached();
}
