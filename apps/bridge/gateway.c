// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches and detaches; who may be attached is the gate's to say.
 *
 * The original did not acknowledge a message that it refused, and let the
 * gateway stay.  A plugin of mosquitto 2.0.11 can do only one of the two, and
 * thousands of devices may be behind the gateway: so it stays, what it sent is
 * acknowledged, and the errors topic says that it came to nothing.  The packet
 * id that belongs into such an error only the broker's log tells, and only of
 * what was published.
 */
#include "gateway.h"

#include "base/log.h"
#include "gate/gate.h"
#include "push.h"
#include "report.h"
#include "resume.h"

#include <jansson.h>
#include <mosquitto_broker.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What section 3.4 calls the members of an error. */
struct error {
    const char *type;
    const char *description;
    const char *device;
    const char *message_type; /* NULL when it is about no message */
    const char *topic;
};

/* What the gateway sent last, which the error is about. */
static json_t *
message_info(const struct session *session, const struct error *error)
{
    json_t *info = json_pack("{s:s, s:s}", "message_type", error->message_type,
                             "topic", error->topic);

    if (info != NULL && session->mid != 0 &&
        strcmp(error->message_type, "PUBLISH") == 0 &&
        json_object_set_new(info, "packet_id",
                            json_integer((json_int_t)session->mid)) != 0)
        log_error("out of memory for an error of a gateway");
    return info;
}

/* Nothing comes of it unless the gateway has subscribed to its errors. */
static void
send_error(struct session *session, const struct error *error)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "error_type", error->type, "description",
                  error->description, "device_id", error->device);
    char *text = NULL;

    if (object != NULL && error->message_type != NULL &&
        json_object_set_new(object, "mqtt_message_info",
                            message_info(session, error)) != 0)
        log_error("out of memory for an error of a gateway");
    if (object != NULL)
        text = json_dumps(object, JSON_COMPACT);
    if (text != NULL)
        push_error(session, text);
    free(text);
    json_decref(object);
}

void
gateway_deny(struct session *session, const char *device, const char *type,
             const char *topic)
{
    char text[NAMES_ID_MOST + 80];

    snprintf(text, sizeof text,
             "The specified device with ID '%s' is not attached to the "
             "gateway.",
             device);
    send_error(session, &(struct error){ "GATEWAY_DEVICE_NOT_FOUND", text,
                                         device, type, topic });
}

/* The sentence that the original's tests look for, and otherwise ours. */
static void
describe(const struct party *party, const struct gate_refusal *refusal,
         char *text, size_t size)
{
    const char *device = party->topic.device;

    if (refusal->reason == GATE_NOT_BOUND)
        snprintf(text, size, "DeviceId %s is not associated with Gateway %s.",
                 device, session_id(party->session));
    else
        snprintf(text, size, "The device '%s' was not attached: %s.", device,
                 refusal->text);
}

static enum verdict
refuse(struct bridge *bridge, const struct party *party,
       const struct gate_visitor *visitor, const struct gate_device *device,
       const struct gate_refusal *refusal)
{
    char text[700];
    char topic[NAMES_PATH_MOST] = "";
    struct error error = { "GATEWAY_ATTACHMENT_ERROR", text,
                           party->topic.device, "PUBLISH", topic };

    describe(party, refusal, text, sizeof text);
    log_event(LOG_ATTACH_REFUSED,
              &(struct log_facts){ .reason = gate_reason_word(refusal->reason),
                                   .path = &device->path,
                                   .number = device->num_id,
                                   .gateway = session_id(party->session),
                                   .address = visitor->address,
                                   .token = visitor->token,
                                   .token_length = visitor->token_length },
              "did not attach %s to %s: %s", party->topic.device,
              party->session->client_id, refusal->text);
    bridge->counters.refusals[refusal->reason]++;
    report_event(bridge, device, "ATTACH_REFUSED", JOURNAL_OK, text);
    if (names_write_topic(&party->topic, topic, sizeof topic))
        send_error(party->session, &error);
    return VERDICT_SWALLOW;
}

/* A gateway may attach a device again, to bring a newer token. */
static bool
has_room(const struct session *session, const struct gate_device *device,
         struct gate_refusal *refusal)
{
    if (session->attached.count < GATE_ATTACHED_MOST ||
        attached_find_number(&session->attached, device->num_id) != NULL)
        return true;
    *refusal = (struct gate_refusal){ .reason = GATE_TOO_MANY };
    snprintf(refusal->text, sizeof refusal->text,
             "%d devices are attached to the gateway, and no more may be",
             GATE_ATTACHED_MOST);
    return false;
}

enum verdict
gateway_attach(struct bridge *bridge, const struct party *party,
               const char *payload, size_t length)
{
    struct session *session = party->session;
    struct gate_visitor visitor = {
        .door = GATE_DOOR_MQTT,
        .path = party->topic.device,
        .path_length = strlen(party->topic.device),
        .now = time(NULL),
        .skew = bridge->settings.skew,
        .keys = bridge->keys,
        .address = mosquitto_client_address(session->connection),
    };
    struct gate_device gateway;
    struct gate_device device;
    struct gate_refusal refusal;

    session_device(session, &gateway);
    if (!gate_find_token(payload, length, &visitor.token,
                         &visitor.token_length))
        visitor.token = NULL;
    counters_message(&bridge->counters, COUNTERS_ATTACHES, length);
    if (!gate_attach(bridge->database.store, &gateway, &visitor, &device,
                     &refusal) ||
        !has_room(session, &device, &refusal))
        return refuse(bridge, party, &visitor, &device, &refusal);
    if (!attached_add(&session->attached, &device))
        return VERDICT_CLOSE;
    report_attached(bridge, session, &visitor, &device);
    resume_ask(session, &device);
    return VERDICT_SWALLOW;
}

static void
detach(struct session *session, struct attached *attached)
{
    filters_remove_device(&session->filters, attached->num_id);
    attached_remove(&session->attached, attached);
}

/* To detach what is not attached does no harm: it may have been expelled a
 * moment ago. */
enum verdict
gateway_detach(struct bridge *bridge, const struct party *party)
{
    struct session *session = party->session;
    struct attached *attached =
        attached_find(&session->attached, party->topic.device);
    struct gate_device device;

    counters_message(&bridge->counters, COUNTERS_DETACHES, 0);
    if (attached == NULL)
        return VERDICT_SWALLOW;
    session_device_attached(session, attached, &device);
    log_event(LOG_DETACHED,
              &(struct log_facts){ .path = &device.path,
                                   .number = device.num_id,
                                   .gateway = session_id(session) },
              "detached %s from %s", attached->id, session->client_id);
    report_event(bridge, &device, "DETACH_FROM_GATEWAY", JOURNAL_OK,
                 session_id(session));
    detach(session, attached);
    return VERDICT_SWALLOW;
}

void
gateway_expel(struct bridge *bridge, struct session *session,
              struct attached *attached, const struct report_end *end)
{
    const char *text = end->text != NULL ? end->text : end->why;
    struct gate_device device;

    session_device_attached(session, attached, &device);
    log_event(LOG_EXPELLED,
              &(struct log_facts){ .reason = end->reason,
                                   .path = &device.path,
                                   .number = device.num_id,
                                   .gateway = session_id(session),
                                   .topic = end->topic },
              "detached %s from %s: %s", attached->id, session->client_id,
              text);
    report_event(bridge, &device, "DETACH_FROM_GATEWAY", end->code, text);
    send_error(session,
               &(struct error){ "GATEWAY_DETACHMENT_DEVICE_ERROR",
                                "Device detached because of a device error.",
                                device.path.device, NULL, NULL });
    detach(session, attached);
}
