/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI slot pools: the text of pools, and the order of ids. */
#ifndef ANNEX_SLOTS_SYNTAX_H
#define ANNEX_SLOTS_SYNTAX_H

#include <stdbool.h>

/* "NAME:BUS:FIRST-LAST:MATCH", or a single slot for FIRST-LAST. */
typedef struct SlotsPoolText {
    char *name;
    char *bus;
    unsigned first;
    unsigned last;
    char *match;
} SlotsPoolText;

/* "NAME:ID-GLOB:MATCH" */
typedef struct SlotsPortsText {
    char *name;
    char *glob;
    char *match;
} SlotsPortsText;

/*
 * Parse @text.  On success the strings of @out have to be freed, by the
 * functions below.  Slots are decimal, or hexadecimal with 0x, at most 31.
 */
bool slots_syntax_pool(const char *text, SlotsPoolText *out);
bool slots_syntax_ports(const char *text, SlotsPortsText *out);
void slots_syntax_pool_clear(SlotsPoolText *t);
void slots_syntax_ports_clear(SlotsPortsText *t);

/* Whether they are as they should be; for AnnexOption.check. */
bool slots_syntax_is_pool(const char *text);
bool slots_syntax_is_ports(const char *text);

/* strcmp(), but "rp2" comes before "rp10". */
int slots_syntax_compare(const char *a, const char *b);

#endif
