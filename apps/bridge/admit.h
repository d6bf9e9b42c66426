// SPDX-License-Identifier: Apache-2.0
/*
 * Lets devices in, and begins their sessions: cloud-iot-core reference,
 * sections 2.1 and 2.8.
 */
#ifndef BRIDGE_ADMIT_H
#define BRIDGE_ADMIT_H

#include "base/checked.h"
#include "bridge.h"

#include <stdbool.h>

struct mosquitto;

/* CLIENT, which came over the network, wants in with PASSWORD, which may be
 * NULL.  False, reported, when it may not. */
CHECKED bool
admit(struct bridge *bridge, struct mosquitto *client, const char *password);

/* CLIENT calls itself a device, and does not come over the network. */
void
admit_refuse_local(struct bridge *bridge, const struct mosquitto *client);

#endif
