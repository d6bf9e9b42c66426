// SPDX-License-Identifier: Apache-2.0
/*
 * A bridge's lines of log, never more than a bounded number: whoever knocks
 * shall not fill the disk.  Where they go is the writer's affair.
 */
#ifndef BRIDGE_SINK_H
#define BRIDGE_SINK_H

#include "base/log.h"

#include <stdint.h>

/* Instead of log_open: of all lines of PROGRAM, only so many go to WRITER. */
void
sink_open(const char *program, log_sink *writer);

/* Says how many lines were left out, when there is room to say so.  To be
 * called about once a second, with the second of the monotonic clock. */
void
sink_tell_left_out(int64_t second);

#endif
