// SPDX-License-Identifier: Apache-2.0
/*
 * How many lines of log there may be, so that nobody who knocks can fill the
 * disk.  Pure: the caller brings the clock and the lines.
 */
#ifndef SERVICE_LIMIT_H
#define SERVICE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* BURST lines at once, EACH_SECOND from then on.  All else starts as zero. */
struct limit {
    uint64_t burst;
    uint64_t each_second;
    uint64_t used;
    uint64_t left_out;
    int64_t second;
};

/* May a line be written in this second?  If not, it is counted. */
bool
limit_allows(struct limit *limit, int64_t second);

/*
 * How many lines were left out, once there is quiet to say so: when the next
 * line would be allowed.  0 otherwise; and 0 again after that.
 */
uint64_t
limit_take_left_out(struct limit *limit, int64_t second);

#endif
