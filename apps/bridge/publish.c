// SPDX-License-Identifier: Apache-2.0
/*
 * Keeps what devices publish.  What cannot be kept is not acknowledged, and
 * the only way to do so is to end the connection: the device then still has
 * it.  For one behind a gateway that is at fault itself, it is detached.
 */
#include "publish.h"

#include "base/clock.h"
#include "base/log.h"
#include "end.h"
#include "gateway.h"
#include "journal.h"
#include "registry/registry.h"
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum verdict
publish_check(struct bridge *bridge, struct session *session, const char *topic,
              size_t length)
{
    struct party party;
    struct gate_refusal refusal;
    char why[800];
    struct report_end end = { .why = why, .topic = topic };

    session->seen = clock_seconds();
    bridge->heed.wants_mid = session->device.is_gateway;
    if (party_find(session, GATE_PUBLISH, topic, length, &party, &refusal))
        return VERDICT_PASS;
    /* Not yet: its packet identifier is told when this has passed. */
    if (refusal.reason == GATE_NOT_ATTACHED)
        return VERDICT_PASS;
    bridge->counters.refusals[refusal.reason]++;
    snprintf(why, sizeof why, "it published to %.300s: %s", topic,
             refusal.text);
    end.code = report_code(refusal.reason);
    end.reason = gate_reason_word(refusal.reason);
    return end_by_verdict(bridge, session, &end);
}

/* The device is at fault. */
static enum verdict
fault(struct bridge *bridge, const struct party *party,
      const struct report_end *end)
{
    if (party->attached == NULL)
        return end_by_verdict(bridge, party->session, end);
    gateway_expel(bridge, party->session, party->attached, end);
    return VERDICT_SWALLOW;
}

/* We are. */
static enum verdict
fail(struct bridge *bridge, const struct party *party)
{
    static const struct report_end end = {
        JOURNAL_UNAVAILABLE, "not-kept", "what it published could not be kept",
        NULL, NULL
    };

    bridge->counters.store_failures++;
    return end_by_verdict(bridge, party->session, &end);
}

static struct traffic_message
message_of(const struct party *party, const char *topic, const void *payload,
           size_t length)
{
    return (struct traffic_message){
        .topic = topic,
        .data = payload,
        .length = length,
        .device = &party->device.path,
        .num_id = party->device.num_id,
        .subfolder = party->topic.subfolder,
        .gateway = party_gateway(party),
    };
}

/* As the original did: a device with no usable topic for what it publishes is
 * closed, also when its registry says nothing of topics (section 2.4). */
static enum verdict
take_telemetry(struct bridge *bridge, const struct party *party,
               const void *payload, size_t length)
{
    struct traffic *traffic = journal_traffic(bridge->journal);
    const struct route *route = NULL;
    struct traffic_message message;
    char why[REGISTRY_TOPIC_NAME_MOST + NAMES_SUBFOLDER_MOST + 80];
    struct report_end end = { JOURNAL_NOT_FOUND, "no-topic", why, NULL, NULL };

    if (bridge->database.store != NULL && traffic != NULL)
        route = routes_find(bridge->routes, bridge->database.store, traffic,
                            &party->device.path, party->topic.subfolder);
    if (route == NULL)
        return fail(bridge, party);
    message = message_of(party, route->to.topic, payload, length);
    if (route->has_topic)
        return journal_keep_message(bridge->journal, &message)
                   ? VERDICT_PASS
                   : fail(bridge, party);
    end.topic = route->to.topic;
    if (route->to.topic[0] == '\0')
        snprintf(why, sizeof why,
                 "the registry has no topic for the subfolder \"%s\"",
                 party->topic.subfolder);
    else
        snprintf(why, sizeof why, "there is no topic %s", route->to.topic);
    return fault(bridge, party, &end);
}

/* Section 2.5: once in so many milliseconds. */
static bool
is_too_soon(const struct bridge *bridge, const struct party *party)
{
    int64_t *last = party->attached != NULL ? &party->attached->state_at
                                            : &party->session->state_at;
    int64_t now = clock_milliseconds();
    bool is_soon = *last != 0 && now - *last < bridge->settings.state_interval;

    if (!is_soon)
        *last = now;
    return is_soon;
}

/* A state is kept even if its topic fails (section 2.5). */
static void
notify_of_state(const struct bridge *bridge, const struct party *party,
                const void *payload, size_t length)
{
    char topic[REGISTRY_TOPIC_NAME_MOST + 1] = "";
    struct traffic_message message = message_of(party, topic, payload, length);
    bool has_topic = false;

    if (!registry_state_topic_find(bridge->database.store, &party->device.path,
                                   topic) ||
        topic[0] == '\0')
        return;
    if (!traffic_has_topic(journal_traffic(bridge->journal), topic,
                           &has_topic) ||
        !has_topic || !journal_keep_message(bridge->journal, &message))
        log_event(LOG_DROPPED,
                  &(struct log_facts){ .reason = "no-topic",
                                       .path = &party->device.path,
                                       .number = party->device.num_id,
                                       .gateway = party_gateway(party),
                                       .topic = topic },
                  "the state of %s did not get to %s",
                  party->device.path.device, topic);
}

static enum verdict
take_state(struct bridge *bridge, const struct party *party,
           const void *payload, size_t length)
{
    char text[160];
    struct report_end end = { JOURNAL_RESOURCE_EXHAUSTED, "too-fast", text,
                              NULL, NULL };

    if (is_too_soon(bridge, party)) {
        snprintf(text, sizeof text,
                 "The device \"%" PRIu64 "\" could not be updated. Device "
                 "state can be updated only once every %gs.",
                 party->device.num_id,
                 (double)bridge->settings.state_interval / 1000);
        return fault(bridge, party, &end);
    }
    if (!journal_keep_state(bridge->journal, party->device.num_id, payload,
                            length))
        return fail(bridge, party);
    if (bridge->database.store != NULL)
        notify_of_state(bridge, party, payload, length);
    return VERDICT_PASS;
}

/* It is for a device that its gateway has not attached. */
static enum verdict
deny(struct bridge *bridge, struct session *session, const char *topic,
     const struct party *party, const struct gate_refusal *refusal)
{
    if (refusal->reason != GATE_NOT_ATTACHED)
        return VERDICT_CLOSE;
    bridge->counters.refusals[refusal->reason]++;
    report_denied(session, LOG_DROPPED, topic,
                  gate_reason_word(refusal->reason), refusal->text);
    gateway_deny(session, party->topic.device, "PUBLISH", topic);
    return VERDICT_SWALLOW;
}

enum verdict
publish(struct bridge *bridge, struct session *session, const char *topic,
        const void *payload, size_t length, struct party *party)
{
    struct gate_refusal refusal;
    int64_t start = clock_nanoseconds();
    enum verdict verdict;

    if (!party_find(session, GATE_PUBLISH, topic, length, party, &refusal))
        return deny(bridge, session, topic, party, &refusal);
    if (party->topic.kind == NAMES_ATTACH)
        return gateway_attach(bridge, party, payload, length);
    if (party->topic.kind == NAMES_DETACH)
        return gateway_detach(bridge, party);
    if (party->topic.kind == NAMES_STATE)
        verdict = take_state(bridge, party, payload, length);
    else
        verdict = take_telemetry(bridge, party, payload, length);
    if (verdict != VERDICT_PASS)
        return verdict;
    exposition_took(&bridge->counters.storing, start);
    counters_message(&bridge->counters,
                     party->topic.kind == NAMES_EVENTS ? COUNTERS_EVENTS
                                                       : COUNTERS_STATES,
                     length);
    return verdict;
}
