// SPDX-License-Identifier: Apache-2.0
/*
 * Exponential back-off with full jitter.  When to wait, and for what, is the
 * session's.
 */
#include "backoff.h"

int64_t
backoff_next(struct backoff *backoff, uint32_t random)
{
    int64_t most = BACKOFF_BASE;

    for (unsigned i = 0; i < backoff->failures && most < BACKOFF_CAP; i++)
        most *= 2;
    if (most > BACKOFF_CAP)
        most = BACKOFF_CAP;
    if (backoff->failures < UINT32_MAX)
        backoff->failures++;
    return (int64_t)(((uint64_t)random * (uint64_t)(most + 1)) >> 32);
}

void
backoff_ended(struct backoff *backoff, int64_t lasted)
{
    if (lasted >= BACKOFF_STABLE)
        backoff->failures = 0;
}
