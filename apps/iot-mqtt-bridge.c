// SPDX-License-Identifier: Apache-2.0
/*
 * The MQTT bridge: a plugin of mosquitto 2.0.11.  Here are the broker's calls
 * and what they are answered; what is done about them is in bridge/, and who
 * may do what is the gate's to say.  Service accounts of the site are left to
 * mosquitto's own files.
 *
 * mosquitto calls everything here from its one thread, so nothing waits.
 */
#include "base/clock.h"
#include "base/log.h"
#include "bridge/admit.h"
#include "bridge/bridge.h"
#include "bridge/broker-log.h"
#include "bridge/consider.h"
#include "bridge/drain.h"
#include "bridge/heed.h"
#include "bridge/journal.h"
#include "bridge/publish.h"
#include "bridge/push.h"
#include "bridge/report.h"
#include "bridge/resume.h"
#include "bridge/routes.h"
#include "bridge/sessions.h"
#include "bridge/settings.h"
#include "bridge/site.h"
#include "bridge/subscribe.h"
#include "gate/gate.h"
#include "service/database.h"
#include "service/sink.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>
#include <mosquitto_plugin.h>
#include <mqtt_protocol.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    METRICS_EVERY = 5, /* seconds */
    LOOKS_A_SECOND = 4,
};

/* What mosquitto knows the plugin by, and what the plugin knows. */
struct plugin {
    mosquitto_plugin_id_t *identifier;
    char traffic[PATH_MAX];
    struct bridge bridge;
};

/* To a PUBLISH, anything but SUCCESS and ACL_DENIED ends the connection, and
 * ACL_DENIED drops the message and acknowledges it all the same. */
static const int answers[] = {
    [VERDICT_PASS] = MOSQ_ERR_SUCCESS,
    [VERDICT_SWALLOW] = MOSQ_ERR_ACL_DENIED,
    [VERDICT_CLOSE] = MOSQ_ERR_AUTH,
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
        admit_refuse_local(bridge, given->client);
        return MOSQ_ERR_AUTH;
    }
    return admit(bridge, given->client, given->password) ? MOSQ_ERR_SUCCESS
                                                         : MOSQ_ERR_AUTH;
}

static int
on_acl_check(int event, void *data, void *user)
{
    struct mosquitto_evt_acl_check *asked = data;
    struct bridge *bridge = user;
    const char *client_id = mosquitto_client_id(asked->client);
    bool is_question = asked->access == MOSQ_ACL_READ &&
                       resume_is_ours(asked->payload, asked->payloadlen);
    struct session *session;

    (void)event;
    if (client_id == NULL || asked->topic == NULL)
        return MOSQ_ERR_ACL_DENIED;
    if (!is_client_id_of_device(client_id))
        return is_question ? MOSQ_ERR_ACL_DENIED : MOSQ_ERR_PLUGIN_DEFER;
    session = sessions_find(bridge->sessions, asked->client);
    if (session == NULL) /* such as a last will, whose device is gone */
        return asked->access == MOSQ_ACL_WRITE ? MOSQ_ERR_AUTH
                                               : MOSQ_ERR_ACL_DENIED;
    switch (asked->access) {
    case MOSQ_ACL_WRITE:
        return answers[publish_check(bridge, session, asked->topic,
                                     asked->payloadlen)];
    case MOSQ_ACL_SUBSCRIBE:
        return subscribe(bridge, session, asked->topic, asked->qos,
                         mosquitto_client_clean_session(asked->client))
                   ? MOSQ_ERR_SUCCESS
                   : MOSQ_ERR_ACL_DENIED;
    case MOSQ_ACL_UNSUBSCRIBE:
        unsubscribe(session, asked->topic);
        return MOSQ_ERR_SUCCESS;
    default:
        /* Devices of two registries may share a topic, and what is published
         * to a topic comes here for each.  So a device gets nothing this way:
         * what is for it goes to its client id, which mosquitto delivers
         * without asking (push.c). */
        if (is_question)
            resume_take(bridge, session, asked->topic);
        return MOSQ_ERR_ACL_DENIED;
    }
}

/* The topic of the site, for mosquitto to free. */
static char *
topic_for_site(const struct party *party)
{
    char text[SITE_TOPIC_MOST];

    return site_topic_write(&party->device, &party->topic, text)
               ? mosquitto_strdup(text)
               : NULL;
}

/* Identity for subscribers that speak MQTT 5: user properties (section 6). */
static bool
add_identity(mosquitto_property **properties, const struct party *party)
{
    struct site_attributes attributes;

    site_attributes_fill(&party->device, &party->topic, party_gateway(party),
                         &attributes);
    for (size_t i = 0; i < attributes.count; i++)
        if (mosquitto_property_add_string_pair(
                properties, MQTT_PROP_USER_PROPERTY, attributes.all[i].name,
                attributes.all[i].value) != MOSQ_ERR_SUCCESS)
            return false;
    return true;
}

/* What was kept is shown to the site, live. */
static int
show_to_site(struct mosquitto_evt_message *message, const struct party *party)
{
    char *text = topic_for_site(party);

    if (text == NULL || !add_identity(&message->properties, party)) {
        log_error("out of memory for a message of %s",
                  party->session->client_id);
        mosquitto_free(text);
        return MOSQ_ERR_NOMEM;
    }
    mosquitto_free(message->topic);
    message->topic = text;
    message->retain = false; /* section 2.1 */
    return MOSQ_ERR_SUCCESS;
}

static int
on_message(int event, void *data, void *user)
{
    struct mosquitto_evt_message *message = data;
    struct bridge *bridge = user;
    struct session *session = sessions_find(bridge->sessions, message->client);
    struct party party;
    enum verdict verdict;

    (void)event;
    if (session == NULL || message->topic == NULL)
        return MOSQ_ERR_SUCCESS;
    verdict = publish(bridge, session, message->topic, message->payload,
                      message->payloadlen, &party);
    if (verdict != VERDICT_PASS)
        return answers[verdict];
    return show_to_site(message, &party);
}

static int
on_disconnect(int event, void *data, void *user)
{
    struct mosquitto_evt_disconnect *gone = data;
    struct bridge *bridge = user;
    struct session *session = sessions_find(bridge->sessions, gone->client);

    (void)event;
    if (session != NULL) {
        report_gone(bridge, session);
        heed_end(bridge, session);
    }
    sessions_remove(bridge->sessions, session);
    return MOSQ_ERR_SUCCESS;
}

/* Whom the registry has turned against is to be off within a second, and most
 * of it is for consider.c to come round to everybody. */
static void
look_at_registry(struct bridge *bridge)
{
    uint64_t generation = bridge->database.generation;

    database_look(&bridge->database, bridge->second);
    if (bridge->database.generation != generation)
        bridge->to_do = sessions_count(bridge->sessions);
}

/* What is to be done once a second. */
static void
do_by_the_second(struct bridge *bridge)
{
    sink_tell_left_out(bridge->second);
    heed_left_out(bridge);
    journal_look(bridge->journal, bridge->second);
    bridge->to_do = sessions_count(bridge->sessions);
    if (bridge->settings.metrics != NULL && bridge->second % METRICS_EVERY == 0)
        counters_write(&bridge->counters, bridge->to_do,
                       bridge->settings.metrics);
}

static int
on_tick(int event, void *data, void *user)
{
    struct bridge *bridge = user;
    int64_t second = clock_seconds();
    int64_t look = clock_milliseconds() * LOOKS_A_SECOND / 1000;

    (void)event;
    (void)data;
    bridge->is_reloading = false;
    routes_turn(bridge->routes);
    if (second != bridge->second) {
        bridge->second = second;
        do_by_the_second(bridge);
    }
    if (look != bridge->look) {
        bridge->look = look;
        look_at_registry(bridge);
    }
    heed_news(bridge);
    consider_some(bridge);
    push_news(bridge);
    drain_some(bridge);
    return MOSQ_ERR_SUCCESS;
}

static int
on_reload(int event, void *data, void *user)
{
    struct bridge *bridge = user;

    (void)event;
    (void)data;
    log_event(LOG_RELOAD, NULL, "the broker reads its files anew");
    bridge->is_reloading = true;
    bridge->heed.hears = false; /* until the log tells of packets again */
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
listen_to_broker(struct plugin *plugin)
{
    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
        if (mosquitto_callback_register(plugin->identifier, callbacks[i].event,
                                        callbacks[i].callback, NULL,
                                        &plugin->bridge) != MOSQ_ERR_SUCCESS)
            return false;
    return true;
}

static void
plugin_free(struct plugin *plugin)
{
    if (plugin == NULL)
        return;
    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
        mosquitto_callback_unregister(plugin->identifier, callbacks[i].event,
                                      callbacks[i].callback, NULL);
    drain_close();
    heed_close(&plugin->bridge);
    sessions_free(&plugin->bridge.sessions);
    gate_keys_free(&plugin->bridge.keys);
    gate_doubts_free(&plugin->bridge.doubts);
    routes_free(&plugin->bridge.routes);
    journal_free(&plugin->bridge.journal);
    database_close(&plugin->bridge.database);
    free(plugin);
    log_open("iot_mqtt_bridge", NULL);
}

static bool
read_settings(struct settings *settings, const struct mosquitto_opt *options,
              int count)
{
    settings_default(settings);
    for (int i = 0; i < count; i++)
        if (!settings_set(settings, options[i].key, options[i].value))
            return false;
    return settings_are_whole(settings);
}

static bool
open_journal(struct plugin *plugin)
{
    struct bridge *bridge = &plugin->bridge;
    const char *path = bridge->settings.traffic;

    if (path == NULL) {
        if (!traffic_path(bridge->settings.database, plugin->traffic,
                          sizeof plugin->traffic))
            return false;
        path = plugin->traffic;
    }
    bridge->journal =
        journal_new(path,
                    bridge->settings.survives_power ? TRAFFIC_SURVIVES_POWER
                                                    : TRAFFIC_SURVIVES_KILL,
                    bridge->settings.traffic_most);
    return bridge->journal != NULL;
}

static void
open_registry(struct bridge *bridge)
{
    bridge->database.file.path = bridge->settings.database;
    bridge->second = clock_seconds();
    database_look(&bridge->database, bridge->second);
    database_miss(&bridge->database);
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
    struct plugin *plugin = calloc(1, sizeof *plugin);
    bool ok = false;

    sink_open("iot_mqtt_bridge", broker_log_write);
    if (plugin == NULL)
        goto out;
    plugin->identifier = identifier;
    plugin->bridge.sessions = sessions_new();
    plugin->bridge.keys = gate_keys_new();
    plugin->bridge.doubts = gate_doubts_new();
    plugin->bridge.routes = routes_new();
    if (plugin->bridge.sessions == NULL || plugin->bridge.keys == NULL ||
        plugin->bridge.doubts == NULL || plugin->bridge.routes == NULL ||
        !read_settings(&plugin->bridge.settings, options, count) ||
        !open_journal(plugin) || !listen_to_broker(plugin) ||
        !heed_open(&plugin->bridge))
        goto out;
    open_registry(&plugin->bridge);
    drain_open();
    *user = plugin;
    plugin = NULL;
    ok = true;
out:
    plugin_free(plugin);
    return ok ? MOSQ_ERR_SUCCESS : MOSQ_ERR_INVAL;
}

int
mosquitto_plugin_cleanup(void *user, struct mosquitto_opt *options, int count)
{
    struct plugin *plugin = user;

    (void)options;
    (void)count;
    report_shutdown(&plugin->bridge);
    for (size_t i = 0; i < sessions_count(plugin->bridge.sessions); i++)
        heed_end(&plugin->bridge, sessions_at(plugin->bridge.sessions, i));
    plugin_free(plugin);
    return MOSQ_ERR_SUCCESS;
}
