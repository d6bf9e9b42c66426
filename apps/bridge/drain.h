// SPDX-License-Identifier: Apache-2.0
/*
 * Lets devices go one by one before the broker ends, so that they do not all
 * come back at the same moment (cloud-iot-core reference, section 8).
 */
#ifndef BRIDGE_DRAIN_H
#define BRIDGE_DRAIN_H

#include "bridge.h"

#include <stdbool.h>

/* From now on SIGRTMIN asks for it; until drain_close. */
void
drain_open(void);

void
drain_close(void);

/* At every tick: once asked, ends connections, as many as have had their time,
 * and at last the broker. */
void
drain_some(struct bridge *bridge);

/* Nobody is let in any more. */
bool
drain_has_begun(const struct bridge *bridge);

#endif
