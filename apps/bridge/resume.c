// SPDX-License-Identifier: Apache-2.0
/*
 * What is published here is told apart by what it says, as the site may publish
 * below the devices' topics too.
 */
#include "resume.h"

#include "base/log.h"
#include "filters.h"
#include "party.h"
#include "push.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char question[] = "iot_mqtt_bridge: who has subscribed to this?";

/* A session that is not clean has commands/# for all subfolders, so one of them
 * stands for it. */
static const struct {
    enum names_kind kind;
    const char *subfolder;
    bool of_gateways;
} kinds[] = {
    { NAMES_CONFIG, "", false },
    { NAMES_COMMANDS, "", false },
    { NAMES_COMMANDS, "any", false },
    { NAMES_ERRORS, "", true },
};

static void
ask(struct names_topic *topic)
{
    char text[NAMES_PATH_MOST];

    if (names_write_topic(topic, text, sizeof text) &&
        mosquitto_broker_publish_copy(NULL, text, sizeof question, question, 0,
                                      false, NULL) != MOSQ_ERR_SUCCESS)
        log_error("out of memory for the subscriptions of a session");
}

void
resume_ask(const struct session *session, const struct gate_device *device)
{
    struct names_topic topic;

    if (session->is_clean)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].of_gateways && !device->is_gateway)
            continue;
        topic = (struct names_topic){ .kind = kinds[i].kind };
        strcpy(topic.subfolder, kinds[i].subfolder);
        strcpy(topic.device, device->path.device);
        ask(&topic);
        snprintf(topic.device, sizeof topic.device, "%" PRIu64, device->num_id);
        ask(&topic);
    }
}

bool
resume_is_ours(const void *payload, size_t length)
{
    return length == sizeof question && payload != NULL &&
           memcmp(payload, question, sizeof question) == 0;
}

/* With which quality of service it subscribed is not told.  A client takes what
 * comes with the higher. */
void
resume_take(struct bridge *bridge, struct session *session, const char *topic)
{
    struct party party;
    struct gate_refusal refusal;
    struct filter *kept;

    if (session->is_clean ||
        !party_find(session, GATE_SUBSCRIBE, topic, 0, &party, &refusal))
        return;
    if (party.topic.subfolder[0] != '\0')
        strcpy(party.topic.subfolder, "#");
    if (filters_find(&session->filters, party.device.num_id, party.topic.kind,
                     party.topic.subfolder) != NULL)
        return;
    kept = filters_add(&session->filters, &party.topic, party.device.num_id, 1);
    if (kept != NULL && party.topic.kind == NAMES_CONFIG)
        push_config(bridge, session, kept);
}
