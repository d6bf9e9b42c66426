// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the clock and the gate whether sessions, and devices attached within
 * them, may stay.  When nobody knows, they do.
 */
#include "consider.h"

#include "end.h"
#include "gate/gate.h"
#include "gateway.h"
#include "heed.h"
#include "report.h"
#include "sessions.h"

#include <stdio.h>
#include <time.h>

enum { SLICE_LEAST = 256 }; /* sessions that one tick considers */

static bool
has_expired(const struct bridge *bridge, int64_t expires_at)
{
    return expires_at != 0 && time(NULL) > expires_at + bridge->settings.skew;
}

/* To the second, because devices whose clock is wrong, or that come back with
 * the same token, are what it is read for. */
static void
end_expired(struct bridge *bridge, struct session *session)
{
    time_t expired = (time_t)session->device.expires_at;
    char why[80];
    const struct report_end end = {
        JOURNAL_UNAUTHENTICATED, "expired", why,
        "mqtt: SERVER: The authorization token expired.", NULL
    };
    struct tm tm;

    snprintf(why, sizeof why, "its token has expired");
    if (gmtime_r(&expired, &tm) != NULL)
        strftime(why, sizeof why, "its token has expired at %FT%TZ", &tm);
    bridge->counters.expiries++;
    end_session(bridge, session, &end);
}

/* Why the session is to end whatever the registry says; NULL if it is not. */
static const struct report_end *
find_end(const struct bridge *bridge, const struct session *session)
{
    static const struct report_end old = { JOURNAL_OK, "too-long",
                                           "it was connected for as long as "
                                           "may be",
                                           NULL, NULL };
    static const struct report_end idle = { JOURNAL_OK, "idle",
                                            "it has sent nothing for too long",
                                            NULL, NULL };

    if (bridge->second - session->since > bridge->settings.connection_most)
        return &old;
    if (session->idle_most != 0 &&
        bridge->second - session->seen > session->idle_most)
        return &idle;
    return NULL;
}

/* Detaches who may not stay attached. */
static void
consider_attached(struct bridge *bridge, struct session *session, bool is_new)
{
    for (size_t i = session->attached.count; i > 0; i--) {
        struct attached *attached = &session->attached.all[i - 1];
        struct gate_refusal refusal = { GATE_EXPIRED, "its token has expired" };
        struct gate_device device;
        bool ok = !has_expired(bridge, attached->expires_at);

        session_device_attached(session, attached, &device);
        if (ok && is_new)
            ok = gate_reconsider(bridge->database.store, &device, &refusal) ||
                 refusal.reason == GATE_UNAVAILABLE;
        if (!ok)
            gateway_expel(
                bridge, session, attached,
                &(struct report_end){ report_code(refusal.reason),
                                      gate_reason_word(refusal.reason),
                                      refusal.text, NULL, NULL });
    }
}

CHECKED static bool
may_stay(const struct database *database, const struct session *session,
         struct gate_refusal *refusal)
{
    struct gate_device device;

    session_device(session, &device);
    return gate_reconsider(database->store, &device, refusal);
}

/* Ends SESSION if its time is over or the registry has turned against it; not
 * if nobody knows. */
static void
consider(struct bridge *bridge, struct session *session)
{
    const struct database *database = &bridge->database;
    const struct report_end *end = find_end(bridge, session);
    bool is_new =
        database->store != NULL && session->generation != database->generation;
    struct gate_refusal refusal;

    if (has_expired(bridge, session->device.expires_at)) {
        end_expired(bridge, session);
        return;
    }
    if (end != NULL) {
        end_session(bridge, session, end);
        return;
    }
    if (is_new && !may_stay(database, session, &refusal)) {
        struct report_end barred = { report_code(refusal.reason),
                                     gate_reason_word(refusal.reason),
                                     refusal.text, NULL, NULL };

        if (refusal.reason != GATE_UNAVAILABLE)
            end_session(bridge, session, &barred);
        return;
    }
    consider_attached(bridge, session, is_new);
    heed_session(bridge, session);
    if (is_new)
        session->generation = database->generation;
}

/* A slice a tick: there are ten ticks a second when nothing happens, and more
 * when much does. */
void
consider_some(struct bridge *bridge)
{
    size_t slice = sessions_count(bridge->sessions) / 8 + SLICE_LEAST;

    for (; slice > 0 && bridge->to_do > 0; slice--, bridge->to_do--) {
        size_t count = sessions_count(bridge->sessions);

        if (count == 0)
            return;
        if (bridge->next >= count)
            bridge->next = 0;
        consider(bridge, sessions_at(bridge->sessions, bridge->next));
        if (sessions_count(bridge->sessions) == count)
            bridge->next++;
    }
}
