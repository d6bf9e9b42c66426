// SPDX-License-Identifier: Apache-2.0
/*
 * Whom a topic on a connection is about: the device whose connection it is, or
 * one that is attached to it (cloud-iot-core reference, section 3.1).
 */
#ifndef BRIDGE_PARTY_H
#define BRIDGE_PARTY_H

#include "attached.h"
#include "base/checked.h"
#include "gate/gate.h"
#include "sessions.h"

#include <stdbool.h>
#include <stddef.h>

struct party {
    struct session *session;
    struct attached *attached; /* NULL: the session's own device */
    struct gate_device device;
    struct names_topic topic;
};

/*
 * Whom is the topic, or filter, TEXT about, and may it be done?  As
 * gate_authorize; what is in *PARTY then is good until anything is attached or
 * detached.  After a refusal as GATE_NOT_ATTACHED its topic is filled.
 */
CHECKED bool
party_find(struct session *session, enum gate_direction direction,
           const char *text, size_t payload, struct party *party,
           struct gate_refusal *refusal);

/* The id of the gateway; NULL when there is none. */
const char *
party_gateway(const struct party *party);

#endif
