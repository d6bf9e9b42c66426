// SPDX-License-Identifier: Apache-2.0
/*
 * A line of log in fields: NAME=VALUE, one blank between them, known as logfmt.
 * A value is a word or a JSON string (RFC 8259 section 7), in which an equals
 * sign is escaped too: so NAME= stands nowhere but where a field begins, and a
 * grep for it is not deceived either.  Pure.
 */
#ifndef BASE_LOGLINE_H
#define BASE_LOGLINE_H

#include "log.h"

/* Bytes: mosquitto 2.0.11 cuts its lines at 999, the time included. */
enum { LOGLINE_MOST = 960 };

struct logline {
    enum log_event event;
    enum log_level level;
    const struct log_facts *facts; /* or NULL */
    const char *text;              /* the sentence */
};

/*
 * Writes the line, NUL-terminated: level, event, msg, and the facts.  What does
 * not fit is cut, the sentence first and then the longest values, and ends in
 * "..."; no field is left out.
 */
void
logline_write(const struct logline *what, char line[LOGLINE_MOST + 1]);

/* The name of an event, "refused", a constant; and its level. */
const char *
logline_name(enum log_event event);
enum log_level
logline_level(enum log_event event);

#endif
