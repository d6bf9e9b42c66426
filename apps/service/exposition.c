// SPDX-License-Identifier: Apache-2.0
/*
 * Prints counters.  What they count is for the bridges.
 */
#include "exposition.h"

#include "base/clock.h"

#include <inttypes.h>

enum { SECOND = 1000000000 };

static const double bounds[EXPOSITION_BUCKETS] = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
    0.005,   0.01,   0.025,   0.1,    0.5,   1,
};

void
exposition_took(struct exposition_histogram *histogram, int64_t start)
{
    int64_t taken = clock_nanoseconds() - start;
    size_t i = 0;

    while (i < EXPOSITION_BUCKETS && (double)taken > bounds[i] * SECOND)
        i++;
    histogram->buckets[i]++;
    histogram->nanoseconds += (uint64_t)taken;
}

static void
print_head(const struct exposition *to, const char *name, const char *type,
           const char *help)
{
    fprintf(to->file, "# HELP %s%s %s\n# TYPE %s%s %s\n", to->prefix, name,
            help, to->prefix, name, type);
}

void
exposition_counter(const struct exposition *to, const char *name,
                   uint64_t value, const char *help)
{
    print_head(to, name, "counter", help);
    fprintf(to->file, "%s%s %" PRIu64 "\n", to->prefix, name, value);
}

void
exposition_gauge(const struct exposition *to, const char *name, uint64_t value,
                 const char *help)
{
    print_head(to, name, "gauge", help);
    fprintf(to->file, "%s%s %" PRIu64 "\n", to->prefix, name, value);
}

static void
print_labelled(const struct exposition *to, const char *name, const char *label,
               const char *word, uint64_t value)
{
    fprintf(to->file, "%s%s{%s=\"%s\"} %" PRIu64 "\n", to->prefix, name, label,
            word, value);
}

void
exposition_family(const struct exposition *to, const char *name,
                  const char *label, const char *const *words,
                  const uint64_t *values, size_t count, const char *help)
{
    print_head(to, name, "counter", help);
    for (size_t i = 0; i < count; i++)
        print_labelled(to, name, label, words[i], values[i]);
}

void
exposition_refusals(const struct exposition *to,
                    const uint64_t values[GATE_REASONS], const char *help)
{
    print_head(to, "refusals_total", "counter", help);
    for (int i = GATE_NO_REASON + 1; i < GATE_REASONS; i++)
        print_labelled(to, "refusals_total", "reason",
                       gate_reason_word((enum gate_reason)i), values[i]);
}

void
exposition_seconds(const struct exposition *to, const char *name,
                   const struct exposition_histogram *histogram,
                   const char *help)
{
    char bound[32];
    char bucket[64];
    uint64_t count = 0;

    print_head(to, name, "histogram", help);
    snprintf(bucket, sizeof bucket, "%s_bucket", name);
    for (size_t i = 0; i <= EXPOSITION_BUCKETS; i++) {
        count += histogram->buckets[i];
        snprintf(bound, sizeof bound, "%g",
                 i < EXPOSITION_BUCKETS ? bounds[i] : 0);
        print_labelled(to, bucket, "le",
                       i < EXPOSITION_BUCKETS ? bound : "+Inf", count);
    }
    fprintf(to->file, "%s%s_sum %.9f\n%s%s_count %" PRIu64 "\n", to->prefix,
            name, (double)histogram->nanoseconds / SECOND, to->prefix, name,
            count);
}
