// SPDX-License-Identifier: Apache-2.0
/*
 * iot-registry registries create, list, describe, update, delete.  Section
 * 5.8 of the cloud-iot-core reference; the rules are the registry's.
 */
#include "base/file.h"
#include "base/log.h"
#include "call.h"
#include "parse.h"
#include "resources.h"
#include "show.h"
#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct verbs_arguments, name)

static const struct options_row create_rows[] = {
    { OPTIONS_HEADING, "What", NULL, 0, NULL, 0, 0 },
    { OPTIONS_TEXT, "public-key-path", "FILE", FIELD(public_key_path),
      "A CA certificate (PEM): then only devices it signed come in.", 0, 0 },
    { OPTIONS_FLAG, "enable-mqtt-config", NULL, FIELD(enable_mqtt),
      "Devices may come over MQTT (default).", 0, 0 },
    { OPTIONS_FLAG, "no-enable-mqtt-config", NULL, FIELD(disable_mqtt),
      "They may not.", 0, 0 },
    { OPTIONS_FLAG, "enable-http-config", NULL, FIELD(enable_http),
      "Devices may come over HTTP (default).", 0, 0 },
    { OPTIONS_FLAG, "no-enable-http-config", NULL, FIELD(disable_http),
      "They may not.", 0, 0 },
    { OPTIONS_LIST, "event-notification-config", "topic=T[,subfolder=S]",
      FIELD(events), "Where telemetry goes; up to 10, the first match counts.",
      0, 0 },
    { OPTIONS_TEXT, "state-pubsub-topic", "TOPIC", FIELD(state_topic),
      "Where states go.", 0, 0 },
    { OPTIONS_TEXT, "log-level", "LEVEL", FIELD(log_level),
      "none (default), error, info or debug.", 0, 0 },
    { 0 },
};

/* All that an update can set is what a create can, but the certificate. */
enum { UPDATE_ROWS_FROM = 2 };

static const struct show_column columns[] = {
    { "ID", "id" },
    { "LOCATION", "location" },
    { "MQTT_ENABLED", "mqttConfig.mqttEnabledState" },
    { NULL, NULL },
};

static bool
is_either(bool on, bool off, const char *what)
{
    if (on && off)
        log_error("--enable-%s-config and --no-enable-%s-config exclude each "
                  "other",
                  what, what);
    return !(on && off);
}

/* What create and update have in common. */
static enum exit_code
parse_settings(const struct verbs_arguments *given, struct registry *wanted)
{
    int level = REGISTRY_LOG_NONE;
    enum exit_code code;

    if (!is_either(given->enable_mqtt, given->disable_mqtt, "mqtt") ||
        !is_either(given->enable_http, given->disable_http, "http"))
        return EXIT_CODE_MISUSED;
    wanted->mqtt_enabled = !given->disable_mqtt;
    wanted->http_enabled = !given->disable_http;
    code = parse_word(REGISTRY_LOG_LEVELS, "--log-level", given->log_level,
                      &level);
    wanted->log_level = (enum registry_log_level)level;
    if (code == EXIT_CODE_DONE)
        code = parse_events(&given->events, wanted);
    if (code == EXIT_CODE_DONE && given->state_topic != NULL &&
        given->state_topic[0] != '\0' &&
        (wanted->state_topic = strdup(given->state_topic)) == NULL) {
        log_error("out of memory");
        code = EXIT_CODE_FAILED;
    }
    return code;
}

static struct registry *
registry_new(const struct names_path *path)
{
    struct registry *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    memcpy(it->project, path->project, sizeof it->project);
    memcpy(it->location, path->location, sizeof it->location);
    memcpy(it->id, path->registry, sizeof it->id);
    return it;
}

/* The API has no location of its own in a registry; the table does. */
static json_t *
row(const struct registry *registry, enum verbs_format format)
{
    json_t *it = resources_registry(registry);

    if (it != NULL && format != VERBS_JSON && format != VERBS_YAML)
        json_object_set_new(it, "location", show_text(registry->location));
    return it;
}

static enum exit_code
show_one(struct verbs_call *call)
{
    struct registry *got = NULL;
    bool ok = registry_get(call->store, &call->path, &got) &&
              show_value(call, resources_registry(got));

    registry_free(&got);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code
read_certificate(const char *path, struct registry *wanted)
{
    size_t length = 0;

    if (path == NULL)
        return EXIT_CODE_DONE;
    if (!file_read(path, REGISTRY_PEM_MOST, &wanted->certificates[0], &length))
        return EXIT_CODE_FAILED;
    wanted->certificate_count = 1;
    return EXIT_CODE_DONE;
}

/* The bridges may not be allowed to make it themselves; without it they go on
 * as well as they can, so the registry stands all the same. */
static void
make_traffic(struct verbs_call *call)
{
    if (!verbs_open_traffic(call, TRAFFIC_CREATE))
        log_warning("what devices send cannot be kept");
}

/* What is meant for a topic that nobody has made is refused, device by device:
 * better said now. */
static void
warn_of_topic(struct verbs_call *call, const char *text)
{
    char name[TRAFFIC_TOPIC_MOST];
    bool is_there = false;

    if (text == NULL || !traffic_topic_name(call->path.project, text, name))
        return;
    if (call->traffic != NULL &&
        (!traffic_topic_exists(call->traffic, name, &is_there) || is_there))
        return;
    log_warning("there is no topic %s yet; this makes it: iot-registry topics "
                "create %s --project %s",
                name, text, call->path.project);
}

static void
warn_of_topics(struct verbs_call *call, const struct registry *wanted)
{
    if (call->traffic == NULL && !verbs_look_at_traffic(call))
        return;
    warn_of_topic(call, wanted->state_topic);
    for (size_t i = 0; i < wanted->route_count; i++)
        warn_of_topic(call, wanted->routes[i].topic);
}

/* Reads what was given, hands it to STORE, and shows what came of it. */
static enum exit_code
save(struct verbs_call *call,
     bool (*store)(struct verbs_call *call, const struct registry *wanted),
     const char *did)
{
    struct registry *wanted = registry_new(&call->path);
    enum exit_code code = EXIT_CODE_FAILED;

    if (wanted == NULL)
        return code;
    code = parse_settings(&call->arguments, wanted);
    if (code == EXIT_CODE_DONE)
        code = read_certificate(call->arguments.public_key_path, wanted);
    if (code == EXIT_CODE_DONE && !store(call, wanted))
        code = EXIT_CODE_FAILED;
    if (code == EXIT_CODE_DONE) {
        verbs_say(did, call->path.registry);
        warn_of_topics(call, wanted);
    }
    registry_free(&wanted);
    if (code != EXIT_CODE_DONE)
        return code;
    return call->format != VERBS_UNSAID ? show_one(call) : EXIT_CODE_DONE;
}

static bool
store_new(struct verbs_call *call, const struct registry *wanted)
{
    if (!registry_check(wanted) || !verbs_open(call, REGISTRY_CREATE) ||
        !registry_create(call->store, wanted))
        return false;
    make_traffic(call);
    return true;
}

static enum exit_code
create(struct verbs_call *call)
{
    return save(call, store_new, "Created registry");
}

static bool
append_page(struct verbs_call *call, const struct registry_page *page,
            json_t *rows)
{
    for (size_t i = 0; i < page->count; i++) {
        if (json_array_append_new(rows, row(page->items[i], call->format)) !=
            0) {
            log_error("out of memory");
            return false;
        }
    }
    return true;
}

static enum exit_code
list(struct verbs_call *call)
{
    char after[NAMES_ID_MOST + 1] = "";
    struct registry_page *page = NULL;
    json_t *rows = json_array();
    bool ok = verbs_open(call, REGISTRY_BROWSE);
    bool is_last = false;

    while (ok && !is_last) {
        ok = registry_list(call->store, call->path.project, call->path.location,
                           after, &page) &&
             append_page(call, page, rows);
        is_last = !ok || page->count < REGISTRY_PAGE_MOST;
        if (!is_last)
            memcpy(after, page->items[page->count - 1]->id, sizeof after);
        registry_page_free(&page);
    }
    if (ok)
        ok = show_list(call, columns, rows);
    else
        json_decref(rows);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

static enum exit_code
describe(struct verbs_call *call)
{
    return verbs_open(call, REGISTRY_BROWSE) ? show_one(call)
                                             : EXIT_CODE_FAILED;
}

static unsigned
update_mask(const struct verbs_arguments *given)
{
    unsigned mask = 0;

    if (given->enable_mqtt || given->disable_mqtt)
        mask |= REGISTRY_SET_MQTT;
    if (given->enable_http || given->disable_http)
        mask |= REGISTRY_SET_HTTP;
    if (given->log_level != NULL)
        mask |= REGISTRY_SET_LOG_LEVEL;
    if (given->events.count > 0)
        mask |= REGISTRY_SET_ROUTES;
    if (given->state_topic != NULL)
        mask |= REGISTRY_SET_STATE_TOPIC;
    return mask;
}

static bool
store_changes(struct verbs_call *call, const struct registry *wanted)
{
    return verbs_open(call, REGISTRY_WRITE) &&
           registry_update(call->store, &call->path, wanted,
                           update_mask(&call->arguments));
}

static enum exit_code
update(struct verbs_call *call)
{
    if (update_mask(&call->arguments) != 0)
        return save(call, store_changes, "Updated registry");
    log_error("nothing to update; see --help");
    return EXIT_CODE_MISUSED;
}

static enum exit_code
delete_one(struct verbs_call *call)
{
    if (!verbs_open(call, REGISTRY_WRITE) ||
        !registry_delete(call->store, &call->path))
        return EXIT_CODE_FAILED;
    return verbs_done(call, "Deleted registry", call->path.registry, NULL);
}

const struct verbs_verb verbs_registries_create = {
    "REGISTRY --project P --region L [--public-key-path FILE] [OPTION ...]",
    "Makes a registry, and the database if there is none.",
    create_rows,
    VERBS_REGISTRY,
    VERBS_OF_LOCATION,
    VERBS_UNSAID,
    create,
};

const struct verbs_verb verbs_registries_list = {
    "--project P --region L [OPTION ...]",
    "Lists the registries of a location.",
    NULL,
    VERBS_NONE,
    VERBS_OF_LOCATION,
    VERBS_NAMES,
    list,
};

const struct verbs_verb verbs_registries_describe = {
    "REGISTRY --project P --region L [OPTION ...]",
    "Shows a registry.",
    NULL,
    VERBS_REGISTRY,
    VERBS_OF_LOCATION,
    VERBS_YAML,
    describe,
};

const struct verbs_verb verbs_registries_update = {
    "REGISTRY --project P --region L OPTION ...",
    "Sets what is named, and leaves all else as it is.",
    create_rows + UPDATE_ROWS_FROM,
    VERBS_REGISTRY,
    VERBS_OF_LOCATION,
    VERBS_UNSAID,
    update,
};

const struct verbs_verb verbs_registries_delete = {
    "REGISTRY --project P --region L",
    "Deletes a registry that has no devices any more.",
    NULL,
    VERBS_REGISTRY,
    VERBS_OF_LOCATION,
    VERBS_UNSAID,
    delete_one,
};
