// SPDX-License-Identifier: Apache-2.0
/*
 * The schedule of reconnecting, with random numbers that are given.
 */
#include "check.h"
#include "mqtt/backoff.h"

static void
check_longest(void)
{
    static const int64_t longest[] = { 1000,   2000,   4000,  8000,
                                       16000,  32000,  64000, 128000,
                                       256000, 300000, 300000 };
    struct backoff backoff = { 0 };

    for (size_t i = 0; i < sizeof longest / sizeof *longest; i++)
        CHECK(backoff_next(&backoff, UINT32_MAX) == longest[i]);
}

/* Full jitter: any part of the longest delay, nothing included. */
static void
check_jitter(void)
{
    struct backoff backoff = { 0 };

    CHECK(backoff_next(&backoff, 0) == 0);
    CHECK(backoff_next(&backoff, UINT32_MAX / 2) == 1000);
    CHECK(backoff_next(&backoff, UINT32_MAX / 4) == 1000);
    backoff.failures = UINT32_MAX;
    CHECK(backoff_next(&backoff, UINT32_MAX) == BACKOFF_CAP);
    CHECK(backoff.failures == UINT32_MAX);
}

/* A session that the bridge ends at once does not count as a success. */
static void
check_reset(void)
{
    struct backoff backoff = { 5 };

    backoff_ended(&backoff, 0);
    backoff_ended(&backoff, BACKOFF_STABLE - 1);
    CHECK(backoff_next(&backoff, UINT32_MAX) == 32000);
    backoff_ended(&backoff, BACKOFF_STABLE);
    CHECK(backoff_next(&backoff, UINT32_MAX) == 1000);
}

int
main(void)
{
    check_longest();
    check_jitter();
    check_reset();
    return check_end();
}
