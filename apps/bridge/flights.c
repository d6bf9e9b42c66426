// SPDX-License-Identifier: Apache-2.0
/*
 * A list of some few; mosquitto has 20 under way on a connection at a time
 * (max_inflight_messages) and the others wait for their turn.
 */
#include "flights.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 2 };

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

struct flight *
flights_add(struct flights *flights, const struct flight *flight)
{
    char *topic;
    struct flight *added;

    if (!make_room(flights) || (topic = strdup(flight->topic)) == NULL)
        return NULL;
    added = &flights->all[flights->count++];
    *added = *flight;
    added->topic = topic;
    return added;
}

/* The broker counts to 65535 and begins again: what had this identifier
 * before, if anything, will not be acknowledged any more. */
void
flights_sent(struct flights *flights, const char *topic, unsigned mid)
{
    struct flight *found = NULL;

    for (size_t i = flights->count; i > 0; i--) {
        struct flight *flight = &flights->all[i - 1];

        if (flight->mid == mid && !flight->is_landed)
            flights_remove(flights, i - 1);
    }
    for (size_t i = 0; i < flights->count && found == NULL; i++)
        if (flights->all[i].mid == 0 &&
            strcmp(flights->all[i].topic, topic) == 0)
            found = &flights->all[i];
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
}

void
flights_clear(struct flights *flights)
{
    while (flights->count > 0)
        flights_remove(flights, flights->count - 1);
    free(flights->all);
    *flights = (struct flights){ NULL, 0, 0 };
}
