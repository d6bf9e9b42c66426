// SPDX-License-Identifier: Apache-2.0
/*
 * How long to wait before the next attempt: exponential with full jitter, so
 * that a thousand devices that lost one bridge do not come back at once.
 * Pure: the caller brings the random number and keeps the clock.
 */
#ifndef MQTT_BACKOFF_H
#define MQTT_BACKOFF_H

#include <stdint.h>

enum {
    BACKOFF_BASE = 1000,       /* ms: the longest first delay */
    BACKOFF_CAP = 5 * 60000,   /* ms: the longest delay of all */
    BACKOFF_STABLE = 30 * 1000 /* ms that a session lasts to be trusted */
};

struct backoff {
    unsigned failures; /* since the last stable session; starts at 0 */
};

/*
 * The delay before the next attempt, in ms: RANDOM, any 32 bits, spread over
 * 0 to BASE * 2^failures or CAP, whichever is less.  Counts one failure.
 */
int64_t
backoff_next(struct backoff *backoff, uint32_t random);

/* A session ended that had lasted LASTED ms: forgets the failures if that
 * was long enough. */
void
backoff_ended(struct backoff *backoff, int64_t lasted);

#endif
