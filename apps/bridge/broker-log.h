// SPDX-License-Identifier: Apache-2.0
/*
 * The broker's log.  How much of it the bridge may take is the sink's affair.
 */
#ifndef BRIDGE_BROKER_LOG_H
#define BRIDGE_BROKER_LOG_H

#include "base/checked.h"
#include "base/log.h"

#include <stdbool.h>

/* For sink_open. */
void
broker_log_write(enum log_level level, const char *text);

/* Is what is printed right now such a line, and not one of the broker's own?
 * Then *LEVEL is its. */
CHECKED bool
broker_log_is_writing(enum log_level *level);

#endif
