// SPDX-License-Identifier: Apache-2.0
/*
 * What devices subscribe to: cloud-iot-core reference, sections 2.2, 2.6, 2.7
 * and 3.5.
 */
#ifndef BRIDGE_SUBSCRIBE_H
#define BRIDGE_SUBSCRIBE_H

#include "base/checked.h"
#include "bridge.h"
#include "sessions.h"

#include <stdbool.h>

/* May SESSION, which is to be forgotten with its connection if it IS_CLEAN,
 * subscribe to FILTER?  If so it has, and gets what there is as soon as the
 * broker has answered. */
CHECKED bool
subscribe(struct bridge *bridge, struct session *session, const char *filter,
          int qos, bool is_clean);

void
unsubscribe(struct session *session, const char *filter);

#endif
