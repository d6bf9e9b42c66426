// SPDX-License-Identifier: Apache-2.0
/*
 * What devices send, into the database: telemetry by its route, state with its
 * notification, and a configuration out of it.  Nothing is said to have arrived
 * before it is committed.  Sections 2.4 to 2.6.
 */
#include "call.h"
#include "http/request.h"
#include "registry/registry.h"
#include "registry/traffic.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool
fail(struct call *call)
{
    call->bridge->metrics.store_failures++;
    return problem_set(&call->problem, PROBLEM_UNAVAILABLE, "",
                       "The service is currently unavailable.");
}

/* Asks the gate as if the device had published to its topic by MQTT: it is one
 * rule for both.  *TOPIC is then what that would be. */
static bool
may_publish(struct call *call, enum names_kind kind, struct names_topic *topic)
{
    struct names_topic wish = { .kind = kind };
    char text[NAMES_PATH_MOST];
    struct gate_refusal refusal;

    snprintf(wish.device, sizeof wish.device, "%s", call->device.path.device);
    snprintf(wish.subfolder, sizeof wish.subfolder, "%s", call->body.subfolder);
    if (!names_write_topic(&wish, text, sizeof text))
        return problem_set(&call->problem, PROBLEM_INTERNAL, "",
                           "Internal error");
    if (gate_authorize(&call->device, GATE_PUBLISH, text, strlen(text),
                       call->body.length, topic, &refusal))
        return true;
    return call_refuse(call, PROBLEM_INVALID_ARGUMENT,
                       refusal.reason == GATE_PAYLOAD
                           ? "The payload is too large."
                           : "Invalid value at 'sub_folder' (TYPE_STRING)",
                       &refusal);
}

static const void *
data_of(const struct call *call)
{
    return call->body.data != NULL ? (const void *)call->body.data : "";
}

static struct traffic_message
message_of(const struct call *call, const char *topic, const char *subfolder)
{
    return (struct traffic_message){
        .topic = topic,
        .data = data_of(call),
        .length = call->body.length,
        .device = &call->device.path,
        .num_id = call->device.num_id,
        .subfolder = subfolder,
        .gateway = call->gateway,
    };
}

/* Everything that is written for one event, in one transaction. */
static bool
keep_event(struct call *call, const struct traffic_message *message,
           bool *has_topic)
{
    struct traffic *traffic = call->bridge->traffic;
    struct traffic_touch touch = { call->device.num_id, TRAFFIC_EVENT,
                                   call->now };
    bool ok;

    if (!traffic_begin(traffic))
        return false;
    ok = traffic_append(traffic, message, has_topic);
    if (ok && *has_topic)
        ok = traffic_touch(traffic, &touch, 1) &&
             (call->gateway == NULL ||
              traffic_gateway_set(traffic, touch.num_id, call->gateway,
                                  call->now));
    return traffic_end(traffic, ok);
}

static bool
refuse_route(struct call *call, const char *topic, const char *subfolder)
{
    struct gate_refusal refusal = { .reason = GATE_NO_TOPIC };

    if (topic[0] != '\0')
        snprintf(refusal.text, sizeof refusal.text,
                 "there is no topic for its telemetry: %s does not exist",
                 topic);
    else
        snprintf(refusal.text, sizeof refusal.text,
                 "there is no topic for its telemetry: the registry has none "
                 "for the subfolder \"%s\"",
                 subfolder);
    return call_refuse(call, PROBLEM_FAILED_PRECONDITION,
                       "Precondition check failed.", &refusal);
}

bool
call_publish_event(struct call *call)
{
    struct httpbridge *bridge = call->bridge;
    struct names_topic topic;
    struct registry_destination destination;
    struct traffic_message message;
    bool has_topic = false;
    int64_t start;

    if (!may_publish(call, NAMES_EVENTS, &topic))
        return false;
    if (bridge->traffic == NULL ||
        !registry_destination_find(bridge->registry, &call->device.path,
                                   topic.subfolder, &destination))
        return fail(call);
    if (destination.topic[0] == '\0')
        return refuse_route(call, "", topic.subfolder);
    message = message_of(call, destination.topic, topic.subfolder);
    start = metrics_start();
    if (!keep_event(call, &message, &has_topic))
        return fail(call);
    metrics_took(&bridge->metrics.storing, start);
    if (!has_topic)
        return refuse_route(call, destination.topic, topic.subfolder);
    metrics_message(&bridge->metrics, METRICS_EVENTS, call->body.length);
    return true;
}

static int64_t
now_ms(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The last state, by whichever bridge it came, says whether it is time for
 * another; one from the future says that the clock was set. */
static bool
is_time_for_state(struct call *call, bool *is_time)
{
    struct traffic_states *states = NULL;
    int64_t least = call->bridge->state_interval;
    int64_t age = least;

    if (!traffic_state_list(call->bridge->traffic, call->device.num_id, 1,
                            &states))
        return false;
    if (states->count > 0)
        age = now_ms() - states->items[0].at_ms;
    *is_time = age < 0 || age >= least;
    traffic_states_free(&states);
    return true;
}

static bool
keep_state(struct call *call, bool *is_time)
{
    struct traffic *traffic = call->bridge->traffic;
    uint64_t num_id = call->device.num_id;
    bool ok;

    if (!traffic_begin(traffic))
        return false;
    ok = is_time_for_state(call, is_time);
    if (ok && *is_time)
        ok = traffic_state_add(traffic, num_id, data_of(call),
                               call->body.length) &&
             (call->gateway == NULL ||
              traffic_gateway_set(traffic, num_id, call->gateway, call->now));
    return traffic_end(traffic, ok);
}

/* Best effort: the state stands, whatever becomes of this (section 2.5). */
static void
notify_state(struct call *call)
{
    char topic[REGISTRY_TOPIC_NAME_MOST + 1];
    struct traffic_message message = message_of(call, topic, "");
    bool has_topic;

    if (!registry_state_topic_find(call->bridge->registry, &call->device.path,
                                   topic) ||
        topic[0] == '\0')
        return;
    if (!traffic_append(call->bridge->traffic, &message, &has_topic))
        call->bridge->metrics.store_failures++;
}

static bool
refuse_haste(struct call *call)
{
    struct gate_refusal refusal = { .reason = GATE_TOO_FAST };

    snprintf(refusal.text, sizeof refusal.text,
             "The device \"%" PRIu64 "\" could not be updated. Device state "
             "can be updated only once every 1s.",
             call->device.num_id);
    return call_refuse(call, PROBLEM_RESOURCE_EXHAUSTED, refusal.text,
                       &refusal);
}

bool
call_set_state(struct call *call)
{
    struct httpbridge *bridge = call->bridge;
    struct names_topic topic;
    bool is_time = false;
    int64_t start;

    if (!may_publish(call, NAMES_STATE, &topic))
        return false;
    start = metrics_start();
    if (bridge->traffic == NULL || !keep_state(call, &is_time))
        return fail(call);
    metrics_took(&bridge->metrics.storing, start);
    if (!is_time)
        return refuse_haste(call);
    notify_state(call);
    metrics_message(&bridge->metrics, METRICS_STATES, call->body.length);
    return true;
}

/* "version" is an int64 and so a string; there are no data for who has them. */
static char *
config_json(const struct registry_config *config, bool with_data)
{
    char version[24];
    char *data = body_base64(config->data, config->length);
    json_t *object = NULL;
    char *text = NULL;

    snprintf(version, sizeof version, "%" PRId64, config->version);
    if (data != NULL)
        object = json_pack("{s:s, s:s*}", "version", version, "binaryData",
                           with_data ? data : NULL);
    if (object != NULL)
        text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    free(data);
    return text;
}

/* The device has been sent a configuration; when may lag (section 5.3). */
static void
touch_config(struct call *call)
{
    struct traffic_touch touch = { call->device.num_id, TRAFFIC_CONFIG_SENT,
                                   call->now };

    if (call->bridge->traffic != NULL &&
        !traffic_touch(call->bridge->traffic, &touch, 1))
        call->bridge->metrics.store_failures++;
}

bool
call_get_config(struct call *call)
{
    struct registry_config *config = NULL;
    bool is_known;
    bool ok = false;

    if (!registry_config_find(call->bridge->registry, call->device.num_id,
                              &config) ||
        config == NULL)
        return fail(call);
    is_known = call->local_version == config->version;
    if (call->local_version > config->version)
        (void)problem_set(&call->problem, PROBLEM_OUT_OF_RANGE, "",
                          "The local version is greater than the current "
                          "version.");
    else if ((call->result = config_json(config, !is_known)) == NULL)
        (void)problem_set(&call->problem, PROBLEM_INTERNAL, "",
                          "Internal error");
    else
        ok = true;
    if (ok && !is_known) {
        touch_config(call);
        metrics_message(&call->bridge->metrics, METRICS_CONFIGS,
                        config->length);
    }
    registry_config_free(&config);
    return ok;
}
