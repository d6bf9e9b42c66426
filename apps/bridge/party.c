// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the gate for the device of the connection first, and then for the one
 * attached: it may do, by its gateway, what it may do itself.
 */
#include "party.h"

#include <string.h>

bool
party_find(struct session *session, enum gate_direction direction,
           const char *text, size_t payload, struct party *party,
           struct gate_refusal *refusal)
{
    size_t length = strlen(text);

    party->session = session;
    party->attached = NULL;
    session_device(session, &party->device);
    if (gate_authorize(&party->device, direction, text, length, payload,
                       &party->topic, refusal))
        return true;
    if (refusal->reason != GATE_NOT_ATTACHED)
        return false;
    party->attached = attached_find(&session->attached, party->topic.device);
    if (party->attached == NULL)
        return false;
    session_device_attached(session, party->attached, &party->device);
    return gate_authorize(&party->device, direction, text, length, payload,
                          &party->topic, refusal);
}

const char *
party_gateway(const struct party *party)
{
    return party->attached != NULL ? session_id(party->session) : NULL;
}
