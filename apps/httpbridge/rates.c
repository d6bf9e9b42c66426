// SPDX-License-Identifier: Apache-2.0
/*
 * A table that does not grow: two devices whose numbers fall together take
 * turns in one place, and each turn starts afresh.  Numbers are random, so that
 * is rare, and errs on the side of the device.
 */
#include "rates.h"

#include "bridge/limit.h"

#include <stdlib.h>

enum { PLACES = 16384, EACH_SECOND = 100, BURST = 6000 };

struct place {
    uint64_t num_id;
    struct limit limit;
};

struct rates {
    struct place places[PLACES];
};

struct rates *
rates_new(void)
{
    return calloc(1, sizeof(struct rates));
}

bool
rates_allow(struct rates *rates, uint64_t num_id, int64_t second)
{
    struct place *place = &rates->places[num_id % PLACES];

    if (place->num_id != num_id)
        *place =
            (struct place){ num_id,
                            { .burst = BURST, .each_second = EACH_SECOND } };
    return limit_allows(&place->limit, second);
}

void
rates_free(struct rates **rates)
{
    free(*rates);
    *rates = NULL;
}
