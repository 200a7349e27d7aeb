/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unplug migration state: what the registers do not tell of a request. */
#include "hw-models/unplug-vmstate.h"
#include "common/host/migration.h"
#include "hw-models/unplug-transport.h"

/* More requests than a machine has slots are an error in the stream. */
#define SAVED_MAX 65536

typedef struct State {
    int32_t count;
    UnplugSaved *saved;
} State;

static State state;

void unplug_vmstate_clear(void)
{
    g_free(state.saved);
    state.saved = NULL;
    state.count = 0;
}

static void save(const UnplugRecord *r, UnplugSaved *s)
{
    g_strlcpy((char *)s->path, r->path, sizeof(s->path));
    s->attempt = r->attempt;
    s->seen = r->seen;
    s->timed_out = r->timed_out;
    s->cancel = r->cancel;
    s->elapsed_ms = unplug_now_ms() - r->since_ms;
    s->asked_ms = unplug_now_ms() - r->asked_ms;
    s->timeout_ms = r->timeout_ms;
}

static int pre_save(void *opaque)
{
    const GList *l;

    unplug_vmstate_clear();
    for (l = unplug_records(); l; l = l->next) {
        const UnplugRecord *r = l->data;

        if (!r->leaving && strlen(r->path) < UNPLUG_SAVED_PATH_MAX) {
            state.count++;
            state.saved = g_renew(UnplugSaved, state.saved, state.count);
            memset(&state.saved[state.count - 1], 0, sizeof(UnplugSaved));
            save(r, &state.saved[state.count - 1]);
        }
    }
    return 0;
}

static int post_save(void *opaque)
{
    unplug_vmstate_clear();
    return 0;
}

static int pre_load(void *opaque)
{
    unplug_vmstate_clear();
    return 0;
}

/* The stream is as hostile as any input. */
static int post_load(void *opaque, int version_id)
{
    int32_t i;

    for (i = 0; i < state.count; i++) {
        UnplugSaved *s = &state.saved[i];

        s->path[sizeof(s->path) - 1] = '\0';
        s->attempt = MAX(s->attempt, 1);
        s->timeout_ms = MIN(s->timeout_ms, UNPLUG_TIMEOUT_MAX * 1000ull);
        s->elapsed_ms = MIN(s->elapsed_ms, INT64_MAX / 2);
        s->asked_ms = MIN(s->asked_ms, s->elapsed_ms);
        s->cancel = MIN(s->cancel, UNPLUG_CANCEL_KEEPING);
    }
    return 0;
}

static bool count_is_sane(void *opaque, int version_id)
{
    return state.count >= 0 && state.count <= SAVED_MAX;
}

static bool needed(void *opaque)
{
    return unplug_records() != NULL;
}

static const VMStateDescription vmstate_saved = {
    .name = "annex-unplug/request",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_BUFFER(path, UnplugSaved),
        VMSTATE_UINT32(attempt, UnplugSaved),
        VMSTATE_BOOL(seen, UnplugSaved),
        VMSTATE_BOOL(timed_out, UnplugSaved),
        VMSTATE_UINT8(cancel, UnplugSaved),
        VMSTATE_UINT64(elapsed_ms, UnplugSaved),
        VMSTATE_UINT64(asked_ms, UnplugSaved),
        VMSTATE_UINT64(timeout_ms, UnplugSaved),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_state = {
    .name = "annex-unplug",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = needed,
    .pre_save = pre_save,
    .post_save = post_save,
    .pre_load = pre_load,
    .post_load = post_load,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(count, State),
        VMSTATE_VALIDATE("not too many requests", count_is_sane),
        VMSTATE_STRUCT_VARRAY_ALLOC(saved, State, count, 1, vmstate_saved,
                                    UnplugSaved),
        VMSTATE_END_OF_LIST()
    },
};

void unplug_vmstate_start(void)
{
    static bool started;

    /* One section for all modules: the host ends over a second one. */
    if (!started) {
        started = true;
        vmstate_register(NULL, 0, &vmstate_state, &state);
    }
}

const UnplugSaved *unplug_vmstate_find(DeviceState *dev)
{
    g_autofree char *path = NULL;
    int32_t i;

    if (!state.count) {
        return NULL;
    }
    path = object_get_canonical_path(OBJECT(dev));
    for (i = 0; i < state.count; i++) {
        if (!strcmp(path, (char *)state.saved[i].path)) {
            return &state.saved[i];
        }
    }
    return NULL;
}
