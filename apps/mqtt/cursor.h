// SPDX-License-Identifier: Apache-2.0
/*
 * The small file of the spool that says up to which message all are
 * acknowledged.  Which messages there are is the spool's.
 */
#ifndef MQTT_CURSOR_H
#define MQTT_CURSOR_H

#include "base/checked.h"

#include <stdbool.h>
#include <stdint.h>

struct cursor {
    int fd; /* -1: none, the spool is in memory */
    unsigned writes;
};

/* Takes FD over and reads the last sequence written to it, 0 if there is none
 * that is whole.  False, with errno set. */
CHECKED bool
cursor_open(struct cursor *cursor, int fd, uint64_t *sequence);

/* Writes SEQUENCE beside the one before, which stays whole meanwhile.  A
 * failure costs repetitions, and nothing else, so it is not told. */
void
cursor_write(struct cursor *cursor, uint64_t sequence);

/* Closes the file.  False when there was none, or it may not be on the disk. */
CHECKED bool
cursor_close(struct cursor *cursor);

#endif
