// SPDX-License-Identifier: Apache-2.0
/*
 * What was sent is found again by the packet identifier that the broker gave
 * it, in the order in which it was sent, once; and there is a bound.
 */
#include "bridge/flights.h"
#include "check.h"

#include <string.h>

static bool
add(struct flights *flights, uint64_t num_id, int64_t version, int64_t command,
    char *topic)
{
    struct flight flight = {
        .num_id = num_id, .version = version, .command = command, .topic = topic
    };

    return flights_add(flights, &flight) != NULL;
}

static const struct flight *
landed(const struct flights *flights)
{
    const struct flight *found = NULL;

    for (size_t i = 0; i < flights->count; i++)
        if (flights->all[i].is_landed) {
            CHECK(found == NULL);
            found = &flights->all[i];
        }
    return found;
}

static void
check_order(void)
{
    struct flights flights = { NULL, 0, 0 };
    char a[] = "/devices/dev-1/commands";
    char b[] = "/devices/dev-1/config";

    CHECK(add(&flights, 1, 0, 11, a));
    CHECK(add(&flights, 1, 5, 0, b));
    CHECK(add(&flights, 1, 0, 12, a));
    CHECK(!flights_landed(&flights, 1));
    flights_sent(&flights, "/devices/dev-1/other", 9);
    flights_sent(&flights, a, 1);
    flights_sent(&flights, b, 2);
    flights_sent(&flights, a, 3);
    CHECK(!flights_landed(&flights, 9) && landed(&flights) == NULL);
    CHECK(flights_landed(&flights, 3));
    CHECK(landed(&flights)->command == 12);
    CHECK(!flights_landed(&flights, 3));
    flights_remove(&flights, 2);
    CHECK(flights_landed(&flights, 1) && landed(&flights)->command == 11);
    CHECK(flights.count == 2);
    CHECK(flights_config(&flights, 1)->version == 5);
    CHECK(flights_config(&flights, 2) == NULL);
    flights_clear(&flights);
    CHECK(!flights_landed(&flights, 2));
}

/* The broker begins to count anew. */
static void
check_again(void)
{
    struct flights flights = { NULL, 0, 0 };
    char topic[] = "/devices/dev-1/config";

    CHECK(add(&flights, 1, 1, 0, topic));
    flights_sent(&flights, topic, 7);
    CHECK(add(&flights, 1, 2, 0, topic));
    CHECK(flights_config(&flights, 1)->version == 2);
    flights_sent(&flights, topic, 7);
    CHECK(flights.count == 1);
    CHECK(flights_landed(&flights, 7) && landed(&flights)->version == 2);
    flights_clear(&flights);
}

static void
check_bound(void)
{
    struct flights flights = { NULL, 0, 0 };
    char topic[] = "/devices/dev-1/config";

    for (int i = 0; i < FLIGHTS_MOST; i++)
        if (!add(&flights, 1, 1, 0, topic))
            CHECK(false);
    CHECK(!add(&flights, 1, 1, 0, topic));
    flights_remove(&flights, 0);
    CHECK(add(&flights, 1, 1, 0, topic));
    flights_clear(&flights);
}

int
main(void)
{
    check_order();
    check_again();
    check_bound();
    return check_end();
}
