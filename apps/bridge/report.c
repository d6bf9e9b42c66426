// SPDX-License-Identifier: Apache-2.0
/*
 * Says what happened in every place where somebody may look for it.  What
 * follows from it is for others to do.
 */
#include "report.h"

#include "base/clock.h"
#include "base/log.h"
#include "site.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Of the wide range of the API's codes, what a device may bring about. */
static const struct {
    enum gate_reason reason;
    enum journal_code code;
} codes[] = {
    { GATE_UNKNOWN_REGISTRY, JOURNAL_NOT_FOUND },
    { GATE_UNKNOWN_DEVICE, JOURNAL_NOT_FOUND },
    { GATE_TOPIC, JOURNAL_INVALID_ARGUMENT },
    { GATE_PAYLOAD, JOURNAL_INVALID_ARGUMENT },
    { GATE_NOT_ATTACHED, JOURNAL_FAILED_PRECONDITION },
    { GATE_METHOD, JOURNAL_FAILED_PRECONDITION },
    { GATE_NOT_BOUND, JOURNAL_FAILED_PRECONDITION },
    { GATE_TOO_MANY, JOURNAL_RESOURCE_EXHAUSTED },
    { GATE_UNAVAILABLE, JOURNAL_UNAVAILABLE },
    { GATE_EXPIRED, JOURNAL_UNAUTHENTICATED },
    { GATE_SIGNATURE, JOURNAL_UNAUTHENTICATED },
    { GATE_NO_TOKEN, JOURNAL_UNAUTHENTICATED },
};

enum journal_code
report_code(enum gate_reason reason)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].reason == reason)
            return codes[i].code;
    return JOURNAL_PERMISSION_DENIED;
}

static bool
add(mosquitto_property **properties, const char *name, const char *value)
{
    return mosquitto_property_add_string_pair(properties,
                                              MQTT_PROP_USER_PROPERTY, name,
                                              value) == MOSQ_ERR_SUCCESS;
}

/* For subscribers that speak MQTT 5: who it is, as beside telemetry, and why.
 * NULL when there is no memory; for mosquitto to free. */
static mosquitto_property *
connection_properties(const struct gate_device *device, const char *why)
{
    static const struct names_topic no_topic = { .subfolder = "" };
    mosquitto_property *properties = NULL;
    struct site_attributes who;
    bool ok = true;

    site_attributes_fill(device, &no_topic, NULL, &who);
    for (size_t i = 0; ok && i < who.count; i++)
        ok = add(&properties, who.all[i].name, who.all[i].value);
    if (!ok || !add(&properties, "reason", why))
        mosquitto_property_free_all(&properties);
    return properties;
}

/* For whoever of the site is listening: the topic below the device's path. */
static void
tell_site(const struct gate_device *device, const char *word, const char *why)
{
    mosquitto_property *properties = NULL;
    char path[SITE_TOPIC_MOST];
    char topic[SITE_TOPIC_MOST + sizeof "/connection"];

    if (!site_path_write(device, path))
        return;
    snprintf(topic, sizeof topic, "%s/connection", path);
    properties = connection_properties(device, why);
    if (mosquitto_broker_publish_copy(NULL, topic, (int)strlen(word), word, 0,
                                      false, properties) == MOSQ_ERR_SUCCESS)
        return;
    mosquitto_property_free_all(&properties);
    log_warning("nobody was told of %s", word);
}

static void
write_connection(struct bridge *bridge, const struct session *session,
                 const char *kind, const char *word, enum journal_code code,
                 const char *text)
{
    struct gate_device device;
    struct journal_note note = {
        .device = &device.path,
        .num_id = session->device.num_id,
        .kind = kind,
        .text = text,
        .word = word,
        .code = code,
    };

    session_device(session, &device);
    journal_note(bridge->journal, &note);
}

static void
note_connection(struct bridge *bridge, const struct session *session,
                const char *kind, const char *word, enum journal_code code,
                const char *text)
{
    struct gate_device device;

    session_device(session, &device);
    write_connection(bridge, session, kind, word, code, text);
    tell_site(&device, word, text);
}

/* Nobody can be told live any more. */
void
report_shutdown(struct bridge *bridge)
{
    for (size_t i = 0; i < sessions_count(bridge->sessions); i++)
        write_connection(bridge, sessions_at(bridge->sessions, i), "DISCONNECT",
                         "disconnect", JOURNAL_OK,
                         "SERVER: The connection is closed because the server "
                         "is shutting down.");
}

void
report_admitted(struct bridge *bridge, const struct session *session,
                const struct gate_visitor *visitor)
{
    char text[200];
    struct gate_device device;
    int64_t seconds = session->device.expires_at - (int64_t)time(NULL);

    session_device(session, &device);
    snprintf(text, sizeof text, "from %.100s", visitor->address);
    log_event(LOG_ADMITTED,
              &(struct log_facts){ .path = &device.path,
                                   .number = device.num_id,
                                   .address = visitor->address,
                                   .token = visitor->token,
                                   .token_length = visitor->token_length,
                                   .seconds = seconds },
              "admitted %s, number %" PRIu64 ", from %s, for %" PRId64 " s",
              session->client_id, device.num_id, visitor->address, seconds);
    bridge->counters.admissions++;
    note_connection(bridge, session, "CONNECT", "connect", JOURNAL_OK, text);
}

void
report_refused(struct bridge *bridge, const struct gate_visitor *visitor,
               const struct gate_device *device,
               const struct gate_refusal *refusal)
{
    static const struct names_path nobody = { "", "", "", "" };
    bool has_path = refusal->reason != GATE_PATH;
    const char *address =
        visitor->address != NULL ? visitor->address : "nowhere";
    char text[TRAFFIC_TEXT_MOST];
    struct journal_note note = { .device = has_path ? &device->path : &nobody,
                                 .kind = "REFUSED",
                                 .text = text };

    bridge->counters.refusals[refusal->reason]++;
    if (!log_event(
            LOG_REFUSED,
            &(struct log_facts){
                .reason = gate_reason_word(refusal->reason),
                .path = note.device,
                .number = device->num_id,
                .client = note.device->device[0] == '\0' ? visitor->path : NULL,
                .address = address,
                .token = visitor->token,
                .token_length = visitor->token_length },
            "refused %.400s from %s: %s", visitor->path, address,
            refusal->text))
        return;
    snprintf(text, sizeof text, "from %.80s: %s", address, refusal->text);
    journal_note(bridge->journal, &note);
}

/* The connection of SESSION, EVENT being its end. */
static void
log_end(const struct session *session, enum log_event event,
        const struct report_end *end)
{
    struct gate_device device;

    session_device(session, &device);
    log_event(event,
              &(struct log_facts){
                  .reason = end->reason,
                  .path = &device.path,
                  .number = device.num_id,
                  .address = mosquitto_client_address(session->connection),
                  .topic = end->topic,
                  .seconds = clock_seconds() - session->since },
              "%s %s: %s", event == LOG_GONE ? "gone" : "closed",
              session->client_id, end->why);
}

void
report_ended(struct bridge *bridge, const struct session *session,
             const struct report_end *end)
{
    log_end(session, LOG_CLOSED, end);
    bridge->counters.disconnects++;
    note_connection(bridge, session, "DISCONNECT", "disconnect", end->code,
                    end->text != NULL ? end->text : end->why);
}

static struct report_end
went(const char *reason, const char *why)
{
    return (struct report_end){ .reason = reason, .why = why };
}

/* mosquitto 2.0.11 gives a plugin no reason, but its log has told of the last
 * packet. */
static struct report_end
why_gone(const struct bridge *bridge, const struct session *session)
{
    int64_t silent = clock_seconds() - session->seen;

    if (!bridge->heed.hears)
        return went("unknown", "The connection broke or was closed by client.");
    if (session->took_leave)
        return went("by-client", "The connection was closed by client.");
    if (session->keepalive > 0 && silent > session->keepalive)
        return went("silent", "The client was silent for longer than its "
                              "keep-alive allows.");
    return went("broken", "The connection broke.");
}

void
report_gone(struct bridge *bridge, const struct session *session)
{
    struct report_end end = why_gone(bridge, session);

    log_end(session, LOG_GONE, &end);
    bridge->counters.disconnects++;
    note_connection(bridge, session, "DISCONNECT", "disconnect", JOURNAL_OK,
                    end.why);
}

void
report_denied(const struct session *session, enum log_event event,
              const char *topic, const char *reason, const char *why)
{
    struct gate_device device;
    struct log_facts facts = { .reason = reason,
                               .path = &device.path,
                               .topic = topic };

    session_device(session, &device);
    facts.number = device.num_id;
    facts.address = mosquitto_client_address(session->connection);
    if (event == LOG_DENIED)
        log_event(event, &facts, "denied %s the subscription %.300s: %s",
                  session->client_id, topic, why);
    else
        log_event(event, &facts,
                  "did not take from %s what it published to %.300s: %s",
                  session->client_id, topic, why);
}

void
report_event(struct bridge *bridge, const struct gate_device *device,
             const char *kind, enum journal_code code, const char *text)
{
    struct journal_note note = {
        .device = &device->path,
        .num_id = device->num_id,
        .kind = kind,
        .text = text,
        .code = code,
    };

    journal_note(bridge->journal, &note);
}

void
report_attached(struct bridge *bridge, const struct session *session,
                const struct gate_visitor *visitor,
                const struct gate_device *device)
{
    struct journal_note note = {
        .device = &device->path,
        .num_id = device->num_id,
        .kind = "ATTACH_TO_GATEWAY",
        .text = session_id(session),
        .gateway = session_id(session),
    };

    log_event(LOG_ATTACHED,
              &(struct log_facts){ .path = &device->path,
                                   .number = device->num_id,
                                   .gateway = note.gateway,
                                   .token = visitor->token,
                                   .token_length = visitor->token_length },
              "attached %s to %s", device->path.device, session->client_id);
    journal_note(bridge->journal, &note);
}
