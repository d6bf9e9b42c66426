// SPDX-License-Identifier: Apache-2.0
/*
 * What the bridge has done since it started, as numbers that only grow, and
 * as Prometheus text in a file for whoever serves it.
 */
#ifndef BRIDGE_COUNTERS_H
#define BRIDGE_COUNTERS_H

#include "gate/gate.h"

#include <stddef.h>
#include <stdint.h>

enum counters_kind {
    COUNTERS_EVENTS, /* from devices */
    COUNTERS_STATES,
    COUNTERS_ATTACHES,
    COUNTERS_DETACHES,
    COUNTERS_CONFIGS, /* to devices */
    COUNTERS_COMMANDS,
    COUNTERS_KINDS
};

/* How long something took, a Prometheus summary without quantiles. */
struct counters_duration {
    uint64_t count;
    uint64_t nanoseconds;
};

/* Starts as zero. */
struct counters {
    uint64_t admissions;
    uint64_t takeovers;
    uint64_t disconnects;
    uint64_t refusals[GATE_REASONS];
    uint64_t messages[COUNTERS_KINDS];
    uint64_t bytes[COUNTERS_KINDS];
    uint64_t store_failures;
    struct counters_duration verifying; /* a device that comes, all in all */
    struct counters_duration storing;   /* one message or state */
};

/* Counts a message of LENGTH bytes. */
void
counters_message(struct counters *counters, enum counters_kind kind,
                 size_t length);

/* Adds the time since START, on clock_nanoseconds. */
void
counters_took(struct counters_duration *duration, int64_t start);

/* Writes all to the file PATH, by rename; CONNECTED is how many are.  Says so
 * in the log when it cannot. */
void
counters_write(const struct counters *counters, size_t connected,
               const char *path);

#endif
