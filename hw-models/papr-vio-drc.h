/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAPR VIO connectors: annex-drc-vio, and what guests read of it. */
#ifndef ANNEX_PAPR_VIO_DRC_H
#define ANNEX_PAPR_VIO_DRC_H

#include "common/host/spapr-vio.h"
#include "common/hooks.h"

/*
 * A connector for the slot of a virtual device (LoPAR 13, "SLOT" of
 * /vdevice): a logical one of the host's, with the type that the host names
 * and has no connector of.  Its number is the slot's; the slot's unit address
 * is fixed, so that it is the same at the destination of a migration.
 */
#define TYPE_PAPR_VIO_DRC "annex-drc-vio"

/* The unit address of slot 0; the others count up. */
#define PAPR_VIO_REG 0x71000080

/* Register the type, and have the guest told.  All under the BQL. */
bool papr_vio_drc_start(AnnexHookSet *set, Error **errp);

/* Make connectors 0 to @count - 1 for @owner, which has no others. */
void papr_vio_drc_create(Object *owner, unsigned count);

/* The connector of the slot with unit address @reg, or NULL. */
SpaprDrc *papr_vio_drc_at(uint32_t reg);

/* The connector that holds @dev, or NULL. */
SpaprDrc *papr_vio_drc_of(SpaprVioDevice *dev);

#endif
