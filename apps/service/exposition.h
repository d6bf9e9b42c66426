// SPDX-License-Identifier: Apache-2.0
/*
 * The text format of Prometheus, version 0.0.4, as both bridges print it: each
 * has a prefix of its own, because a name may be described once.
 */
#ifndef SERVICE_EXPOSITION_H
#define SERVICE_EXPOSITION_H

#include "gate/gate.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where it goes, and what all names begin with: "iot_bridge_". */
struct exposition {
    FILE *file;
    const char *prefix;
};

/* How long something took, in buckets whose bounds are in exposition.c; starts
 * as zero. */
enum { EXPOSITION_BUCKETS = 12 };

struct exposition_histogram {
    uint64_t buckets[EXPOSITION_BUCKETS + 1]; /* the last one has no bound */
    uint64_t nanoseconds;
};

/* Adds the time since START, on clock_nanoseconds. */
void
exposition_took(struct exposition_histogram *histogram, int64_t start);

/* A number that only grows, or one that does not. */
void
exposition_counter(const struct exposition *to, const char *name,
                   uint64_t value, const char *help);
void
exposition_gauge(const struct exposition *to, const char *name, uint64_t value,
                 const char *help);

/* COUNT counters of one name that differ in LABEL, which is WORDS[i]. */
void
exposition_family(const struct exposition *to, const char *name,
                  const char *label, const char *const *words,
                  const uint64_t *values, size_t count, const char *help);

/* Those of the gate's reasons. */
void
exposition_refusals(const struct exposition *to,
                    const uint64_t values[GATE_REASONS], const char *help);

void
exposition_seconds(const struct exposition *to, const char *name,
                   const struct exposition_histogram *histogram,
                   const char *help);

#endif
