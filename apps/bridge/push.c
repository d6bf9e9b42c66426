// SPDX-License-Identifier: Apache-2.0
/*
 * Looks for configs and commands and sends them.  Of what is sent with quality
 * of service 1, heed.c hears whether it was acknowledged; unless the broker's
 * log tells, a command counts as delivered when it was handed to a connection.
 */
#include "push.h"

#include "base/clock.h"
#include "base/log.h"
#include "journal.h"
#include "registry/registry.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    CHANGES_A_TICK = 64, /* configs that one tick looks at */
    COMMANDS_A_TICK = 64,
    LOOK_EVERY = 20, /* milliseconds: a busy broker has thousands of ticks */
};

/* What finds one device among the connections. */
struct receiver {
    struct session *session;
    struct filter *filter;
    const char *id; /* of the device */
};

static bool
write_topic(const struct receiver *receiver, const char *subfolder,
            char text[NAMES_PATH_MOST])
{
    const struct filter *filter = receiver->filter;
    struct names_topic topic = { .kind = filter->kind };

    if (filter->by_number)
        snprintf(topic.device, sizeof topic.device, "%" PRIu64, filter->num_id);
    else
        snprintf(topic.device, sizeof topic.device, "%s", receiver->id);
    snprintf(topic.subfolder, sizeof topic.subfolder, "%s", subfolder);
    return names_write_topic(&topic, text, NAMES_PATH_MOST);
}

static bool
send(const struct receiver *receiver, const char *topic, const void *data,
     size_t length)
{
    if (mosquitto_broker_publish_copy(receiver->session->client_id, topic,
                                      (int)length, length > 0 ? data : "",
                                      receiver->filter->qos, false,
                                      NULL) == MOSQ_ERR_SUCCESS) {
        if (receiver->filter->qos > 0)
            flights_give(&receiver->session->flights);
        return true;
    }
    log_error("out of memory for a message to %s",
              receiver->session->client_id);
    return false;
}

/* Has us wait for what is acknowledged, if we can hear it. */
static bool
await(const struct bridge *bridge, const struct receiver *receiver,
      const struct flight *flight)
{
    return receiver->filter->qos > 0 && bridge->heed.hears &&
           flights_add(&receiver->session->flights, flight) != NULL;
}

static const char *
id_in(const struct session *session, uint64_t num_id)
{
    struct attached *attached;

    if (session->device.num_id == num_id)
        return session_id(session);
    attached = attached_find_number(&session->attached, num_id);
    return attached != NULL ? attached->id : NULL;
}

static void
await_config(const struct bridge *bridge, const struct receiver *receiver,
             const struct registry_config *config, char *topic)
{
    uint64_t num_id = receiver->filter->num_id;
    const struct flight *earlier =
        flights_config(&receiver->session->flights, num_id);

    (void)await(bridge, receiver,
                &(struct flight){
                    .num_id = num_id,
                    .version = config->version,
                    .length = config->length,
                    .since = bridge->second,
                    .wait = earlier != NULL ? earlier->wait * 2
                                            : bridge->settings.config_wait,
                    .topic = topic,
                });
}

void
push_config(struct bridge *bridge, struct session *session,
            struct filter *filter)
{
    struct receiver receiver = { session, filter,
                                 id_in(session, filter->num_id) };
    struct registry_config *config = NULL;
    char topic[NAMES_PATH_MOST];

    if (receiver.id == NULL || bridge->database.store == NULL ||
        !registry_config_find(bridge->database.store, filter->num_id,
                              &config) ||
        config == NULL)
        return;
    if (write_topic(&receiver, "", topic) &&
        send(&receiver, topic, config->data, config->length)) {
        filter->version = config->version;
        await_config(bridge, &receiver, config, topic);
        journal_touch(bridge->journal, filter->num_id, TRAFFIC_CONFIG_SENT);
        counters_message(&bridge->counters, COUNTERS_CONFIGS, config->length);
    }
    registry_config_free(&config);
}

void
push_error(struct session *session, const char *text)
{
    struct receiver receiver = { session,
                                 filters_find(&session->filters,
                                              session->device.num_id,
                                              NAMES_ERRORS, ""),
                                 session_id(session) };
    char topic[NAMES_PATH_MOST];

    if (receiver.filter != NULL &&
        (!write_topic(&receiver, "", topic) ||
         !send(&receiver, topic, text, strlen(text))))
        log_warning("%s does not hear of an error", session->client_id);
}

/* Does SESSION, if it has the device at all, listen? */
static bool
listens(struct session *session, uint64_t num_id, enum names_kind kind,
        const char *subfolder, struct receiver *receiver)
{
    receiver->session = session;
    receiver->filter = filters_find(&session->filters, num_id, kind, subfolder);
    receiver->id = id_in(session, num_id);
    return receiver->filter != NULL && receiver->id != NULL;
}

/* The device itself, or else the first gateway that listens for it. */
static bool
find_receiver(const struct bridge *bridge, uint64_t num_id,
              enum names_kind kind, const char *subfolder,
              struct receiver *receiver)
{
    struct session *session = sessions_find_device(bridge->sessions, num_id);

    if (session != NULL && listens(session, num_id, kind, subfolder, receiver))
        return true;
    for (size_t i = sessions_count(bridge->sessions); i > 0; i--) {
        session = sessions_at(bridge->sessions, i - 1);
        if (session->attached.count > 0 &&
            listens(session, num_id, kind, subfolder, receiver))
            return true;
    }
    return false;
}

/* A registry that was opened anew has a history of its own. */
static void
follow_registry(struct bridge *bridge)
{
    if (bridge->followed == bridge->database.store)
        return;
    bridge->followed = bridge->database.store;
    bridge->configs = -1;
}

/* Whoever has not acknowledged one config gets the newest after it, and never
 * those between. */
static bool
has_to_wait(const struct bridge *bridge, const struct receiver *receiver)
{
    struct flight *flight =
        flights_config(&receiver->session->flights, receiver->filter->num_id);

    if (flight == NULL || !bridge->heed.hears)
        return false;
    flight->is_stale = true;
    return true;
}

static void
push_configs(struct bridge *bridge)
{
    uint64_t changed[CHANGES_A_TICK];
    struct receiver receiver;
    size_t count = 0;

    follow_registry(bridge);
    if (bridge->followed == NULL ||
        !registry_config_changes(bridge->followed, &bridge->configs, changed,
                                 CHANGES_A_TICK, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (find_receiver(bridge, changed[i], NAMES_CONFIG, "", &receiver) &&
            !has_to_wait(bridge, &receiver))
            push_config(bridge, receiver.session, receiver.filter);
}

static enum traffic_outcome
deliver(struct bridge *bridge, const struct traffic_command *command)
{
    struct receiver receiver;
    char topic[NAMES_PATH_MOST];
    struct flight flight = {
        .num_id = command->num_id,
        .command = command->key,
        .expires = command->expires,
        .length = command->length,
        .since = bridge->second,
        .topic = topic,
    };

    if (command->expires < time(NULL))
        return TRAFFIC_UNDELIVERED;
    if (!find_receiver(bridge, command->num_id, NAMES_COMMANDS,
                       command->subfolder, &receiver))
        return TRAFFIC_NOT_SUBSCRIBED;
    if (!write_topic(&receiver, command->subfolder, topic) ||
        !send(&receiver, topic, command->data, command->length))
        return TRAFFIC_UNDELIVERED;
    counters_message(&bridge->counters, COUNTERS_COMMANDS, command->length);
    return await(bridge, &receiver, &flight) ? TRAFFIC_PENDING
                                             : TRAFFIC_DELIVERED;
}

/* One command; false when there is none. */
static bool
push_command(struct bridge *bridge)
{
    struct traffic *traffic = journal_traffic(bridge->journal);
    struct traffic_command *command = NULL;
    enum traffic_outcome outcome;

    if (traffic == NULL || !traffic_command_take(traffic, &command) ||
        command == NULL)
        return false;
    outcome = deliver(bridge, command);
    if (outcome != TRAFFIC_PENDING)
        journal_outcome(bridge->journal, command->key, outcome);
    traffic_command_free(&command);
    return true;
}

void
push_news(struct bridge *bridge)
{
    int64_t now = clock_milliseconds();

    if (now - bridge->looked < LOOK_EVERY)
        return;
    bridge->looked = now;
    push_configs(bridge);
    for (int i = 0; i < COMMANDS_A_TICK && push_command(bridge); i++)
        continue;
}
