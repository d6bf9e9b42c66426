// SPDX-License-Identifier: Apache-2.0
/*
 * A bucket that leaks: lines go in, and as many a second as are allowed for
 * good run out.
 */
#include "limit.h"

static bool
has_room(struct limit *limit, int64_t second)
{
    uint64_t drained = 0;

    if (second > limit->second)
        drained = (uint64_t)(second - limit->second) * limit->each_second;
    limit->second = second;
    limit->used -= drained < limit->used ? drained : limit->used;
    return limit->used < limit->burst;
}

bool
limit_allows(struct limit *limit, int64_t second)
{
    if (!has_room(limit, second)) {
        limit->left_out++;
        return false;
    }
    limit->used++;
    return true;
}

uint64_t
limit_take_left_out(struct limit *limit, int64_t second)
{
    uint64_t left_out = limit->left_out;

    if (left_out == 0 || !has_room(limit, second))
        return 0;
    limit->left_out = 0;
    return left_out;
}
