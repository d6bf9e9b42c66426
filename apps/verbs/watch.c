// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry watch: what happens in a registry, a line an event, as the
 * bridges write it down.
 */
#include "base/log.h"
#include "base/standard.h"
#include "call.h"
#include "show.h"
#include "verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

enum { LOOK_MS = 100 };

static const struct options_row watch_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_FLAG, "from-start", NULL, FIELD(from_start),
      "Also what happened before; default only what comes.", 0, 0 },
    { OPTIONS_NUMBER, "limit", "N", FIELD(limit),
      "Stop after N events; default never.", 1, INT64_MAX },
    { 0 },
};

/* Who was refused may have named no registry at all. */
static bool
is_wanted(const struct verbs_call *call, const struct traffic_event *event)
{
    const struct names_path *path = &event->device;

    return strcmp(path->project, call->path.project) == 0 &&
           strcmp(path->location, call->path.location) == 0 &&
           strcmp(path->registry, call->path.registry) == 0;
}

static json_t *
as_json(const struct traffic_event *event)
{
    char number[24];

    snprintf(number, sizeof number, "%" PRIu64, event->num_id);
    return json_pack("{s:o, s:o, s:o, s:s, s:o}", "time",
                     show_time_ms(event->at_ms), "eventType",
                     show_text(event->kind), "deviceId",
                     show_text(event->device.device), "deviceNumId", number,
                     "message", show_text(event->text));
}

/* "TIME KIND DEVICE TEXT", without what a terminal might obey. */
static void
print_line(const struct traffic_event *event)
{
    json_t *when = show_time_ms(event->at_ms);
    const char *device = event->device.device;

    printf("%s %-10s %s ", json_string_value(when), event->kind,
           device[0] != '\0' ? device : "-");
    show_harmless(event->text, "");
    putchar('\n');
    json_decref(when);
}

static bool
print(struct show_stream *stream, const struct traffic_event *event)
{
    const struct verbs_call *call = stream->call;
    json_t *value = NULL;

    if (call->projection != NULL || call->format == VERBS_YAML) {
        if (!show_rows(stream, json_pack("[o]", as_json(event))))
            return false;
    } else if (call->format != VERBS_JSON)
        print_line(event);
    else {
        value = as_json(event);
        if (value == NULL) {
            log_error("out of memory");
            return false;
        }
        json_dumpf(value, stdout,
                   JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
        putchar('\n');
        json_decref(value);
    }
    return fflush(stdout) == 0;
}

static bool
follow(struct verbs_call *call, int64_t after)
{
    int64_t limit = call->arguments.limit;
    struct traffic_event event = { .key = after };
    struct show_stream stream = { .call = call };
    int64_t shown = 0;
    bool found;

    while (limit == 0 || shown < limit) {
        if (!traffic_event_next(call->traffic, event.key, &event, &found))
            return false;
        if (!found && !standard_wait(LOOK_MS))
            return true;
        if (!found)
            continue;
        if (!is_wanted(call, &event))
            continue;
        if (!print(&stream, &event))
            return false;
        shown++;
    }
    return true;
}

static enum exit_code
watch(struct verbs_call *call)
{
    int64_t after = 0;

    if (!verbs_open_traffic(call, TRAFFIC_BROWSE))
        return EXIT_CODE_FAILED;
    if (!call->arguments.from_start &&
        !traffic_event_last(call->traffic, &after))
        return EXIT_CODE_FAILED;
    return follow(call, after) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

const struct verbs_verb verbs_watch = {
    "--project P --region L --registry R [OPTION ...]",
    "Follows what happens in a registry, a line an event.",
    watch_rows,
    VERBS_NONE,
    VERBS_OF_REGISTRY,
    VERBS_TABLE,
    watch,
};
