// SPDX-License-Identifier: Apache-2.0
/*
 * Asks the system for its monotonic clock.  What a second is good for, the
 * callers know.
 */
#include "clock.h"

#include <time.h>

int64_t
clock_seconds(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}
