// SPDX-License-Identifier: Apache-2.0
/*
 * What the HTTP bridge has done since it started, as numbers that only grow,
 * and as Prometheus text, version 0.0.4.  Who may read it is not its affair.
 */
#ifndef HTTPBRIDGE_METRICS_H
#define HTTPBRIDGE_METRICS_H

#include "base/checked.h"
#include "service/exposition.h"

#include <stddef.h>
#include <stdint.h>

struct http_server_stats;

enum metrics_kind {
    METRICS_EVENTS, /* from devices */
    METRICS_STATES,
    METRICS_CONFIGS, /* to devices */
    METRICS_KINDS
};

enum { METRICS_STATUS_MOST = 600 };

/* Starts as zero. */
struct metrics {
    uint64_t admissions;
    uint64_t refusals[GATE_REASONS];
    uint64_t answers[METRICS_STATUS_MOST]; /* by status */
    uint64_t messages[METRICS_KINDS];
    uint64_t bytes[METRICS_KINDS];
    uint64_t commits;
    uint64_t store_failures;
    struct exposition_histogram
        verifying; /* looking a device up, and its token */
    struct exposition_histogram storing; /* until it is committed */
};

void
metrics_message(struct metrics *metrics, enum metrics_kind kind, size_t length);

/*
 * All of it as text for free(), followed by what stands in the file OTHERS,
 * where the MQTT bridge leaves its own; NULL or not there: nothing follows.
 * NULL when memory is short.
 */
CHECKED char *
metrics_text(const struct metrics *metrics,
             const struct http_server_stats *stats, const char *others);

#endif
