// SPDX-License-Identifier: Apache-2.0
/*
 * One line of log at a time, to stderr or to a sink of the caller's (the
 * broker's log, for the plugin), or by a queue to the thread that may use
 * that.  A program that a person runs writes sentences; one that machines read
 * writes fields, of which the sentence is one (logline.h).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "checked.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names_path;

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

enum { LOG_LEVELS = LOG_LEVEL_INFO + 1 };

/* What a line tells of.  logline.c has their names and levels, and
 * iot-mqtt-bridge(8) what they mean. */
enum log_event {
    LOG_OTHER, /* nothing that anybody would look for by its name */

    LOG_ADMITTED,
    LOG_REFUSED,
    LOG_CLOSED,
    LOG_GONE,
    LOG_ATTACHED,
    LOG_ATTACH_REFUSED,
    LOG_DETACHED,
    LOG_EXPELLED,
    LOG_DENIED,
    LOG_DROPPED,
    LOG_MISUNDERSTOOD,

    LOG_REGISTRY_OPEN,
    LOG_REGISTRY_GONE,
    LOG_REGISTRY_MISSING,
    LOG_STORE_OPEN,
    LOG_STORE_GONE,
    LOG_DATABASE_FAILED,
    LOG_NOT_KEPT,
    LOG_DAMAGED,
    LOG_UNWRITTEN,

    LOG_SERVING,
    LOG_RELOAD,
    LOG_CERTIFICATE_LOADED,
    LOG_CERTIFICATE_FAILED,
    LOG_DRAINING,
    LOG_LEFT_OUT,
    LOG_BROKER,

    LOG_EVENTS /* how many there are */
};

/* Whom and what it is about; what is NULL, 0 or "" is left out.  All is
 * borrowed. */
struct log_facts {
    const char *reason;            /* a word */
    const struct names_path *path; /* a device's, or its registry's */
    uint64_t number;               /* of the device that it is known to be */
    const char *client;            /* what calls itself so and is no device */
    const char *gateway;           /* the id of whom the device came by */
    const char *address;
    const char *topic;
    const char *token; /* which stays secret: its digest is told */
    size_t token_length;
    const char *file;
    uint64_t count;
    int64_t seconds;
};

/* Receives one whole line without its newline; TEXT is borrowed. */
typedef void
log_sink(enum log_level level, const char *text);

/* May this be told?  Is asked before a line is made; FACTS may be NULL. */
typedef bool
log_gate(enum log_event event, enum log_level level,
         const struct log_facts *facts);

/*
 * Sends all lines to SINK; NULL puts back stderr, where a line reads
 * "PROGRAM: text".  PROGRAM must outlive the process's last line.
 */
void
log_open(const char *program, log_sink *sink);

/* The same, in fields, and only what GATE allows. */
void
log_open_fields(const char *program, log_sink *sink, log_gate *gate);

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

/* Writes a line about EVENT, at its level, printf-like; a sentence longer than
 * 2047 bytes is cut.  Was it written? */
bool
log_event(enum log_event event, const struct log_facts *facts,
          const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same about LOG_OTHER. */
void
log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void
log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void
log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
