/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Postcopy mend: a recovery that fails, in a host that crashes of it. */
#include "hw-models/postcopy-mend.h"

typedef int CloseFn(QIOChannel *ioc, Error **errp);

/* Kept, for threads that may not look hooks up. */
static CloseFn *next_close;

/* Written by the thread that closes, in this order. */
typedef enum Mend {
    MEND_NONE,
    MEND_BEGUN,                 /* the state is about to be mended */
    MEND_DROPPED,               /* the connection is there no more */
} Mend;

static int mend;

/*
 * Once the old connection is gone, one that is there is a new one, and what
 * the status says of it is true.
 */
bool postcopy_mend_is_under_way(MigrationStatus status)
{
    switch ((Mend)qatomic_load_acquire(&mend)) {
    case MEND_NONE:
        return false;
    case MEND_BEGUN:
        return status == MIGRATION_STATUS_POSTCOPY_ACTIVE;
    case MEND_DROPPED:
        return status == MIGRATION_STATUS_POSTCOPY_ACTIVE &&
               !annex_host_is_connected();
    }
    g_assert_not_reached();
}

/* Any thread; the BQL need not be held. */
static int on_close(QIOChannel *ioc, Error **errp)
{
    if (annex_host_in_listen_thread()) {
        if (annex_host_status_is_recover(annex_host_incoming_status())) {
            qatomic_store_release(&mend, MEND_BEGUN);
            annex_host_mend_recover();
        } else if (!annex_host_is_connected()) {
            qatomic_store_release(&mend, MEND_DROPPED);
        }
    }
    return next_close(ioc, errp);
}

bool postcopy_mend_start(AnnexHookSet *set, Error **errp)
{
    ObjectClass *klass = object_class_by_name(TYPE_QIO_CHANNEL_SOCKET);
    QIOChannelClass *channel;

    if (!ANNEX_HOST_CRASHES_IN_RECOVER) {
        return true;
    }
    if (!klass) {
        error_setg(errp, "this QEMU has no type '%s'",
                   TYPE_QIO_CHANNEL_SOCKET);
        return false;
    }
    /* The only kind of channel with a way back, or what is under TLS. */
    channel = QIO_CHANNEL_CLASS(klass);
    next_close = channel->io_close;
    annex_hooks_add_slot(set, &channel->io_close, on_close,
                         TYPE_QIO_CHANNEL_SOCKET, "io_close");
    return true;
}
