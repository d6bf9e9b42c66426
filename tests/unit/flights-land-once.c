// SPDX-License-Identifier: Apache-2.0
/*
 * What was sent is found again by the packet identifier that the broker gave
 * it, in the order in which it was sent, once; and there is a bound.
 */
#include "bridge/flights.h"
#include "check.h"

#include <string.h>

enum { LENGTH = 5 };

static bool
add(struct flights *flights, uint64_t num_id, int64_t version, int64_t command,
    char *topic)
{
    struct flight flight = { .num_id = num_id,
                             .version = version,
                             .command = command,
                             .length = LENGTH,
                             .topic = topic };

    flights_give(flights);
    return flights_add(flights, &flight) != NULL;
}

static void
sent(struct flights *flights, const char *topic, unsigned mid)
{
    flights_sent(flights, topic, LENGTH, mid);
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
    struct flights flights = { .is_in_step = true };
    char a[] = "/devices/dev-1/commands";
    char b[] = "/devices/dev-1/config";

    CHECK(add(&flights, 1, 0, 11, a));
    CHECK(add(&flights, 1, 5, 0, b));
    CHECK(add(&flights, 1, 0, 12, a));
    CHECK(!flights_landed(&flights, 1));
    sent(&flights, a, 1);
    sent(&flights, b, 2);
    sent(&flights, a, 3);
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

/* What the broker had no room for took an identifier all the same; and so did
 * what nobody waits for. */
static void
check_dropped(void)
{
    struct flights flights = { .is_in_step = true };
    char topic[] = "/devices/dev-1/commands";

    CHECK(add(&flights, 1, 0, 11, topic));
    CHECK(add(&flights, 1, 0, 12, topic));
    flights_give(&flights);
    CHECK(add(&flights, 1, 0, 14, topic));
    sent(&flights, topic, 1);
    sent(&flights, "/devices/dev-1/errors", 3);
    sent(&flights, topic, 4);
    CHECK(!flights_landed(&flights, 2) && !flights_landed(&flights, 3));
    CHECK(flights_landed(&flights, 4) && landed(&flights)->command == 14);
    flights_clear(&flights);
}

/* The broker has the session from before, or was given something for it that we
 * do not know of: by topic and length the count is found again. */
static void
check_step(void)
{
    struct flights flights = { .is_in_step = false };
    char a[] = "/devices/dev-1/commands";
    char b[] = "/devices/dev-1/config";

    CHECK(add(&flights, 1, 0, 11, a));
    CHECK(add(&flights, 1, 5, 0, b));
    flights_sent(&flights, a, LENGTH + 1, 65531);
    sent(&flights, a, 65533);
    sent(&flights, b, 65534);
    CHECK(add(&flights, 1, 0, 13, a));
    CHECK(add(&flights, 1, 0, 14, a));
    sent(&flights, a, 1);
    CHECK(flights_landed(&flights, 1) && landed(&flights)->command == 14);
    CHECK(!flights_landed(&flights, 65535));
    flights_remove(&flights, 3);
    sent(&flights, b, 2);
    CHECK(add(&flights, 1, 0, 16, a));
    sent(&flights, a, 3);
    CHECK(flights_landed(&flights, 3) && landed(&flights)->command == 16);
    flights_clear(&flights);
}

/* The broker begins to count anew. */
static void
check_again(void)
{
    struct flights flights = { .is_in_step = true };
    char topic[] = "/devices/dev-1/config";

    CHECK(add(&flights, 1, 1, 0, topic));
    sent(&flights, topic, 1);
    for (int i = 1; i < 65535; i++)
        flights_give(&flights);
    CHECK(add(&flights, 1, 2, 0, topic));
    CHECK(flights_config(&flights, 1)->version == 2);
    sent(&flights, topic, 1);
    CHECK(flights.count == 1);
    CHECK(flights_landed(&flights, 1) && landed(&flights)->version == 2);
    flights_clear(&flights);
}

static void
check_bound(void)
{
    struct flights flights = { .is_in_step = true };
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
    check_dropped();
    check_step();
    check_again();
    check_bound();
    return check_end();
}
