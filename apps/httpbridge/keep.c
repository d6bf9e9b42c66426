// SPDX-License-Identifier: Apache-2.0
/*
 * What devices send, into the database: telemetry by its route, state with its
 * notification, and a configuration out of it.  What is kept here is committed
 * in calls.c.  Sections 2.4 to 2.6.
 */
#include "call.h"
#include "http/request.h"
#include "registry/registry.h"
#include "traffic/traffic.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool
call_fail(struct call *call)
{
    call->bridge->metrics.store_failures++;
    return problem_set(&call->problem, PROBLEM_UNAVAILABLE, "",
                       "The service is currently unavailable.");
}

/* Asks the gate as if the device had published to its topic by MQTT: it is one
 * rule for both. */
static bool
may_publish(struct call *call, enum names_kind kind)
{
    struct names_topic wish = { .kind = kind };
    struct names_topic topic;
    char text[NAMES_PATH_MOST];
    struct gate_refusal refusal;

    snprintf(wish.device, sizeof wish.device, "%s", call->device.path.device);
    snprintf(wish.subfolder, sizeof wish.subfolder, "%s", call->body.subfolder);
    if (!names_write_topic(&wish, text, sizeof text))
        return problem_set(&call->problem, PROBLEM_INTERNAL, "",
                           "Internal error");
    if (gate_authorize(&call->device, GATE_PUBLISH, text, strlen(text),
                       call->body.length, &topic, &refusal))
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

static bool
keep_message(struct call *call)
{
    const struct traffic_message message = {
        .topic = call->topic,
        .data = data_of(call),
        .length = call->body.length,
        .device = &call->device.path,
        .num_id = call->device.num_id,
        .subfolder = call->body.subfolder,
        .gateway = call->gateway,
    };

    return traffic_append(call->bridge->traffic, &message, &call->has_topic);
}

/* By which gateway the device came, if by any. */
static bool
keep_gateway(struct call *call)
{
    return call->gateway == NULL ||
           traffic_gateway_set(call->bridge->traffic, call->device.num_id,
                               call->gateway, call->now);
}

bool
call_keep_event(struct call *call)
{
    const struct traffic_touch touch = { call->device.num_id, TRAFFIC_EVENT,
                                         call->now };

    if (!keep_message(call))
        return false;
    return !call->has_topic ||
           (traffic_touch(call->bridge->traffic, &touch, 1) &&
            keep_gateway(call));
}

static bool
refuse_route(struct call *call)
{
    struct gate_refusal refusal = { .reason = GATE_NO_TOPIC };

    if (call->topic[0] != '\0')
        snprintf(refusal.text, sizeof refusal.text,
                 "there is no topic for its telemetry: %.340s does not exist",
                 call->topic);
    else
        snprintf(refusal.text, sizeof refusal.text,
                 "there is no topic for its telemetry: the registry has none "
                 "for the subfolder \"%s\"",
                 call->body.subfolder);
    return call_refuse(call, PROBLEM_FAILED_PRECONDITION,
                       "Precondition check failed.", &refusal);
}

bool
call_route_event(struct call *call)
{
    struct registry_destination destination;

    if (!may_publish(call, NAMES_EVENTS))
        return false;
    if (!registry_destination_find(call->bridge->registry, &call->device.path,
                                   call->body.subfolder, &destination))
        return call_fail(call);
    memcpy(call->topic, destination.topic, sizeof call->topic);
    return call->topic[0] != '\0' || refuse_route(call);
}

bool
call_event_kept(struct call *call)
{
    if (!call->has_topic)
        return refuse_route(call);
    metrics_message(&call->bridge->metrics, METRICS_EVENTS, call->body.length);
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
look_whether_in_time(struct call *call)
{
    struct traffic_states *states = NULL;
    int64_t least = call->bridge->state_interval;
    int64_t age = least;

    if (!traffic_state_list(call->bridge->traffic, call->device.num_id, 1,
                            &states))
        return false;
    if (states->count > 0)
        age = now_ms() - states->items[0].at_ms;
    call->is_in_time = age < 0 || age >= least;
    traffic_states_free(&states);
    return true;
}

/* Nobody may listen to states, and a topic that does not exist is nobody
 * (section 2.5: the state stands all the same). */
bool
call_keep_state(struct call *call)
{
    if (!look_whether_in_time(call))
        return false;
    return !call->is_in_time ||
           (traffic_state_add(call->bridge->traffic, call->device.num_id,
                              data_of(call), call->body.length) &&
            keep_gateway(call) &&
            (call->topic[0] == '\0' || keep_message(call)));
}

static bool
refuse_haste(struct call *call)
{
    struct gate_refusal refusal = { .reason = GATE_TOO_FAST };

    snprintf(refusal.text, sizeof refusal.text,
             "The device \"%" PRIu64 "\" could not be updated. Device state "
             "can be updated only once every %gs.",
             call->device.num_id, (double)call->bridge->state_interval / 1000);
    return call_refuse(call, PROBLEM_RESOURCE_EXHAUSTED, refusal.text,
                       &refusal);
}

bool
call_route_state(struct call *call)
{
    return may_publish(call, NAMES_STATE) &&
           (registry_state_topic_find(call->bridge->registry,
                                      &call->device.path, call->topic) ||
            call_fail(call));
}

bool
call_state_kept(struct call *call)
{
    if (!call->is_in_time)
        return refuse_haste(call);
    metrics_message(&call->bridge->metrics, METRICS_STATES, call->body.length);
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
        return call_fail(call);
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
