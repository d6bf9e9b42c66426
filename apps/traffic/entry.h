// SPDX-License-Identifier: Apache-2.0
/*
 * How what a device sent lies in a file of the intake: a head, the names, the
 * data, all under one checksum.  Pure: bytes and lengths, no files.  Numbers
 * are little-endian, texts end in a NUL, the checksum is CRC-32 (RFC 1952 8)
 * and begins with the file's own random number: no device can know that, and so
 * none can send data in which an entry seems to stand.
 */
#ifndef TRAFFIC_ENTRY_H
#define TRAFFIC_ENTRY_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_kind {
    ENTRY_MESSAGE = 1, /* for a topic */
    ENTRY_STATE = 2,   /* of the device NUM_ID; no text matters */
};

enum entry_text {
    ENTRY_TOPIC,
    ENTRY_PROJECT,
    ENTRY_LOCATION,
    ENTRY_REGISTRY,
    ENTRY_DEVICE,
    ENTRY_SUBFOLDER,
    ENTRY_GATEWAY, /* "" for none */
    ENTRY_TEXTS
};

enum {
    ENTRY_HEAD = 36,          /* bytes before the texts */
    ENTRY_TEXTS_MOST = 4096,  /* bytes of all texts, with their NULs */
    ENTRY_DATA_MOST = 262144, /* bytes: telemetry, reference section 7 */
    ENTRY_MOST = ENTRY_HEAD + ENTRY_TEXTS_MOST + ENTRY_DATA_MOST,
    ENTRY_FILE_HEAD = 16, /* bytes before the first entry of a file */
};

/* All is borrowed. */
struct entry {
    enum entry_kind kind;
    int64_t at_ms; /* Unix milliseconds */
    uint64_t num_id;
    const char *texts[ENTRY_TEXTS];
    const void *data;
    size_t length;
};

/*
 * Writes all that stands before the data, in the file whose number is FILE, to
 * HEAD; *SIZE is its length, and the data follows it as it is.  False for texts
 * or data that are too long.
 */
CHECKED bool
entry_write(const struct entry *entry, uint64_t file,
            unsigned char head[ENTRY_HEAD + ENTRY_TEXTS_MOST], size_t *size);

/* Reads the entry at the start of BYTES, which it then borrows; *SIZE is how
 * many it takes.  False if there is none, or not all of it, or it is damaged.
 */
CHECKED bool
entry_read(const unsigned char *bytes, size_t length, uint64_t file,
           struct entry *entry, size_t *size);

/* The first place at or behind AT where entry_read would find one; LENGTH
 * when there is none. */
size_t
entry_search(const unsigned char *bytes, size_t length, uint64_t file,
             size_t at);

/* A file begins with a number that no other has. */
void
entry_write_file_head(uint64_t file, unsigned char head[ENTRY_FILE_HEAD]);

/* False when it is none of ours. */
CHECKED bool
entry_read_file_head(const unsigned char head[ENTRY_FILE_HEAD], uint64_t *file);

#endif
