/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x. */
#include "unplug-cases.h"
const UnplugCase unplug_refuse_cases[] = {
    {}
};
