// SPDX-License-Identifier: Apache-2.0
/*
 * Between the log and its queues; for log.c alone.
 */
#ifndef BASE_LOGQUEUE_H
#define BASE_LOGQUEUE_H

#include "log.h"

struct log_queue;

/* Adds a line, unless there is no room or it was just said. */
void
logqueue_add(struct log_queue *queue, enum log_event event,
             enum log_level level, const char *text);

/* In log.c: sends a line that is whole to the sink, if the gate allows it. */
void
logqueue_pass(enum log_event event, enum log_level level, const char *line);

#endif
