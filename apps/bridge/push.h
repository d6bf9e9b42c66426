// SPDX-License-Identifier: Apache-2.0
/*
 * What goes to devices: configs, commands, and a gateway's errors.  Sent to
 * the client id: through the topic tree nothing ever reaches a device.
 * cloud-iot-core reference, sections 2.6, 2.7 and 3.4.
 */
#ifndef BRIDGE_PUSH_H
#define BRIDGE_PUSH_H

#include "bridge.h"
#include "filters.h"
#include "sessions.h"

/* Sends the present config of the device that FILTER, one of SESSION's, is
 * about; again also if it was sent before. */
void
push_config(struct bridge *bridge, struct session *session,
            struct filter *filter);

/* Sends TEXT to the gateway of SESSION, if it listens to its errors. */
void
push_error(struct session *session, const char *text);

/* Sends what is new: to be called at every tick. */
void
push_news(struct bridge *bridge);

#endif
