// SPDX-License-Identifier: Apache-2.0
/*
 * What gateways do for other devices: attach and detach them, and hear on
 * their errors topic why they cannot.  cloud-iot-core reference, sections 3.1,
 * 3.2 and 3.4.
 */
#ifndef BRIDGE_GATEWAY_H
#define BRIDGE_GATEWAY_H

#include "bridge.h"
#include "party.h"
#include "report.h"
#include "sessions.h"

#include <stddef.h>

/* PARTY's topic says which device to attach, PAYLOAD brings its token. */
CHECKED enum verdict
gateway_attach(struct bridge *bridge, const struct party *party,
               const char *payload, size_t length);

/* Likewise to detach; whatever comes with it is not looked at. */
CHECKED enum verdict
gateway_detach(struct bridge *bridge, const struct party *party);

/* Detaches a device that did what it must not, and tells the gateway. */
void
gateway_expel(struct bridge *bridge, struct session *session,
              struct attached *attached, const struct report_end *end);

/* Tells the gateway that TOPIC, which it meant to use by a packet of TYPE
 * ("PUBLISH"), is that of a device which is not attached. */
void
gateway_deny(struct session *session, const char *device, const char *type,
             const char *topic);

#endif
