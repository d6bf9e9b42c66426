// SPDX-License-Identifier: Apache-2.0
/*
 * A flood of lines leaves a burst, then a trickle, and a count of the rest; a
 * quiet log loses nothing.
 */
#include "check.h"
#include "service/limit.h"

/* How many of WANTED lines are allowed in one second. */
static int
allowed(struct limit *limit, int64_t second, int wanted)
{
    int count = 0;

    for (int i = 0; i < wanted; i++)
        count += limit_allows(limit, second);
    return count;
}

int
main(void)
{
    struct limit limit = { .burst = 10, .each_second = 2 };
    int64_t now = 1000;

    CHECK(allowed(&limit, now, 10) == 10);
    CHECK(limit_take_left_out(&limit, now) == 0);
    CHECK(allowed(&limit, now, 100) == 0);
    CHECK(limit_take_left_out(&limit, now) == 0);
    CHECK(limit_take_left_out(&limit, now + 1) == 100);
    CHECK(limit_take_left_out(&limit, now + 1) == 0);
    CHECK(allowed(&limit, now + 1, 100) == 2);
    CHECK(allowed(&limit, now + 3, 100) == 4);
    CHECK(limit_take_left_out(&limit, now + 4) == 194);
    CHECK(allowed(&limit, now + 1000, 100) == 10);

    /* A clock that is set back neither frees nor blocks for long. */
    CHECK(allowed(&limit, now, 100) == 0);
    CHECK(allowed(&limit, now + 1, 100) == 2);

    limit = (struct limit){ .burst = 10, .each_second = 2 };
    for (int i = 0; i < 1000; i++)
        CHECK(allowed(&limit, now + i, 2) == 2);
    CHECK(limit_take_left_out(&limit, now + 1000) == 0);
    return check_end();
}
