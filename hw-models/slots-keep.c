/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the file of the ledger, read once, written at changes. */
#include "hw-models/slots-ledger.h"
#include "annex-pci-slots-qapi-visit.h"
#include "common/host/qdev.h"
#include "hw-models/slots-file.h"
#include "hw-models/slots-pools.h"
#include "hw-models/slots-text.h"

static bool dirty;
static char *problem;

static PciSlotsLedger *from_text(const char *text, Error **errp)
{
    QObject *obj = qobject_from_json(text, errp);
    PciSlotsLedger *ledger = NULL;
    Visitor *v;

    if (!obj) {
        return NULL;
    }
    v = qobject_input_visitor_new(obj);
    visit_type_PciSlotsLedger(v, NULL, &ledger, errp);
    visit_free(v);
    qobject_unref(obj);
    return ledger;
}

static bool write_file(char **message)
{
    g_autofree char *text = slots_text_ledger();

    return slots_file_write(slots_options.ledger, text, strlen(text),
                            slots_options.flush, message);
}

static void keep(void)
{
    g_autofree char *message = NULL;
    bool had_problem = problem;

    g_clear_pointer(&problem, g_free);
    if (write_file(&message)) {
        dirty = false;
        return;
    }
    if (!had_problem) {
        warn_report("annex-pci-slots: ledger %s", message);
    }
    problem = g_steal_pointer(&message);
}

void slots_ledger_changed(void)
{
    dirty = true;
    if (slots_options.ledger && phase_check(PHASE_MACHINE_READY)) {
        keep();
    }
}

const char *slots_ledger_error(void)
{
    return problem;
}

/* What the command line has placed, in one go. */
static void on_machine_ready(Notifier *notifier, void *data)
{
    if (dirty) {
        keep();
    }
}

static bool load(const char *text, Error **errp)
{
    PciSlotsLedger *ledger = NULL;
    Error *err = NULL;
    bool ok;

    if (!*text) {
        error_setg(&err, "it is empty");
    } else {
        ledger = from_text(text, &err);
    }
    ok = ledger && slots_ledger_load(ledger, &err);
    qapi_free_PciSlotsLedger(ledger);
    if (!ok) {
        error_propagate_prepend(errp, err, "ledger '%s': ",
                                slots_options.ledger);
    }
    return ok;
}

/*
 * Now, and not at the first change, it can be refused.  What was there stays
 * until the machine is.
 */
static bool try_to_write(const char *text, Error **errp)
{
    g_autofree char *message = NULL;

    if (text ? !slots_file_write(slots_options.ledger, text, strlen(text),
                                 slots_options.flush, &message)
             : !write_file(&message)) {
        error_setg(errp, "ledger %s", message);
        return false;
    }
    return true;
}

bool slots_ledger_start(Error **errp)
{
    static Notifier notifier = { .notify = on_machine_ready };
    g_autofree char *message = NULL, *text = NULL, *given = NULL;

    if (!slots_options.ledger) {
        return true;
    }
    /* With -daemonize the folder is another one later. */
    given = slots_options.ledger;
    slots_options.ledger = slots_file_absolute(given);
    if (!slots_file_lock(slots_options.ledger, &message) ||
        !slots_file_read(slots_options.ledger, &text, &message)) {
        error_setg(errp, "ledger %s", message);
        return false;
    }
    if ((text && !load(text, errp)) || !try_to_write(text, errp)) {
        return false;
    }
    qemu_add_machine_init_done_notifier(&notifier);
    return true;
}
