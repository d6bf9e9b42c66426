// SPDX-License-Identifier: Apache-2.0
/*
 * What devices publish: cloud-iot-core reference, sections 2.2 to 2.5.
 */
#ifndef BRIDGE_PUBLISH_H
#define BRIDGE_PUBLISH_H

#include "base/checked.h"
#include "bridge.h"
#include "party.h"
#include "sessions.h"

#include <stddef.h>

/* May SESSION publish LENGTH bytes to TOPIC?  With VERDICT_CLOSE the session
 * is over already. */
CHECKED enum verdict
publish_check(struct bridge *bridge, struct session *session, const char *topic,
              size_t length);

/*
 * It has: does what is to be done before it is acknowledged, which for
 * telemetry and states is to keep it.  With VERDICT_PASS *PARTY is who sent
 * it, for the site to see.
 */
CHECKED enum verdict
publish(struct bridge *bridge, struct session *session, const char *topic,
        const void *payload, size_t length, struct party *party);

#endif
