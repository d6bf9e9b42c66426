// SPDX-License-Identifier: Apache-2.0
/*
 * Ends, by and by, the sessions that may not last: cloud-iot-core reference,
 * sections 1.4, 2.1 and 3.3.
 */
#ifndef BRIDGE_CONSIDER_H
#define BRIDGE_CONSIDER_H

#include "bridge.h"

/* To be called at every tick: everybody is considered once a second. */
void
consider_some(struct bridge *bridge);

#endif
