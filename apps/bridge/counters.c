// SPDX-License-Identifier: Apache-2.0
/*
 * Counts, and writes it to a file.  Not by file_write: this file may be lost
 * with the machine, and its fsync would hold up the broker.
 */
#include "counters.h"

#include "base/log.h"

#include <errno.h>
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

static void
print_all(FILE *file, const struct counters *counters, size_t connected)
{
    const struct exposition to = { file, "iot_bridge_" };

    exposition_gauge(&to, "connections", connected,
                     "Devices that are connected by MQTT.");
    exposition_counter(&to, "admissions_total", counters->admissions,
                       "Devices that were let in.");
    exposition_counter(&to, "takeovers_total", counters->takeovers,
                       "Connections that a newer one of the same device "
                       "ended.");
    exposition_counter(&to, "disconnects_total", counters->disconnects,
                       "Connections of devices that ended, for any reason.");
    exposition_counter(&to, "expiries_total", counters->expiries,
                       "Connections that ended because the token of the "
                       "device had expired.");
    exposition_refusals(&to, counters->refusals,
                        "Devices, and what they did, that were refused.");
    exposition_family(&to, "messages_total", "kind", kinds, counters->messages,
                      COUNTERS_KINDS,
                      "Messages that were accepted from devices or sent to "
                      "them.");
    exposition_family(&to, "bytes_total", "kind", kinds, counters->bytes,
                      COUNTERS_KINDS, "Bytes of their payloads.");
    exposition_counter(&to, "store_failures_total", counters->store_failures,
                       "Messages that were not taken because they could not "
                       "be kept.");
    exposition_seconds(&to, "verify_seconds", &counters->verifying,
                       "What judging a device that comes has taken.");
    exposition_seconds(&to, "store_seconds", &counters->storing,
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
        log_event(LOG_UNWRITTEN, &(struct log_facts){ .file = path },
                  "the counters cannot be written to %s: %s", path,
                  strerror(errno));
}
