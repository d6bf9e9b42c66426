// SPDX-License-Identifier: Apache-2.0
/*
 * The broker prints in the midst of its work and perhaps of ours, so a line
 * only leaves a mark in its session.  The tick does the rest.
 */
#include "heed.h"

#include "base/clock.h"
#include "base/logline.h"
#include "broker-log.h"
#include "ear.h"
#include "heard.h"
#include "journal.h"
#include "push.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* Seconds until a config that was superseded is followed by the new one though
 * it is not acknowledged. */
enum { STALE_WAIT = 3 };

static void
note_landing(struct bridge *bridge, struct session *session, unsigned mid)
{
    struct heed *heed = &bridge->heed;

    if (!flights_landed(&session->flights, mid) || session->has_landed)
        return;
    session->has_landed = true;
    /* What does not fit is found within the second. */
    if (heed->count < sizeof heed->landed / sizeof *heed->landed)
        heed->landed[heed->count++] = session->device.num_id;
}

static void
note(struct bridge *bridge, struct session *session, const struct heard *heard)
{
    if (heard->kind == HEARD_SENT) {
        if (heard->qos > 0)
            flights_sent(&session->flights, heard->topic, heard->length,
                         heard->mid);
        return;
    }
    session->seen = clock_seconds();
    if (heard->kind == HEARD_PUBLISH)
        session->mid = heard->mid;
    else if (heard->kind == HEARD_PUBACK)
        note_landing(bridge, session, heard->mid);
    else if (heard->kind == HEARD_PINGREQ)
        session->has_pinged = true;
    else if (heard->kind == HEARD_DISCONNECT)
        session->took_leave = true;
}

static bool
starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* mosquitto tells it by the first word. */
static enum log_level
level_of(const char *text)
{
    return starts(text, "Error") ? LOG_LEVEL_ERROR
           : starts(text, "Warning") || starts(text, "OpenSSL Error")
               ? LOG_LEVEL_WARNING
               : LOG_LEVEL_INFO;
}

/* A line for people: at most so many of them that are not ours.  Those say what
 * clients say too, so they are put between quotes as ours are. */
static enum ear_level
weigh(struct bridge *bridge, char *line)
{
    static const enum ear_level levels[] = {
        [LOG_LEVEL_ERROR] = EAR_ERROR,
        [LOG_LEVEL_WARNING] = EAR_WARNING,
        [LOG_LEVEL_INFO] = EAR_INFO,
    };
    char made[LOGLINE_MOST + 1];
    char *text = line + (heard_text(line) - line);
    enum log_level level;

    if (broker_log_is_writing(&level))
        return levels[level];
    if (!limit_allows(&bridge->heed.news, clock_seconds()))
        return EAR_NOTHING;
    level = level_of(text);
    logline_write(&(struct logline){ LOG_BROKER, level, NULL, text }, made);
    if (text - line > EAR_LINE_MOST - (int)sizeof made)
        text = line;
    memcpy(text, made, strlen(made) + 1);
    return levels[level];
}

/* An ear_listener. */
static enum ear_level
hear(void *user, char *line)
{
    struct bridge *bridge = user;
    enum heard_kind kind = heard_glance(line);
    struct session *session;
    struct heard heard;

    if (kind == HEARD_NEWS)
        return weigh(bridge, line);
    bridge->heed.hears = true;
    if (kind == HEARD_DEBUG ||
        (kind == HEARD_PUBLISH && !bridge->heed.wants_mid))
        return EAR_NOTHING;
    heard_read(line, &heard);
    if (heard.client == NULL)
        return EAR_NOTHING;
    session = sessions_find_client(bridge->sessions, heard.client);
    if (session != NULL)
        note(bridge, session, &heard);
    return EAR_NOTHING;
}

bool
heed_open(struct bridge *bridge)
{
    if (!bridge->settings.listens)
        return true;
    bridge->heed.news = (struct limit){ .burst = 500, .each_second = 5 };
    bridge->ear = ear_open(hear, bridge);
    return bridge->ear != NULL;
}

void
heed_close(struct bridge *bridge)
{
    ear_close(&bridge->ear);
}

/* It has this config or a newer one: an earlier copy is of no interest. */
static void
drop_older(struct flights *flights, const struct flight *landed)
{
    for (size_t i = flights->count; i > 0; i--) {
        const struct flight *flight = &flights->all[i - 1];

        if (flight->command == 0 && flight->num_id == landed->num_id &&
            flight->version <= landed->version)
            flights_remove(flights, i - 1);
    }
}

/* A newer config that waited for this one follows it. */
static void
finish_config(struct bridge *bridge, struct session *session,
              const struct flight *flight)
{
    struct filter *filter =
        filters_find(&session->filters, flight->num_id, NAMES_CONFIG, "");

    journal_acked(bridge->journal, flight->num_id, flight->version);
    drop_older(&session->flights, flight);
    if (flight->is_stale && filter != NULL)
        push_config(bridge, session, filter);
}

static void
take_landed(struct bridge *bridge, struct session *session)
{
    struct flights *flights = &session->flights;

    session->has_landed = false;
    for (size_t i = 0; i < flights->count;) {
        struct flight flight = flights->all[i];

        if (!flight.is_landed) {
            i++;
            continue;
        }
        flights_remove(flights, i);
        i = 0; /* more than this one may go */
        if (flight.command != 0)
            journal_outcome(bridge->journal, flight.command, TRAFFIC_DELIVERED);
        else
            finish_config(bridge, session, &flight);
    }
}

void
heed_left_out(struct bridge *bridge)
{
    uint64_t left_out = limit_take_left_out(&bridge->heed.news, bridge->second);

    if (left_out > 0)
        log_event(LOG_LEFT_OUT,
                  &(struct log_facts){ .reason = logline_name(LOG_BROKER),
                                       .count = left_out },
                  "the broker had %" PRIu64 " more lines", left_out);
}

void
heed_news(struct bridge *bridge)
{
    struct heed *heed = &bridge->heed;

    for (size_t i = 0; i < heed->count; i++) {
        struct session *session =
            sessions_find_device(bridge->sessions, heed->landed[i]);

        if (session != NULL)
            take_landed(bridge, session);
    }
    heed->count = 0;
}

/* Is it time to send a config again?  What waits for its turn in the broker
 * is followed soon by none, or those would pile up there; but later, by ever
 * fewer, as the broker throws away what a full queue has no room for. */
static bool
is_due(const struct bridge *bridge, const struct flight *flight)
{
    int64_t wait =
        flight->is_stale && flight->mid != 0 ? STALE_WAIT : flight->wait;

    return flight->command == 0 && bridge->second - flight->since >= wait;
}

static void
send_again(struct bridge *bridge, struct session *session, size_t count)
{
    const struct flights *flights = &session->flights;

    for (size_t i = 0; i < count; i++) {
        const struct flight *flight = &flights->all[i];
        struct filter *filter;

        if (!is_due(bridge, flight) ||
            flights_config(flights, flight->num_id) != flight)
            continue;
        filter =
            filters_find(&session->filters, flight->num_id, NAMES_CONFIG, "");
        if (filter != NULL)
            push_config(bridge, session, filter);
    }
}

/* Nobody waits for it any more. */
static void
drop_expired(struct bridge *bridge, struct flights *flights)
{
    int64_t now = time(NULL);

    for (size_t i = flights->count; i > 0; i--) {
        const struct flight *flight = &flights->all[i - 1];

        if (flight->command == 0 || flight->expires > now || flight->is_landed)
            continue;
        journal_outcome(bridge->journal, flight->command, TRAFFIC_UNDELIVERED);
        flights_remove(flights, i - 1);
    }
}

void
heed_session(struct bridge *bridge, struct session *session)
{
    if (session->has_pinged)
        journal_touch(bridge->journal, session->device.num_id,
                      TRAFFIC_HEARTBEAT);
    session->has_pinged = false;
    if (session->has_landed)
        take_landed(bridge, session);
    drop_expired(bridge, &session->flights);
    send_again(bridge, session, session->flights.count);
}

void
heed_end(struct bridge *bridge, struct session *session)
{
    if (session->has_pinged)
        journal_touch(bridge->journal, session->device.num_id,
                      TRAFFIC_HEARTBEAT);
    /* What follows a config would go to the connection that comes next. */
    for (size_t i = 0; i < session->flights.count; i++)
        session->flights.all[i].is_stale = false;
    take_landed(bridge, session);
    for (size_t i = 0; i < session->flights.count; i++)
        if (session->flights.all[i].command != 0)
            journal_outcome(bridge->journal, session->flights.all[i].command,
                            TRAFFIC_UNDELIVERED);
    flights_clear(&session->flights);
}
