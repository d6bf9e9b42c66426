// SPDX-License-Identifier: Apache-2.0
/*
 * One line of log at a time, to stderr or to a sink of the caller's (the
 * broker's log, for the plugin), or by a queue to the thread that may use
 * that.  Control characters from outside are made harmless here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "checked.h"

#include <stdarg.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/* Receives one whole line without its newline; TEXT is borrowed. */
typedef void
log_sink(enum log_level level, const char *text);

/*
 * Sends all lines to SINK; NULL puts back stderr, where a line reads
 * "PROGRAM: text".  PROGRAM must outlive the process's last line.
 */
void
log_open(const char *program, log_sink *sink);

/* Lines of a thread that may not use the sink, such as a broker's log, which is
 * its own thread's. */
struct log_queue;

/* NULL when there is no memory. */
CHECKED struct log_queue *
log_queue_new(void);

/* Accepts NULL; clears the pointer. */
void
log_queue_free(struct log_queue **queue);

/* All lines of the calling thread go to QUEUE from now on: the last few, and
 * one that is the same as the one before it only once a minute. */
void
log_divert(struct log_queue *queue);

/* Sends what is in QUEUE to the sink. */
void
log_queue_tell(struct log_queue *queue);

/* Writes a line, printf-like; longer than 2047 bytes it is cut. */
void
log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void
log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void
log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
