// SPDX-License-Identifier: Apache-2.0
/*
 * Counts, and prints.  Names begin with iot_bridge_http_, because a name may
 * be described once and the MQTT bridge has names of its own.
 */
#include "metrics.h"

#include "http/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SECOND = 1000000000, OTHERS_MOST = 256 * 1024 };

static const double bounds[METRICS_BUCKETS] = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
    0.005,   0.01,   0.025,   0.1,    0.5,   1,
};

static const char *const kinds[METRICS_KINDS] = {
    [METRICS_EVENTS] = "events",
    [METRICS_STATES] = "state",
    [METRICS_CONFIGS] = "config",
};

int64_t
metrics_start(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

void
metrics_took(struct metrics_histogram *histogram, int64_t start)
{
    int64_t taken = metrics_start() - start;
    size_t i = 0;

    while (i < METRICS_BUCKETS && (double)taken > bounds[i] * SECOND)
        i++;
    histogram->buckets[i]++;
    histogram->nanoseconds += (uint64_t)taken;
}

void
metrics_message(struct metrics *metrics, enum metrics_kind kind, size_t length)
{
    metrics->messages[kind]++;
    metrics->bytes[kind] += length;
}

static void
print_head(FILE *file, const char *name, const char *type, const char *help)
{
    fprintf(file,
            "# HELP iot_bridge_http_%s %s\n# TYPE iot_bridge_http_%s %s\n",
            name, help, name, type);
}

static void
print_one(FILE *file, const char *name, const char *type, uint64_t value,
          const char *help)
{
    print_head(file, name, type, help);
    fprintf(file, "iot_bridge_http_%s %" PRIu64 "\n", name, value);
}

static void
print_kinds(FILE *file, const char *name, const uint64_t *values,
            const char *help)
{
    print_head(file, name, "counter", help);
    for (size_t i = 0; i < METRICS_KINDS; i++)
        fprintf(file, "iot_bridge_http_%s{kind=\"%s\"} %" PRIu64 "\n", name,
                kinds[i], values[i]);
}

/* Reasons and statuses of which there were none are left out: most never
 * happen by HTTP. */
static void
print_refusals(FILE *file, const struct metrics *metrics)
{
    print_head(file, "refusals_total", "counter",
               "Calls that were refused, by the reason in the log.");
    for (int i = GATE_NO_REASON + 1; i < GATE_REASONS; i++)
        if (metrics->refusals[i] > 0)
            fprintf(
                file,
                "iot_bridge_http_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
                gate_reason_word((enum gate_reason)i), metrics->refusals[i]);
}

static void
print_answers(FILE *file, const struct metrics *metrics)
{
    print_head(file, "answers_total", "counter", "Answers, by HTTP status.");
    for (int i = 0; i < METRICS_STATUS_MOST; i++)
        if (metrics->answers[i] > 0)
            fprintf(file,
                    "iot_bridge_http_answers_total{status=\"%d\"} %" PRIu64
                    "\n",
                    i, metrics->answers[i]);
}

static void
print_histogram(FILE *file, const char *name,
                const struct metrics_histogram *histogram, const char *help)
{
    uint64_t count = 0;

    print_head(file, name, "histogram", help);
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        count += histogram->buckets[i];
        fprintf(file, "iot_bridge_http_%s_bucket{le=\"%g\"} %" PRIu64 "\n",
                name, bounds[i], count);
    }
    count += histogram->buckets[METRICS_BUCKETS];
    fprintf(file,
            "iot_bridge_http_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n"
            "iot_bridge_http_%s_sum %.9f\n"
            "iot_bridge_http_%s_count %" PRIu64 "\n",
            name, count, name, (double)histogram->nanoseconds / SECOND, name,
            count);
}

/* What another bridge left in a file, if it did. */
static void
copy_others(FILE *to, const char *path)
{
    FILE *from = path != NULL ? fopen(path, "re") : NULL;
    char block[4096];
    size_t total = 0;
    size_t length;

    if (from == NULL)
        return;
    while (total < OTHERS_MOST &&
           (length = fread(block, 1, sizeof block, from)) > 0) {
        fwrite(block, 1, length, to);
        total += length;
    }
    fclose(from);
}

static void
print_all(FILE *file, const struct metrics *metrics,
          const struct http_server_stats *stats)
{
    print_one(file, "connections", "gauge", stats->open,
              "Connections that are open.");
    print_one(file, "connections_total", "counter", stats->accepted,
              "Connections that were accepted.");
    print_one(file, "timeouts_total", "counter", stats->timed_out,
              "Connections that were ended for being slow or silent.");
    print_one(file, "admissions_total", "counter", metrics->admissions,
              "Calls whose token was good.");
    print_refusals(file, metrics);
    print_answers(file, metrics);
    print_kinds(file, "messages_total", metrics->messages,
                "Messages that were accepted from devices or sent to them.");
    print_kinds(file, "bytes_total", metrics->bytes,
                "Bytes of their payloads.");
    print_one(file, "commits_total", "counter", metrics->commits,
              "Transactions, each of what had come by then.");
    print_one(file, "store_failures_total", "counter", metrics->store_failures,
              "Messages that were not taken because they could not be kept.");
    print_histogram(file, "verify_seconds", &metrics->verifying,
                    "Time to look a device up and check its token.");
    print_histogram(file, "store_seconds", &metrics->storing,
                    "Time to commit a message or a state.");
}

char *
metrics_text(const struct metrics *metrics,
             const struct http_server_stats *stats, const char *others)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    if (file == NULL)
        return NULL;
    print_all(file, metrics, stats);
    copy_others(file, others);
    if (fclose(file) == 0)
        return text;
    free(text);
    return NULL;
}
