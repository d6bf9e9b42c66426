// SPDX-License-Identifier: Apache-2.0
/*
 * Ends connections: at once, or from within a callback of the broker for the
 * very connection, which then has the broker end it.
 */
#ifndef BRIDGE_END_H
#define BRIDGE_END_H

#include "bridge.h"
#include "report.h"
#include "sessions.h"

/* Closes the connection of SESSION, which is gone after this. */
void
end_session(struct bridge *bridge, struct session *session,
            const struct report_end *end);

/* The same, from a callback about this connection: the caller passes on what
 * comes back. */
CHECKED enum verdict
end_by_verdict(struct bridge *bridge, struct session *session,
               const struct report_end *end);

#endif
