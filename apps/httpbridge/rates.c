// SPDX-License-Identifier: Apache-2.0
/*
 * A table that does not grow: two devices whose numbers fall together take
 * turns in one place, and each turn starts afresh.  Numbers are random, so that
 * is rare, and errs on the side of the device.
 */
#include "rates.h"

#include "service/limit.h"

#include <stdlib.h>

enum { PLACES = 16384 };

struct place {
    uint64_t num_id;
    struct limit limit;
};

struct rates {
    uint64_t each_minute;
    struct place places[PLACES];
};

struct rates *
rates_new(uint64_t each_minute)
{
    struct rates *it = calloc(1, sizeof *it);

    if (it != NULL)
        it->each_minute = each_minute;
    return it;
}

bool
rates_allow(struct rates *rates, uint64_t num_id, int64_t second)
{
    struct place *place = &rates->places[num_id % PLACES];
    /* For the limit time goes on by one with each call that is allowed, so
     * that they need not be a whole number a second. */
    int64_t time = second * (int64_t)rates->each_minute / 60;

    if (place->num_id != num_id)
        *place =
            (struct place){ num_id,
                            { .burst = rates->each_minute, .each_second = 1 } };
    return limit_allows(&place->limit, time);
}

void
rates_free(struct rates **rates)
{
    free(*rates);
    *rates = NULL;
}
