// SPDX-License-Identifier: Apache-2.0
/*
 * The clock by which everything here measures how long something lasts; for
 * what time it is, one asks time(2), which on a machine without a battery may
 * know nothing yet.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "checked.h"

#include <stdbool.h>
#include <stdint.h>

/* Seconds since some moment; nobody sets this clock. */
int64_t
clock_seconds(void);

/* The same in milliseconds, and in nanoseconds. */
int64_t
clock_milliseconds(void);
int64_t
clock_nanoseconds(void);

/* Can NOW, Unix seconds, be what time it is?  Not long before this was
 * written. */
CHECKED bool
clock_is_set(int64_t now);

#endif
