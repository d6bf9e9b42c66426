// SPDX-License-Identifier: Apache-2.0
/*
 * One append-only file of the spool: made, read back after an accident,
 * grown, removed.  Which message stands where, and what is still needed, is
 * the spool's.
 */
#ifndef MQTT_SEGMENT_H
#define MQTT_SEGMENT_H

#include "base/checked.h"
#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEGMENT_NAME = 24,              /* bytes of "NNN.log", without the NUL */
    SEGMENT_MOST = 4 * 1024 * 1024, /* bytes beyond which none is appended */
};

struct segment {
    struct segment *next;
    char *path;      /* NULL: in memory */
    int fd;          /* its own */
    uint64_t last;   /* sequence of the newest message; 0 when there is none */
    uint64_t begin;  /* where the first message stands */
    uint64_t end;    /* where the next message goes */
    uint64_t synced; /* up to where it is on the disk */

    /* Bringing it there has failed: the kernel may have thrown away what it
     * could not write, and would say next time that all is well. */
    bool is_doubtful;
};

/* Called for each message of a segment that is read back. */
typedef void
segment_visit(void *context, const struct record *record);

/* Makes the segment whose first message will be FIRST, in FOLDER or, when
 * that is NULL, in memory.  NULL, having logged why. */
CHECKED struct segment *
segment_new(const char *folder, const char *owner, uint64_t first);

/*
 * Reads back NAME of FOLDER and calls VISIT with each message over AFTER.
 * What is damaged is copied to "torn" in FOLDER and cut out, with a warning
 * in the log.  NULL, having logged why: unreadable, or of another owner.
 */
CHECKED struct segment *
segment_load(const char *folder, const char *name, const char *owner,
             uint64_t after, segment_visit *visit, void *context);

/* Appends RECORD.  False, with errno set and the segment as it was. */
CHECKED bool
segment_append(struct segment *segment, const struct record *record);

/* Gives back the room of all messages, none of which may be needed.  False,
 * with errno set. */
CHECKED bool
segment_empty(struct segment *segment);

/* Brings all to the disk; what was doubtful is written anew.  False, having
 * logged why. */
CHECKED bool
segment_sync(struct segment *segment);

/* Reads the message at AT into BUFFER of RECORD_MOST bytes, which RECORD then
 * borrows.  False, having logged why. */
CHECKED bool
segment_read(const struct segment *segment, uint64_t at, unsigned char *buffer,
             struct record *record);

/* Closes the file, and removes it when it is not NEEDED.  Accepts NULL in
 * *SEGMENT, and clears it. */
void
segment_free(struct segment **segment, bool needed);

#endif
