// SPDX-License-Identifier: Apache-2.0
/*
 * Keeps the list of filters.  mosquitto sends what a plugin publishes when it
 * comes round the next time, which is after the SUBACK.
 */
#include "subscribe.h"

#include "base/clock.h"
#include "base/log.h"
#include "gateway.h"
#include "party.h"
#include "push.h"
#include "report.h"

#include <string.h>

static bool
deny(struct bridge *bridge, struct session *session, const char *filter,
     const struct party *party, const struct gate_refusal *refusal)
{
    report_denied(session, LOG_DENIED, filter,
                  gate_reason_word(refusal->reason), refusal->text);
    bridge->counters.refusals[refusal->reason]++;
    if (refusal->reason == GATE_NOT_ATTACHED)
        gateway_deny(session, party->topic.device, "SUBSCRIBE", filter);
    return false;
}

bool
subscribe(struct bridge *bridge, struct session *session, const char *filter,
          int qos, bool is_clean)
{
    struct party party;
    struct gate_refusal refusal;
    const char *why;
    struct filter *kept;

    session->seen = clock_seconds();
    if (!party_find(session, GATE_SUBSCRIBE, filter, 0, &party, &refusal))
        return deny(bridge, session, filter, &party, &refusal);
    why = session_bound_filters(session, &party.topic, is_clean);
    if (why != NULL) {
        report_denied(session, LOG_DENIED, filter, "too-many", why);
        return false;
    }
    kept =
        filters_add(&session->filters, &party.topic, party.device.num_id, qos);
    if (kept == NULL)
        return false;
    if (party.topic.kind == NAMES_CONFIG)
        push_config(bridge, session, kept);
    return true;
}

void
unsubscribe(struct session *session, const char *filter)
{
    struct party party;
    struct gate_refusal refusal;

    session->seen = clock_seconds();
    if (party_find(session, GATE_SUBSCRIBE, filter, 0, &party, &refusal))
        filters_remove(&session->filters, &party.topic, party.device.num_id);
}
