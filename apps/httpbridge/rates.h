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

/* NULL when memory is short. */
CHECKED struct rates *
rates_new(void);

/* May the device make one more call in this second?  6000 a minute are
 * allowed, a minute's worth of them at once. */
CHECKED bool
rates_allow(struct rates *rates, uint64_t num_id, int64_t second);

void
rates_free(struct rates **rates);

#endif
