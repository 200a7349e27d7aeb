/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host structures that postcopy looks into. */
#include "common/host/cpus.h"
#include "common/host/monitor.h"
#include "common/host/postcopy.h"
#include "common/image.h"

ANNEX_ABI_TABLE = {
    ANNEX_ABI(TYPE_CHARDEV, Chardev),
    ANNEX_ABI_CLASS(TYPE_CHARDEV, ChardevClass),
    ANNEX_ABI(TYPE_CPU, CPUState),
    ANNEX_ABI(TYPE_MIGRATION, MigrationState),
    ANNEX_ABI_CLASS(TYPE_QIO_CHANNEL, QIOChannelClass),
};
