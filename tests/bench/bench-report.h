/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark results: samples, their spread, text on stdout and JSON. */
#ifndef ANNEX_BENCH_REPORT_H
#define ANNEX_BENCH_REPORT_H

#include <glib.h>
#include <stdbool.h>

/* Samples are GArrays of double. */
typedef struct BenchSpread {
    double median;
    double min;
    double max;
    double low;                 /* 5 % of the samples are below */
    double high;                /* 5 % are above */
} BenchSpread;

GArray *bench_samples_new(void);
void bench_samples_add(GArray *samples, double value);
double bench_median(const GArray *samples);
BenchSpread bench_spread(const GArray *samples);

/* A pair of samples each: taken one after the other, stock and Annex. */
typedef struct BenchPair {
    GArray *stock;
    GArray *annex;
} BenchPair;

BenchPair bench_pair_new(void);
void bench_pair_free(BenchPair *pair);

/* Of each pair of samples, Annex / stock, and Annex - stock. */
BenchSpread bench_pair_ratio(const BenchPair *pair);
BenchSpread bench_pair_difference(const BenchPair *pair);

/*
 * The JSON document: one object.  Sections are objects in it; a NULL key
 * begins an object in a list.
 */
void report_start(void);
void report_write(const char *path);
void report_begin(const char *key);
void report_end(void);
void report_begin_list(const char *key);
void report_end_list(void);
void report_number(const char *key, double value);
void report_text(const char *key, const char *value);
void report_spread(const char *key, BenchSpread spread);
void report_samples(const char *key, const GArray *samples);

/* All of a pair: samples, medians, ratio, difference. */
void report_pair(const char *key, const BenchPair *pair);

/* Print a section's title, underlined, and a paragraph on how it is done. */
void report_title(const char *title, const char *text);

#endif
