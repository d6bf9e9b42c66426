// SPDX-License-Identifier: Apache-2.0
/*
 * How often a device may call (cloud-iot-core reference, section 7).  Pure: the
 * caller brings the clock.
 */
#ifndef HTTPBRIDGE_RATES_H
#define HTTPBRIDGE_RATES_H

#include "base/checked.h"

#include <stdbool.h>
#include <stdint.h>

struct rates;

enum { RATES_DEFAULT = 6000, RATES_LEAST = 60 /* calls a minute */ };

/* So many calls a minute, RATES_LEAST or more, are to be allowed to each
 * device.  NULL when memory is short. */
CHECKED struct rates *
rates_new(uint64_t each_minute);

/* May the device make one more call in this second?  A minute's worth of them
 * may come at once. */
CHECKED bool
rates_allow(struct rates *rates, uint64_t num_id, int64_t second);

void
rates_free(struct rates **rates);

#endif
