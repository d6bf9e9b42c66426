// SPDX-License-Identifier: Apache-2.0
/*
 * The MQTT bridge: a plugin of mosquitto 2.0.11 that admits devices, keeps
 * them to their topics and puts their identity beside what they publish.
 * Who may do what is the gate's to say; service accounts of the site are left
 * to mosquitto's own files.  cloud-iot-core reference, sections 1, 2 and 6.
 *
 * mosquitto calls everything here from its one thread, so nothing waits.
 */
#include "base/log.h"
#include "base/names.h"
#include "bridge/broker-log.h"
#include "bridge/clock.h"
#include "bridge/database.h"
#include "bridge/sessions.h"
#include "bridge/settings.h"
#include "bridge/sink.h"
#include "bridge/site.h"
#include "gate/gate.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>
#include <mosquitto_plugin.h>
#include <mqtt_protocol.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CONNECTION_MOST = 86400, /* seconds that a connection lives, section 2.1 */
    PROTOCOL_3_1_1 = 4,      /* as mosquitto calls it */
    SLICE_LEAST = 256,       /* sessions that one tick considers */
};

/* All that the plugin knows. */
struct bridge {
    mosquitto_plugin_id_t *identifier;
    struct settings settings;
    struct database database;
    struct sessions *sessions;
    int64_t second;    /* of the last tick */
    size_t next;       /* the session that the next tick considers first */
    size_t to_do;      /* how many more it and others shall, in this second */
    bool is_reloading; /* from a SIGHUP to the tick after it */
};

/* Who comes from a Unix socket is of the site: mosquitto gives the socket's
 * name for an address, and no address on a network begins with a slash. */
static bool
is_of_the_site(const char *address)
{
    return address != NULL && address[0] == '/';
}

/* Only a device, admitted by us, can have such a client id. */
static bool
is_client_id_of_device(const char *client_id)
{
    static const char start[] = "projects/";

    return strncmp(client_id, start, sizeof start - 1) == 0;
}

static bool
refuse(const char *client_id, const char *address, const char *why)
{
    log_warning("refused %.400s from %s: %s", client_id,
                address != NULL ? address : "nowhere", why);
    return false;
}

/* Ends a connection, and says so instead of on_disconnect. */
static void
end_session(struct bridge *bridge, struct session *session, const char *why)
{
    char *client_id = strdup(session->client_id);

    log_warning("closed %s: %s", session->client_id, why);
    sessions_remove(bridge->sessions, session);
    if (client_id != NULL)
        mosquitto_kick_client_by_clientid(client_id, false);
    free(client_id);
}

/* One connection a device: the newer one wins, whether it calls the device by
 * its id or by its number (section 2.8). */
static void
make_way(struct bridge *bridge, const struct mosquitto *client,
         const struct gate_device *device)
{
    struct session *old;

    sessions_remove(bridge->sessions, sessions_find(bridge->sessions, client));
    old = sessions_find_device(bridge->sessions, device->num_id);
    if (old != NULL)
        end_session(bridge, old, "the device has another connection");
}

static bool
begin_session(struct bridge *bridge, const struct mosquitto *client,
              const struct gate_device *device)
{
    struct session session = {
        .connection = client,
        .client_id = strdup(mosquitto_client_id(client)),
        .device = *device,
        .since = clock_seconds(),
        .generation = bridge->database.generation,
    };
    bool ok;

    if (session.client_id == NULL)
        return false;
    make_way(bridge, client, device);
    ok = sessions_add(bridge->sessions, &session);
    free(session.client_id);
    return ok;
}

/* At a SIGHUP mosquitto closes whoever has no user name, which is what an
 * empty one is to it (section 1.7). */
static bool
give_name(struct mosquitto *client)
{
    return mosquitto_client_username(client) != NULL ||
           mosquitto_set_username(client, "device") == MOSQ_ERR_SUCCESS;
}

static bool
admit(struct bridge *bridge, struct mosquitto *client, const char *password)
{
    const char *client_id = mosquitto_client_id(client);
    const char *address = mosquitto_client_address(client);
    struct gate_visitor visitor = {
        .path = client_id,
        .path_length = strlen(client_id),
        .token = password,
        .token_length = password != NULL ? strlen(password) : 0,
        .now = time(NULL),
        .skew = bridge->settings.skew,
    };
    struct gate_device device;
    struct gate_refusal refusal;

    if (address == NULL)
        return refuse(client_id, address, "it has no address");
    if (mosquitto_client_protocol_version(client) != PROTOCOL_3_1_1)
        return refuse(client_id, address, "it does not speak MQTT 3.1.1");
    if (!gate_authenticate(bridge->database.store, &visitor, &device, &refusal))
        return refuse(client_id, address, refusal.text);
    if (!give_name(client) || !begin_session(bridge, client, &device))
        return refuse(client_id, address, "there is no memory");
    log_info("admitted %s, number %" PRIu64 ", from %s, for %" PRId64 " s",
             client_id, device.num_id, address,
             device.expires_at - visitor.now);
    return true;
}

static int
on_basic_auth(int event, void *data, void *user)
{
    struct mosquitto_evt_basic_auth *given = data;
    struct bridge *bridge = user;
    const char *client_id = mosquitto_client_id(given->client);
    const char *address = mosquitto_client_address(given->client);

    (void)event;
    if (client_id == NULL)
        return MOSQ_ERR_AUTH;
    /* After a SIGHUP mosquitto asks about everybody again, absent owners of
     * a durable session included; of devices, the tick has the say. */
    if (bridge->is_reloading &&
        (address == NULL || is_client_id_of_device(client_id)))
        return MOSQ_ERR_SUCCESS;
    if (is_of_the_site(address) && !is_client_id_of_device(client_id))
        return MOSQ_ERR_PLUGIN_DEFER;
    if (is_of_the_site(address)) {
        (void)refuse(client_id, address, "devices do not come this way");
        return MOSQ_ERR_AUTH;
    }
    return admit(bridge, given->client, given->password) ? MOSQ_ERR_SUCCESS
                                                         : MOSQ_ERR_AUTH;
}

static bool
may_subscribe(struct session *session,
              const struct mosquitto_evt_acl_check *asked)
{
    struct names_topic topic;
    struct gate_refusal refusal;
    const char *why = refusal.text;

    if (session == NULL)
        return false;
    if (gate_authorize(&session->device, GATE_SUBSCRIBE, asked->topic,
                       strlen(asked->topic), 0, &topic, &refusal))
        why = session_bound_filters(
            session, &topic, mosquitto_client_clean_session(asked->client));
    if (why == NULL)
        return true;
    log_warning("denied %s the subscription %.300s: %s", session->client_id,
                asked->topic, why);
    return false;
}

/* A session that publishes what it may not is over: the caller has mosquitto
 * close the connection (section 2.2). */
static bool
may_publish(struct bridge *bridge, struct session *session,
            const struct mosquitto_evt_acl_check *asked)
{
    struct names_topic topic;
    struct gate_refusal refusal;

    if (session == NULL)
        return false;
    if (gate_authorize(&session->device, GATE_PUBLISH, asked->topic,
                       strlen(asked->topic), asked->payloadlen, &topic,
                       &refusal))
        return true;
    log_warning("closed %s for publishing to %.300s: %s", session->client_id,
                asked->topic, refusal.text);
    sessions_remove(bridge->sessions, session);
    return false;
}

static int
on_acl_check(int event, void *data, void *user)
{
    struct mosquitto_evt_acl_check *asked = data;
    struct bridge *bridge = user;
    const char *client_id = mosquitto_client_id(asked->client);
    struct session *session;

    (void)event;
    if (client_id == NULL || asked->topic == NULL)
        return MOSQ_ERR_ACL_DENIED;
    if (!is_client_id_of_device(client_id))
        return MOSQ_ERR_PLUGIN_DEFER;
    session = sessions_find(bridge->sessions, asked->client);
    switch (asked->access) {
    case MOSQ_ACL_WRITE:
        /* Anything but ACL_DENIED ends the connection; ACL_DENIED would drop
         * the message and acknowledge it all the same. */
        return may_publish(bridge, session, asked) ? MOSQ_ERR_SUCCESS
                                                   : MOSQ_ERR_AUTH;
    case MOSQ_ACL_SUBSCRIBE:
        return may_subscribe(session, asked) ? MOSQ_ERR_SUCCESS
                                             : MOSQ_ERR_ACL_DENIED;
    case MOSQ_ACL_UNSUBSCRIBE:
        return MOSQ_ERR_SUCCESS;
    default:
        /* Devices of two registries may share a topic, and what is published
         * to a topic comes here for each.  So a device gets nothing this way:
         * what is for it goes to its client id, which mosquitto delivers
         * without asking (mosquitto_broker_publish). */
        return MOSQ_ERR_ACL_DENIED;
    }
}

/* The topic of the site, for mosquitto to free. */
static char *
topic_for_site(const struct gate_device *device,
               const struct names_topic *topic)
{
    char text[SITE_TOPIC_MOST];

    return site_topic_write(device, topic, text) ? mosquitto_strdup(text)
                                                 : NULL;
}

/* Identity for subscribers that speak MQTT 5: user properties (section 6). */
static bool
add_identity(mosquitto_property **properties, const struct gate_device *device,
             const struct names_topic *topic)
{
    struct site_attributes attributes;

    site_attributes_fill(device, topic, &attributes);
    for (size_t i = 0; i < SITE_ATTRIBUTES; i++)
        if (mosquitto_property_add_string_pair(
                properties, MQTT_PROP_USER_PROPERTY, attributes.all[i].name,
                attributes.all[i].value) != MOSQ_ERR_SUCCESS)
            return false;
    return true;
}

static int
on_message(int event, void *data, void *user)
{
    struct mosquitto_evt_message *message = data;
    struct bridge *bridge = user;
    const struct session *session =
        sessions_find(bridge->sessions, message->client);
    struct names_topic topic;
    char *text = NULL;

    (void)event;
    if (session == NULL || message->topic == NULL)
        return MOSQ_ERR_SUCCESS;
    if (names_parse_topic(message->topic, strlen(message->topic), &topic))
        text = topic_for_site(&session->device, &topic);
    if (text == NULL ||
        !add_identity(&message->properties, &session->device, &topic)) {
        log_error("out of memory for a message of %s", session->client_id);
        mosquitto_free(text);
        return MOSQ_ERR_NOMEM;
    }
    mosquitto_free(message->topic);
    message->topic = text;
    message->retain = false; /* section 2.1 */
    return MOSQ_ERR_SUCCESS;
}

static int
on_disconnect(int event, void *data, void *user)
{
    struct mosquitto_evt_disconnect *gone = data;
    struct bridge *bridge = user;
    struct session *session = sessions_find(bridge->sessions, gone->client);

    (void)event;
    if (session != NULL)
        log_info("gone %s", session->client_id);
    sessions_remove(bridge->sessions, session);
    return MOSQ_ERR_SUCCESS;
}

/* Ends SESSION if its time is over or the registry has turned against it; not
 * if nobody knows. */
static void
consider(struct bridge *bridge, struct session *session)
{
    const struct database *database = &bridge->database;
    struct gate_refusal refusal;

    if (time(NULL) > session->device.expires_at + bridge->settings.skew)
        end_session(bridge, session, "its token has expired");
    else if (bridge->second - session->since > CONNECTION_MOST)
        end_session(bridge, session, "it was connected for a day");
    else if (database->store == NULL ||
             session->generation == database->generation)
        return;
    else if (gate_reconsider(database->store, &session->device, &refusal))
        session->generation = database->generation;
    else if (refusal.reason != GATE_UNAVAILABLE)
        end_session(bridge, session, refusal.text);
}

/* Everybody is considered once a second, a slice a tick: there are ten ticks a
 * second when nothing happens, and more when much does. */
static void
consider_some(struct bridge *bridge)
{
    size_t slice = sessions_count(bridge->sessions) / 8 + SLICE_LEAST;

    for (; slice > 0 && bridge->to_do > 0; slice--, bridge->to_do--) {
        size_t count = sessions_count(bridge->sessions);

        if (count == 0)
            return;
        if (bridge->next >= count)
            bridge->next = 0;
        consider(bridge, sessions_at(bridge->sessions, bridge->next));
        if (sessions_count(bridge->sessions) == count)
            bridge->next++;
    }
}

static int
on_tick(int event, void *data, void *user)
{
    struct bridge *bridge = user;
    int64_t second = clock_seconds();

    (void)event;
    (void)data;
    bridge->is_reloading = false;
    if (second != bridge->second) {
        bridge->second = second;
        bridge->to_do = sessions_count(bridge->sessions);
        sink_tell_left_out(second);
        database_look(&bridge->database, second);
    }
    consider_some(bridge);
    return MOSQ_ERR_SUCCESS;
}

static int
on_reload(int event, void *data, void *user)
{
    struct bridge *bridge = user;

    (void)event;
    (void)data;
    bridge->is_reloading = true;
    return MOSQ_ERR_PLUGIN_DEFER;
}

static const struct {
    int event;
    MOSQ_FUNC_generic_callback callback;
} callbacks[] = {
    { MOSQ_EVT_BASIC_AUTH, on_basic_auth },
    { MOSQ_EVT_ACL_CHECK, on_acl_check },
    { MOSQ_EVT_MESSAGE, on_message },
    { MOSQ_EVT_DISCONNECT, on_disconnect },
    { MOSQ_EVT_TICK, on_tick },
    { MOSQ_EVT_RELOAD, on_reload },
};

static bool
listen_to_broker(struct bridge *bridge)
{
    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
        if (mosquitto_callback_register(bridge->identifier, callbacks[i].event,
                                        callbacks[i].callback, NULL,
                                        bridge) != MOSQ_ERR_SUCCESS)
            return false;
    return true;
}

static void
bridge_free(struct bridge *bridge)
{
    if (bridge == NULL)
        return;
    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
        mosquitto_callback_unregister(bridge->identifier, callbacks[i].event,
                                      callbacks[i].callback, NULL);
    sessions_free(&bridge->sessions);
    database_close(&bridge->database);
    free(bridge);
    log_open("iot_mqtt_bridge", NULL);
}

static bool
read_settings(struct settings *settings, const struct mosquitto_opt *options,
              int count)
{
    for (int i = 0; i < count; i++)
        if (!settings_set(settings, options[i].key, options[i].value))
            return false;
    return settings_are_whole(settings);
}

int
mosquitto_plugin_version(int count, const int *versions)
{
    for (int i = 0; i < count; i++)
        if (versions[i] == MOSQ_PLUGIN_VERSION)
            return MOSQ_PLUGIN_VERSION;
    return -1;
}

int
mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **user,
                      struct mosquitto_opt *options, int count)
{
    struct bridge *bridge = calloc(1, sizeof *bridge);
    bool ok = false;

    sink_open("iot_mqtt_bridge", broker_log_write);
    if (bridge == NULL)
        goto out;
    bridge->identifier = identifier;
    bridge->settings.skew = GATE_SKEW;
    bridge->sessions = sessions_new();
    if (bridge->sessions == NULL ||
        !read_settings(&bridge->settings, options, count) ||
        !listen_to_broker(bridge))
        goto out;
    bridge->database.path = bridge->settings.database;
    bridge->second = clock_seconds();
    database_look(&bridge->database, bridge->second);
    if (bridge->database.store == NULL)
        log_error("no device is admitted until there is a registry at %s: "
                  "make it with iot-registry",
                  bridge->database.path);
    *user = bridge;
    bridge = NULL;
    ok = true;
out:
    bridge_free(bridge);
    return ok ? MOSQ_ERR_SUCCESS : MOSQ_ERR_INVAL;
}

int
mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *options, int count)
{
    (void)options;
    (void)count;
    bridge_free(user);
    return MOSQ_ERR_SUCCESS;
}
