/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How verdicts are printed: lines for people, JSON for programs. */
#ifndef ANNEX_REPORT_H
#define ANNEX_REPORT_H

#include "verdict.h"

typedef enum ReportFormat {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_NOTHING,
} ReportFormat;

typedef struct Report Report;

Report *report_new(ReportFormat format);

/* @label is what the module is called in text. */
void report_verdict(Report *report, const Verdict *verdict,
                    const char *label);

/* JSON comes now, in one piece.  False if stdout cannot be written. */
bool report_end(Report *report);

#endif
