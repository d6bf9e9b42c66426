// SPDX-License-Identifier: Apache-2.0
/*
 * Counts, and prints.  Names begin with iot_bridge_http_; those of the MQTT
 * bridge, which follow, do not.
 */
#include "metrics.h"

#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { OTHERS_MOST = 256 * 1024 };

static const char *const kinds[METRICS_KINDS] = {
    [METRICS_EVENTS] = "events",
    [METRICS_STATES] = "state",
    [METRICS_CONFIGS] = "config",
};

void
metrics_message(struct metrics *metrics, enum metrics_kind kind, size_t length)
{
    metrics->messages[kind]++;
    metrics->bytes[kind] += length;
}

/* Statuses that were never answered are left out: most never are. */
static void
print_answers(const struct exposition *to, const struct metrics *metrics)
{
    char texts[METRICS_STATUS_MOST][4];
    const char *words[METRICS_STATUS_MOST];
    uint64_t values[METRICS_STATUS_MOST];
    size_t count = 0;

    for (unsigned i = 0; i < METRICS_STATUS_MOST; i++) {
        if (metrics->answers[i] == 0)
            continue;
        snprintf(texts[count], sizeof texts[count], "%u", i);
        words[count] = texts[count];
        values[count++] = metrics->answers[i];
    }
    exposition_family(to, "answers_total", "status", words, values, count,
                      "Answers, by HTTP status.");
}

/* What another bridge left in a file, if it did, and how long ago: that bridge
 * may be gone, and its numbers still there. */
static void
copy_others(FILE *to, const char *path)
{
    const struct exposition others = { to, "iot_bridge_" };
    FILE *from = path != NULL ? fopen(path, "re") : NULL;
    struct stat written;
    char block[4096];
    size_t total = 0;
    size_t length;
    time_t now = time(NULL);

    if (from == NULL)
        return;
    if (fstat(fileno(from), &written) == 0)
        exposition_gauge(
            &others, "age_seconds",
            now > written.st_mtime ? (uint64_t)(now - written.st_mtime) : 0,
            "How long ago the MQTT bridge wrote what follows.");
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
    const struct exposition to = { file, "iot_bridge_http_" };

    exposition_gauge(&to, "connections", stats->open,
                     "Connections that are open.");
    exposition_counter(&to, "connections_total", stats->accepted,
                       "Connections that were accepted.");
    exposition_counter(&to, "timeouts_total", stats->timed_out,
                       "Connections that were ended for being slow or "
                       "silent.");
    exposition_counter(&to, "admissions_total", metrics->admissions,
                       "Calls whose token was good.");
    exposition_refusals(&to, metrics->refusals,
                        "Calls that were refused, by the reason in the log.");
    print_answers(&to, metrics);
    exposition_family(&to, "messages_total", "kind", kinds, metrics->messages,
                      METRICS_KINDS,
                      "Messages that were accepted from devices or sent to "
                      "them.");
    exposition_family(&to, "bytes_total", "kind", kinds, metrics->bytes,
                      METRICS_KINDS, "Bytes of their payloads.");
    exposition_counter(&to, "commits_total", metrics->commits,
                       "Transactions, each of what had come by then.");
    exposition_counter(&to, "store_failures_total", metrics->store_failures,
                       "Messages that were not taken because they could not "
                       "be kept.");
    exposition_seconds(&to, "verify_seconds", &metrics->verifying,
                       "Time to look a device up and check its token.");
    exposition_seconds(&to, "store_seconds", &metrics->storing,
                       "Time until a message or a state is committed.");
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
