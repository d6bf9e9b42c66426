// SPDX-License-Identifier: Apache-2.0
/*
 * A list of some few; mosquitto has 20 under way on a connection at a time
 * (max_inflight_messages) and the others wait for their turn.
 */
#include "flights.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROOM = 2,
    MIDS = 65535, /* from 1; 0 is none (MQTT 3.1.1, section 2.3.1) */
};

static bool
make_room(struct flights *flights)
{
    size_t room = flights->room == 0 ? FIRST_ROOM : flights->room * 2;
    struct flight *larger;

    if (flights->count < flights->room)
        return true;
    if (flights->count == FLIGHTS_MOST)
        return false;
    larger = realloc(flights->all, room * sizeof *larger);
    if (larger == NULL)
        return false;
    flights->all = larger;
    flights->room = room;
    return true;
}

void
flights_give(struct flights *flights)
{
    flights->given++;
}

/* The broker begins to count anew: what had these identifiers before, if
 * anything, will not be acknowledged any more. */
static void
drop_counted_out(struct flights *flights)
{
    while (flights->count > 0 &&
           flights->all[0].number + MIDS <= flights->given)
        flights_remove(flights, 0);
}

static void
release(struct flights *flights)
{
    free(flights->all);
    flights->all = NULL;
    flights->room = 0;
}

struct flight *
flights_add(struct flights *flights, const struct flight *flight)
{
    char *topic;
    struct flight *added;

    drop_counted_out(flights);
    if (!make_room(flights) || (topic = strdup(flight->topic)) == NULL)
        return NULL;
    added = &flights->all[flights->count++];
    *added = *flight;
    added->topic = topic;
    added->number = flights->given;
    added->mid = 0;
    return added;
}

/* Which identifier the one with this number has. */
static unsigned
mid_of(const struct flights *flights, uint64_t number)
{
    return (unsigned)((flights->before + number + MIDS - 1) % MIDS + 1);
}

/* How far MID is ahead of the last that was given; 0 if it is not. */
static unsigned
ahead(const struct flights *flights, unsigned mid)
{
    unsigned far = (mid + MIDS - mid_of(flights, flights->given)) % MIDS;

    return far <= MIDS / 2 ? far : 0;
}

static bool
fits(const struct flight *flight, const char *topic, size_t length)
{
    return flight->length == length && strcmp(flight->topic, topic) == 0;
}

static struct flight *
find_number(const struct flights *flights, unsigned mid)
{
    for (size_t i = 0; i < flights->count; i++)
        if (flights->all[i].mid == 0 &&
            mid_of(flights, flights->all[i].number) == mid)
            return &flights->all[i];
    return NULL;
}

/* Has the count agree with what the broker says. */
static struct flight *
fall_in_step(struct flights *flights, const char *topic, size_t length,
             unsigned mid)
{
    struct flight *found = NULL;
    unsigned off = flights->is_in_step ? ahead(flights, mid) : 0;

    for (size_t i = 0; i < flights->count && found == NULL; i++)
        if (flights->all[i].mid == 0 && fits(&flights->all[i], topic, length))
            found = &flights->all[i];
    if (found != NULL) {
        off = mid + MIDS - mid_of(flights, found->number);
        flights->is_in_step = true;
    }
    flights->before = (flights->before + off) % MIDS;
    return found;
}

void
flights_sent(struct flights *flights, const char *topic, size_t length,
             unsigned mid)
{
    struct flight *found = find_number(flights, mid);

    if (!flights->is_in_step || ahead(flights, mid) > 0 ||
        (found != NULL && !fits(found, topic, length)))
        found = fall_in_step(flights, topic, length, mid);
    if (found != NULL)
        found->mid = mid;
}

bool
flights_landed(struct flights *flights, unsigned mid)
{
    for (size_t i = 0; i < flights->count; i++) {
        struct flight *flight = &flights->all[i];

        if (flight->mid != mid || flight->is_landed)
            continue;
        flight->is_landed = true;
        return true;
    }
    return false;
}

struct flight *
flights_config(const struct flights *flights, uint64_t num_id)
{
    for (size_t i = flights->count; i > 0; i--) {
        struct flight *flight = &flights->all[i - 1];

        if (flight->num_id == num_id && flight->command == 0)
            return flight;
    }
    return NULL;
}

void
flights_remove(struct flights *flights, size_t index)
{
    free(flights->all[index].topic);
    flights->count--;
    memmove(&flights->all[index], &flights->all[index + 1],
            (flights->count - index) * sizeof *flights->all);
    if (flights->count == 0) /* as with most devices, most of the time */
        release(flights);
}

void
flights_clear(struct flights *flights)
{
    while (flights->count > 0)
        flights_remove(flights, flights->count - 1);
    release(flights);
}
