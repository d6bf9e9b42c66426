// SPDX-License-Identifier: Apache-2.0
/*
 * To be preloaded: what time it is on a machine whose clock nobody has set.
 */
#include <stddef.h>
#include <time.h>

time_t
time(time_t *now)
{
    if (now != NULL)
        *now = 77;
    return 77;
}
