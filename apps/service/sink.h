// SPDX-License-Identifier: Apache-2.0
/*
 * A bridge's lines of log, in fields, and never more than a bounded number:
 * whoever knocks shall neither fill the disk nor hide another's line.  Where
 * they go is the writer's affair.
 */
#ifndef SERVICE_SINK_H
#define SERVICE_SINK_H

#include "base/log.h"

#include <stdint.h>

/* Instead of log_open_fields: of all lines of PROGRAM, only so many go to
 * WRITER. */
void
sink_open(const char *program, log_sink *writer);

/* Says now and then how many lines were left out, when there is room to say so.
 * To be called about once a second, with that of clock_seconds. */
void
sink_tell_left_out(int64_t second);

#endif
