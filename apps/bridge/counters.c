// SPDX-License-Identifier: Apache-2.0
/*
 * Counts, and prints in the text format of Prometheus, version 0.0.4.  Not by
 * file_write: this file may be lost with the machine, and its fsync would
 * hold up the broker.
 */
#include "counters.h"

#include "base/log.h"
#include "clock.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[COUNTERS_KINDS] = {
    [COUNTERS_EVENTS] = "events",   [COUNTERS_STATES] = "state",
    [COUNTERS_ATTACHES] = "attach", [COUNTERS_DETACHES] = "detach",
    [COUNTERS_CONFIGS] = "config",  [COUNTERS_COMMANDS] = "commands",
};

void
counters_message(struct counters *counters, enum counters_kind kind,
                 size_t length)
{
    counters->messages[kind]++;
    counters->bytes[kind] += length;
}

void
counters_took(struct counters_duration *duration, int64_t start)
{
    duration->count++;
    duration->nanoseconds += (uint64_t)(clock_nanoseconds() - start);
}

static void
print_head(FILE *file, const char *name, const char *type, const char *help)
{
    fprintf(file, "# HELP iot_bridge_%s %s\n# TYPE iot_bridge_%s %s\n", name,
            help, name, type);
}

static void
print_one(FILE *file, const char *name, const char *type, uint64_t value,
          const char *help)
{
    print_head(file, name, type, help);
    fprintf(file, "iot_bridge_%s %" PRIu64 "\n", name, value);
}

static void
print_kinds(FILE *file, const char *name, const uint64_t *values,
            const char *help)
{
    print_head(file, name, "counter", help);
    for (size_t i = 0; i < COUNTERS_KINDS; i++)
        fprintf(file, "iot_bridge_%s{kind=\"%s\"} %" PRIu64 "\n", name,
                kinds[i], values[i]);
}

static void
print_duration(FILE *file, const char *name,
               const struct counters_duration *duration, const char *help)
{
    print_head(file, name, "summary", help);
    fprintf(file, "iot_bridge_%s_sum %.9f\niot_bridge_%s_count %" PRIu64 "\n",
            name, (double)duration->nanoseconds / 1e9, name, duration->count);
}

static void
print_refusals(FILE *file, const struct counters *counters)
{
    print_head(file, "refusals_total", "counter",
               "Devices, and what they did, that were refused.");
    for (int i = GATE_NO_REASON + 1; i < GATE_REASONS; i++)
        fprintf(file, "iot_bridge_refusals_total{reason=\"%s\"} %" PRIu64 "\n",
                gate_reason_word((enum gate_reason)i), counters->refusals[i]);
}

static void
print_all(FILE *file, const struct counters *counters, size_t connected)
{
    print_one(file, "connections", "gauge", connected,
              "Devices that are connected by MQTT.");
    print_one(file, "admissions_total", "counter", counters->admissions,
              "Devices that were let in.");
    print_one(file, "takeovers_total", "counter", counters->takeovers,
              "Connections that a newer one of the same device ended.");
    print_one(file, "disconnects_total", "counter", counters->disconnects,
              "Connections of devices that ended, for any reason.");
    print_refusals(file, counters);
    print_kinds(file, "messages_total", counters->messages,
                "Messages that were accepted from devices or sent to them.");
    print_kinds(file, "bytes_total", counters->bytes,
                "Bytes of their payloads.");
    print_one(file, "store_failures_total", "counter", counters->store_failures,
              "Messages that were not taken because they could not be kept.");
    print_duration(file, "verify_seconds", &counters->verifying,
                   "What judging a device that comes has taken.");
    print_duration(file, "store_seconds", &counters->storing,
                   "What keeping a message or a state has taken.");
}

void
counters_write(const struct counters *counters, size_t connected,
               const char *path)
{
    char name[PATH_MAX];
    int length = snprintf(name, sizeof name, "%s.new", path);
    FILE *file = NULL;
    bool ok;

    if (length < 0 || (size_t)length >= sizeof name)
        return;
    file = fopen(name, "we");
    ok = file != NULL;
    if (ok) {
        print_all(file, counters, connected);
        ok = ferror(file) == 0;
        ok = fclose(file) == 0 && ok && rename(name, path) == 0;
    }
    if (!ok)
        log_warning("the counters cannot be written to %s: %s", path,
                    strerror(errno));
}
