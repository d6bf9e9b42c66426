// SPDX-License-Identifier: Apache-2.0
/*
 * What the bridge has done since it started, as numbers that only grow, and
 * as Prometheus text in a file for whoever serves it.
 */
#ifndef BRIDGE_COUNTERS_H
#define BRIDGE_COUNTERS_H

#include "service/exposition.h"

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

/* Starts as zero. */
struct counters {
    uint64_t admissions;
    uint64_t takeovers;
    uint64_t disconnects;
    uint64_t expiries;
    uint64_t refusals[GATE_REASONS];
    uint64_t messages[COUNTERS_KINDS];
    uint64_t bytes[COUNTERS_KINDS];
    uint64_t store_failures;
    struct exposition_histogram verifying; /* a device that comes, all in all */
    struct exposition_histogram storing;   /* one message or state */
};

/* Counts a message of LENGTH bytes. */
void
counters_message(struct counters *counters, enum counters_kind kind,
                 size_t length);

/* Writes all to the file PATH, by rename; CONNECTED is how many are.  Says so
 * in the log when it cannot. */
void
counters_write(const struct counters *counters, size_t connected,
               const char *path);

#endif
