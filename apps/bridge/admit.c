// SPDX-License-Identifier: Apache-2.0
/*
 * The broker's question whether a connection may be, put to the gate.  Whether
 * it may last is consider.c's.
 */
#include "admit.h"

#include "base/clock.h"
#include "base/log.h"
#include "drain.h"
#include "end.h"
#include "gate/gate.h"
#include "report.h"
#include "resume.h"
#include "sessions.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PROTOCOL_3_1_1 = 4 }; /* as mosquitto calls it */

static struct gate_visitor
visitor_of(const struct bridge *bridge, const struct mosquitto *client,
           const char *password)
{
    const char *client_id = mosquitto_client_id(client);

    return (struct gate_visitor){
        .door = GATE_DOOR_MQTT,
        .path = client_id,
        .path_length = strlen(client_id),
        .token = password,
        .token_length = password != NULL ? strlen(password) : 0,
        .now = time(NULL),
        .skew = bridge->settings.skew,
        .keys = bridge->keys,
        .address = mosquitto_client_address(client),
        .doubts = bridge->doubts,
    };
}

/* Before the gate was asked, or after it had no objection. */
static bool
refuse(struct bridge *bridge, const struct mosquitto *client, const char *why)
{
    struct gate_visitor visitor = visitor_of(bridge, client, NULL);
    struct gate_device nobody;
    struct gate_refusal refusal = { .reason = GATE_OTHER };

    memset(&nobody, 0, sizeof nobody);
    if (!names_parse_path(visitor.path, visitor.path_length, &nobody.path))
        memset(&nobody, 0, sizeof nobody);
    snprintf(refusal.text, sizeof refusal.text, "%s", why);
    report_refused(bridge, &visitor, &nobody, &refusal);
    return false;
}

/* One connection a device: the newer one wins, whether it calls the device by
 * its id or by its number (section 2.8). */
static void
make_way(struct bridge *bridge, const struct mosquitto *client,
         const struct gate_device *device)
{
    char why[240];
    const struct report_end end = {
        JOURNAL_ALREADY_EXISTS, "take-over", why,
        "SERVER: The connection was closed because there is another active "
        "connection with the same device ID.",
        NULL
    };
    struct session *old;

    sessions_remove(bridge->sessions, sessions_find(bridge->sessions, client));
    old = sessions_find_device(bridge->sessions, device->num_id);
    if (old == NULL)
        return;
    bridge->counters.takeovers++;
    snprintf(why, sizeof why,
             "the device has another connection, from %.80s; this one was "
             "from %.80s",
             mosquitto_client_address(client),
             mosquitto_client_address(old->connection));
    end_session(bridge, old, &end);
}

/* mosquitto ends a connection after one and a half times what the client calls
 * its keep-alive.  Where that is later than the idle limit, or never, we do:
 * unless the log tells of pings, a client is then wronged that calls its
 * keep-alive 0 and pings all the same. */
static int64_t
idle_most(const struct bridge *bridge, const struct mosquitto *client)
{
    int64_t most = bridge->settings.idle_most;
    int keepalive = mosquitto_client_keepalive(client);

    return keepalive == 0 || keepalive > most ? most : 0;
}

static bool
begin_session(struct bridge *bridge, const struct mosquitto *client,
              const struct gate_visitor *visitor,
              const struct gate_device *device)
{
    struct session session = {
        .connection = client,
        .client_id = strdup(mosquitto_client_id(client)),
        .since = clock_seconds(),
        .seen = clock_seconds(),
        .idle_most = idle_most(bridge, client),
        .keepalive = mosquitto_client_keepalive(client),
        .is_clean = mosquitto_client_clean_session(client),
        .generation = bridge->database.generation,
    };
    struct session *added;

    if (session.client_id == NULL)
        return false;
    make_way(bridge, client, device);
    added = sessions_add(bridge->sessions, &session, device);
    if (added != NULL) {
        report_admitted(bridge, added, visitor);
        resume_ask(added, device);
    }
    free(session.client_id);
    return added != NULL;
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
authenticate(struct bridge *bridge, const struct gate_visitor *visitor,
             struct gate_device *device)
{
    struct gate_refusal refusal;
    int64_t start = clock_nanoseconds();
    bool ok =
        gate_authenticate(bridge->database.store, visitor, device, &refusal);

    exposition_took(&bridge->counters.verifying, start);
    if (!ok)
        report_refused(bridge, visitor, device, &refusal);
    return ok;
}

bool
admit(struct bridge *bridge, struct mosquitto *client, const char *password)
{
    struct gate_visitor visitor = visitor_of(bridge, client, password);
    struct gate_device device;

    if (visitor.address == NULL)
        return refuse(bridge, client, "it has no address");
    if (drain_has_begun(bridge))
        return refuse(bridge, client, "the server is shutting down");
    if (mosquitto_client_protocol_version(client) != PROTOCOL_3_1_1)
        return refuse(bridge, client, "it does not speak MQTT 3.1.1");
    if (!authenticate(bridge, &visitor, &device))
        return false;
    if (!give_name(client) || !begin_session(bridge, client, &visitor, &device))
        return refuse(bridge, client, "there is no memory");
    return true;
}

void
admit_refuse_local(struct bridge *bridge, const struct mosquitto *client)
{
    (void)refuse(bridge, client, "devices do not come this way");
}
