// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the system for its monotonic clock, and looks at its other one.  What a
 * second is good for, the callers know.
 */
#include "clock.h"

#include <time.h>

/* 2024-01-01T00:00:00Z */
#define EARLIEST INT64_C(1704067200)

int64_t
clock_nanoseconds(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_milliseconds(void)
{
    return clock_nanoseconds() / 1000000;
}

int64_t
clock_seconds(void)
{
    return clock_nanoseconds() / 1000000000;
}

bool
clock_is_set(int64_t now)
{
    return now >= EARLIEST;
}
