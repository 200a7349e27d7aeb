/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a command fails: the codes of errors are the exit statuses. */
#ifndef ANNEXCTL_ERROR_H
#define ANNEXCTL_ERROR_H

#include <glib.h>

#define CTL_ERROR ctl_error_quark()
GQuark ctl_error_quark(void);

/* Documented in docs/annexctl.rst: a number never changes its meaning. */
typedef enum CtlError {
    CTL_ERROR_REFUSED = 1,      /* QEMU has answered with an error */
    CTL_ERROR_USAGE = 2,        /* the command line is wrong */
    CTL_ERROR_CONNECT = 3,      /* there is no QMP to talk to */
    CTL_ERROR_LOST = 4,         /* there was, and it ended or fell silent */
    CTL_ERROR_MISSING = 5,      /* the module is not loaded */
    CTL_ERROR_FILE = 6,         /* a file, or stdout, cannot be used */
} CtlError;

#endif
