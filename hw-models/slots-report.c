/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the event that a pool is nearly used up. */
#include "hw-models/slots-report.h"
#include "common/events.h"

#include "annex-pci-slots-qapi-emit-events.h"
#include "annex-pci-slots-qapi-events.h"

/* What the generator's code calls with a finished event. */
void annex_pci_slots_qapi_event_emit(annex_pci_slots_QAPIEvent event,
                                     QDict *dict)
{
    annex_event_emit(dict);
}

void slots_report_placed(const char *name, unsigned left)
{
    if (left == 1) {
        qapi_event_send_pci_slot_pool_low(name, left);
    }
}
