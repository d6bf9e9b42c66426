// SPDX-License-Identifier: Apache-2.0
/*
 * How a message lies in a file of the spool: a head with its own checksum,
 * then topic and payload under another.  Pure: bytes and lengths, no files.
 * All numbers are little-endian; the checksums are CRC-32 (RFC 1952 8).
 */
#ifndef MQTT_RECORD_H
#define MQTT_RECORD_H

#include "base/checked.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_HEAD = 32,             /* bytes before the topic */
    RECORD_TOPIC_MOST = 1024,     /* bytes */
    RECORD_PAYLOAD_MOST = 262144, /* bytes: telemetry, reference section 7 */
    RECORD_MOST = RECORD_HEAD + RECORD_TOPIC_MOST + RECORD_PAYLOAD_MOST,
    RECORD_OWNER_MOST = 1200,                       /* bytes */
    RECORD_FILE_HEAD_MOST = 14 + RECORD_OWNER_MOST, /* bytes */
};

/* One message; topic and payload are borrowed, with no NUL behind them. */
struct record {
    uint64_t sequence; /* from 1, growing */
    int qos;
    const char *topic;
    size_t topic_length;
    const void *payload;
    size_t payload_length;
};

/* Bytes that RECORD takes in a file. */
size_t
record_size(const struct record *record);

/* Writes all that stands before the payload, RECORD_HEAD and the topic, to
 * HEAD and returns its length; the payload follows it as it is. */
size_t
record_write(const struct record *record,
             unsigned char head[RECORD_HEAD + RECORD_TOPIC_MOST]);

/* Reads the record at the start of BYTES, which it then borrows.  False if
 * there is none, or not all of it, or a checksum is wrong. */
CHECKED bool
record_read(const unsigned char *bytes, size_t length, struct record *record);

/* The same when only RECORD_HEAD bytes are at hand: the record's whole size,
 * or 0 when this is no head. */
CHECKED size_t
record_peek(const unsigned char head[RECORD_HEAD]);

/*
 * The first whole record at *AT or behind it whose sequence is over AFTER.
 * *AT moves to where it begins; what was passed over is damage.  False when
 * there is none; then *AT is where the good part ended.
 */
CHECKED bool
record_find(const unsigned char *bytes, size_t length, uint64_t after,
            size_t *at, struct record *record);

/* A file begins with whose messages it holds.  Writes that and returns its
 * length; OWNER has at most RECORD_OWNER_MOST bytes. */
size_t
record_write_owner(const char *owner,
                   unsigned char head[RECORD_FILE_HEAD_MOST]);

/* The length of that beginning, or 0 when it is damaged; *OWNER borrows the
 * name, *OWNER_LENGTH bytes. */
CHECKED size_t
record_read_owner(const unsigned char *bytes, size_t length, const char **owner,
                  size_t *owner_length);

#endif
