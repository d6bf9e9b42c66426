// SPDX-License-Identifier: Apache-2.0
/*
 * Finds the subscriptions of a session that is not clean.  mosquitto keeps them
 * and says so in its CONNACK, whereupon some clients do not subscribe again; a
 * plugin is not told of them, but is asked, for whom of those who have
 * subscribed to a topic, whether they may read what is published there.
 */
#ifndef BRIDGE_RESUME_H
#define BRIDGE_RESUME_H

#include "base/checked.h"
#include "bridge.h"
#include "sessions.h"

#include <stdbool.h>
#include <stddef.h>

/* Has the broker ask about each topic that DEVICE, which is that of SESSION or
 * attached to it, may have subscribed to; nothing if the session is clean. */
void
resume_ask(const struct session *session, const struct gate_device *device);

/* Is this what was published to have the broker ask?  Nobody is to get it. */
CHECKED bool
resume_is_ours(const void *payload, size_t length);

/* The broker asks: SESSION has subscribed to TOPIC, or to all below it. */
void
resume_take(struct bridge *bridge, struct session *session, const char *topic);

#endif
