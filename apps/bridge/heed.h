// SPDX-License-Identifier: Apache-2.0
/*
 * Does what follows from the broker's log: acknowledgements of configs and
 * commands, heartbeats, leave-taking.  cloud-iot-core reference, sections 2.6,
 * 2.7 and 5.2.
 */
#ifndef BRIDGE_HEED_H
#define BRIDGE_HEED_H

#include "base/checked.h"
#include "bridge.h"
#include "sessions.h"

#include <stdbool.h>

/* Begins to listen, unless it is set otherwise.  False when it cannot. */
CHECKED bool
heed_open(struct bridge *bridge);

void
heed_close(struct bridge *bridge);

/* Says how many of the broker's lines were left out, once there is room to say
 * so: whoever knocks brings about lines of its own.  Once a second. */
void
heed_left_out(struct bridge *bridge);

/* Does what is to be done about what was heard; at every tick. */
void
heed_news(struct bridge *bridge);

/* The same for one session, and what is due in it; once a second. */
void
heed_session(struct bridge *bridge, struct session *session);

/* The session is about to end: who sent it commands that it has not
 * acknowledged hears of it. */
void
heed_end(struct bridge *bridge, struct session *session);

#endif
