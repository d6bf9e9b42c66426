// SPDX-License-Identifier: Apache-2.0
/*
 * A descriptor's bytes as lines, of bounded length, for a loop that polls.
 * What is in a line, NULs included, is the caller's.
 */
#ifndef MQTT_LINES_H
#define MQTT_LINES_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>

struct lines;

enum lines_answer {
    LINES_LINE,     /* here is one, without its newline */
    LINES_TOO_LONG, /* here was one that is skipped to its end */
    LINES_NONE,     /* none before more is read */
    LINES_END,      /* none any more */
};

/* Reads FD, which is borrowed, in lines of at most MOST bytes.  NULL, having
 * logged it, when memory is out. */
CHECKED struct lines *
lines_new(int fd, size_t most);

/* Reads once; call it when FD is readable.  False, having logged why. */
CHECKED bool
lines_read(struct lines *lines);

/* The next line; *LINE borrows *LENGTH bytes until lines_read.  A last line
 * needs no newline. */
CHECKED enum lines_answer
lines_next(struct lines *lines, const char **line, size_t *length);

/* Accepts NULL; clears the pointer. */
void
lines_free(struct lines **lines);

#endif
