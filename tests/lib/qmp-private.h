/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of the QMP client share. */
#ifndef ANNEX_TEST_QMP_PRIVATE_H
#define ANNEX_TEST_QMP_PRIVATE_H

#include <stdio.h>
#include "drain.h"
#include "qmp-client.h"

typedef struct QmpEventRecord {
    QmpEvent event;             /* first: the public part */
    JsonNode *node;             /* owns what event points to */
    JsonNode *data;
    bool consumed;
    bool forgotten;
} QmpEventRecord;

struct QmpClient {
    int fd;
    TestDrain *drain;
    gint64 next_id;
    char *(*explain)(void *opaque);
    void *explain_opaque;
    char *log_path;

    /* The rest is shared with the drain's thread, under @lock. */
    GMutex lock;
    GCond changed;
    FILE *log;
    GString *partial;           /* a line not complete yet; thread only */
    JsonNode *greeting;
    GHashTable *replies;        /* id (gint64) to QmpReply */
    GPtrArray *nodes;           /* owns the nodes of replies */
    GPtrArray *events;          /* QmpEventRecord, in order of arrival */
    bool closed;
};

/* Fail the test since QEMU has closed QMP. @doing: "waiting for …". */
G_NORETURN void qmp_fail_lost(QmpClient *c, const char *doing);

/* Record the event @node (taken over). Called with the lock held. */
void qmp_record_event(QmpClient *c, JsonNode *node, gint64 received_us);

void qmp_event_record_free(void *record);

#endif
