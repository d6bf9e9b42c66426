// SPDX-License-Identifier: Apache-2.0
/*
 * The last that is done with a session that did not go by itself.  Its entry
 * goes first, so that the broker's own callback finds nothing to say.
 */
#include "end.h"

#include "heed.h"

#include <mosquitto_broker.h>

#include <mosquitto.h>

#include <stdlib.h>
#include <string.h>

void
end_session(struct bridge *bridge, struct session *session,
            const struct report_end *end)
{
    char *client_id = strdup(session->client_id);

    report_ended(bridge, session, end);
    heed_end(bridge, session);
    sessions_remove(bridge->sessions, session);
    if (client_id != NULL)
        mosquitto_kick_client_by_clientid(client_id, false);
    free(client_id);
}

enum verdict
end_by_verdict(struct bridge *bridge, struct session *session,
               const struct report_end *end)
{
    report_ended(bridge, session, end);
    heed_end(bridge, session);
    sessions_remove(bridge->sessions, session);
    return VERDICT_CLOSE;
}
