// SPDX-License-Identifier: Apache-2.0
/*
 * What a device may do once it is in: its own topics, each in its direction.
 * cloud-iot-core reference, sections 2.2 to 2.6; of a gateway, section 3.1.
 */
#include "gate.h"
#include "refuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    bool may[3];       /* by direction: publish, subscribe, receive */
    size_t most;       /* bytes that may be published */
    bool for_gateways; /* and for nobody else */
    bool of_others;    /* a gateway does it to others, not to itself */
} rights[] = {
    [NAMES_EVENTS] = { { true, false, false }, GATE_EVENTS_MOST, false, false },
    [NAMES_STATE] = { { true, false, false }, GATE_STATE_MOST, false, false },
    [NAMES_CONFIG] = { { false, true, true }, 0, false, false },
    [NAMES_COMMANDS] = { { false, true, true }, 0, false, false },
    [NAMES_ATTACH] = { { true, false, false }, GATE_ATTACH_MOST, true, true },
    [NAMES_DETACH] = { { true, false, false }, GATE_ATTACH_MOST, true, true },
    [NAMES_ERRORS] = { { false, true, true }, 0, true, false },
};

static const char *const verbs[] = {
    [GATE_PUBLISH] = "published",
    [GATE_SUBSCRIBE] = "subscribed to",
    [GATE_RECEIVE] = "received",
};

/* In a topic the device may be its id or its number (section 2.2). */
static bool
is_own(const struct gate_device *device, const struct names_topic *topic)
{
    char number[24];

    if (strcmp(topic->device, device->path.device) == 0)
        return true;
    snprintf(number, sizeof number, "%" PRIu64, device->num_id);
    return strcmp(topic->device, number) == 0;
}

bool
gate_authorize(const struct gate_device *device, enum gate_direction direction,
               const char *text, size_t length, size_t payload,
               struct names_topic *topic, struct gate_refusal *refusal)
{
    bool known = direction == GATE_SUBSCRIBE
                     ? names_parse_filter(text, length, topic)
                     : names_parse_topic(text, length, topic);

    if (!known)
        return gate_refuse(refusal, GATE_TOPIC, NULL);
    if (!is_own(device, topic) &&
        !(device->is_gateway && rights[topic->kind].of_others))
        return gate_refuse(
            refusal, device->is_gateway ? GATE_NOT_ATTACHED : GATE_OTHER_DEVICE,
            NULL);
    if (!rights[topic->kind].may[direction] ||
        (rights[topic->kind].for_gateways && !device->is_gateway))
        return gate_refuse(refusal, GATE_DIRECTION, "%s cannot be %s",
                           names_kind_word(topic->kind), verbs[direction]);
    if (direction == GATE_PUBLISH && payload > rights[topic->kind].most)
        return gate_refuse(refusal, GATE_PAYLOAD,
                           "%zu bytes, and at most %zu "
                           "are taken",
                           payload, rights[topic->kind].most);
    return true;
}
