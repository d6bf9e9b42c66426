// SPDX-License-Identifier: Apache-2.0
/*
 * The plugin's lines in the broker's log, never more than a bounded number:
 * whoever knocks shall not fill the disk.
 */
#ifndef BRIDGE_SINK_H
#define BRIDGE_SINK_H

#include "base/log.h"

#include <stdint.h>

/* For log_open. */
void
sink_write(enum log_level level, const char *text);

/* Says how many lines were left out, when there is room to say so.  To be
 * called about once a second, with the second of the monotonic clock. */
void
sink_tell_left_out(int64_t second);

#endif
