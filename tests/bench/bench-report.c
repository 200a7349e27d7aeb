/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmark results: samples, their spread, text on stdout and JSON. */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include "bench-report.h"

static JsonBuilder *builder;

GArray *bench_samples_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(double));
}

void bench_samples_add(GArray *samples, double value)
{
    g_array_append_val(samples, value);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double da = *(const double *)a, db = *(const double *)b;

    return da < db ? -1 : da > db;
}

BenchSpread bench_spread(const GArray *samples)
{
    g_autoptr(GArray) sorted = g_array_copy((GArray *)samples);
    double *v = (double *)sorted->data;
    unsigned n = sorted->len;

    g_assert_cmpuint(n, >, 0);
    g_array_sort(sorted, compare);
    return (BenchSpread){
        .median = (v[(n - 1) / 2] + v[n / 2]) / 2,
        .min = v[0],
        .max = v[n - 1],
        .low = v[(n - 1) / 20],
        .high = v[n - 1 - (n - 1) / 20],
    };
}

double bench_median(const GArray *samples)
{
    return bench_spread(samples).median;
}

BenchPair bench_pair_new(void)
{
    return (BenchPair){ bench_samples_new(), bench_samples_new() };
}

void bench_pair_free(BenchPair *pair)
{
    g_array_unref(pair->stock);
    g_array_unref(pair->annex);
}

static BenchSpread combine(const BenchPair *pair, bool divide)
{
    g_autoptr(GArray) result = bench_samples_new();
    unsigned i;

    g_assert_cmpuint(pair->stock->len, ==, pair->annex->len);
    for (i = 0; i < pair->stock->len; i++) {
        double stock = g_array_index(pair->stock, double, i);
        double annex = g_array_index(pair->annex, double, i);

        bench_samples_add(result, divide ? annex / stock : annex - stock);
    }
    return bench_spread(result);
}

BenchSpread bench_pair_ratio(const BenchPair *pair)
{
    return combine(pair, true);
}

BenchSpread bench_pair_difference(const BenchPair *pair)
{
    return combine(pair, false);
}

void report_start(void)
{
    builder = json_builder_new();
    json_builder_begin_object(builder);
}

void report_write(const char *path)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = NULL;
    g_autoptr(GError) error = NULL;

    json_builder_end_object(builder);
    root = json_builder_get_root(builder);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    json_generator_to_file(generator, path, &error);
    g_assert_no_error(error);
    g_clear_object(&builder);
}

static void name(const char *key)
{
    if (key) {
        json_builder_set_member_name(builder, key);
    }
}

void report_begin(const char *key)
{
    name(key);
    json_builder_begin_object(builder);
}

void report_end(void)
{
    json_builder_end_object(builder);
}

void report_begin_list(const char *key)
{
    name(key);
    json_builder_begin_array(builder);
}

void report_end_list(void)
{
    json_builder_end_array(builder);
}

void report_number(const char *key, double value)
{
    name(key);
    json_builder_add_double_value(builder, value);
}

void report_text(const char *key, const char *value)
{
    name(key);
    json_builder_add_string_value(builder, value);
}

void report_spread(const char *key, BenchSpread spread)
{
    report_begin(key);
    report_number("median", spread.median);
    report_number("min", spread.min);
    report_number("max", spread.max);
    report_number("low", spread.low);
    report_number("high", spread.high);
    report_end();
}

void report_samples(const char *key, const GArray *samples)
{
    unsigned i;

    report_begin_list(key);
    for (i = 0; i < samples->len; i++) {
        report_number(NULL, g_array_index(samples, double, i));
    }
    report_end_list();
}

void report_pair(const char *key, const BenchPair *pair)
{
    report_begin(key);
    report_spread("stock", bench_spread(pair->stock));
    report_spread("annex", bench_spread(pair->annex));
    report_spread("ratio", bench_pair_ratio(pair));
    report_spread("difference", bench_pair_difference(pair));
    report_samples("stock-samples", pair->stock);
    report_samples("annex-samples", pair->annex);
    report_end();
}

void report_title(const char *title, const char *text)
{
    size_t i;

    printf("\n%s\n", title);
    for (i = 0; i < strlen(title); i++) {
        putchar('=');
    }
    printf("\n%s\n\n", text);
}
