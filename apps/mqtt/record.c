// SPDX-License-Identifier: Apache-2.0
/*
 * Messages as bytes of a spool file, both ways, and the search for the next
 * good one behind a damaged one.  Files and their order are the spool's.
 */
#include "record.h"

#include "base/bytes.h"

#include <string.h>
#include <zlib.h>

static const unsigned char record_magic[4] = { 'i', 'M', 'S', 'G' };
static const unsigned char file_magic[8] = { 'i', 'S', 'P', 'O',
                                             'O', 'L', '1', '\n' };

/* Where things stand in a head. */
enum {
    AT_MAGIC = 0,
    AT_SEQUENCE = 4,
    AT_PAYLOAD_LENGTH = 12,
    AT_TOPIC_LENGTH = 16,
    AT_QOS = 20,
    AT_BODY_SUM = 24,
    AT_HEAD_SUM = 28,
};

/* And in the beginning of a file. */
enum { AT_OWNER_LENGTH = 8, AT_OWNER = 10 };

static uint32_t
sum(uint32_t before, const void *bytes, size_t length)
{
    return (uint32_t)crc32_z(before, bytes, length);
}

size_t
record_size(const struct record *record)
{
    return RECORD_HEAD + record->topic_length + record->payload_length;
}

size_t
record_write(const struct record *record,
             unsigned char head[RECORD_HEAD + RECORD_TOPIC_MOST])
{
    uint32_t body = sum(0, record->topic, record->topic_length);

    if (record->payload_length > 0)
        body = sum(body, record->payload, record->payload_length);
    memset(head, 0, RECORD_HEAD);
    memcpy(head + AT_MAGIC, record_magic, sizeof record_magic);
    bytes_put(head + AT_SEQUENCE, record->sequence, 8);
    bytes_put(head + AT_PAYLOAD_LENGTH, record->payload_length, 4);
    bytes_put(head + AT_TOPIC_LENGTH, record->topic_length, 4);
    bytes_put(head + AT_QOS, (uint64_t)record->qos, 4);
    bytes_put(head + AT_BODY_SUM, body, 4);
    bytes_put(head + AT_HEAD_SUM, sum(0, head, AT_HEAD_SUM), 4);
    memcpy(head + RECORD_HEAD, record->topic, record->topic_length);
    return RECORD_HEAD + record->topic_length;
}

size_t
record_peek(const unsigned char head[RECORD_HEAD])
{
    uint64_t payload = bytes_get(head + AT_PAYLOAD_LENGTH, 4);
    uint64_t topic = bytes_get(head + AT_TOPIC_LENGTH, 4);

    if (memcmp(head + AT_MAGIC, record_magic, sizeof record_magic) != 0 ||
        bytes_get(head + AT_HEAD_SUM, 4) != sum(0, head, AT_HEAD_SUM) ||
        payload > RECORD_PAYLOAD_MOST || topic == 0 ||
        topic > RECORD_TOPIC_MOST || bytes_get(head + AT_QOS, 4) > 1)
        return 0;
    return (size_t)(RECORD_HEAD + topic + payload);
}

bool
record_read(const unsigned char *bytes, size_t length, struct record *record)
{
    size_t size = length >= RECORD_HEAD ? record_peek(bytes) : 0;

    if (size == 0 || size > length ||
        bytes_get(bytes + AT_BODY_SUM, 4) !=
            sum(0, bytes + RECORD_HEAD, size - RECORD_HEAD))
        return false;
    record->sequence = bytes_get(bytes + AT_SEQUENCE, 8);
    record->qos = (int)bytes_get(bytes + AT_QOS, 4);
    record->topic_length = (size_t)bytes_get(bytes + AT_TOPIC_LENGTH, 4);
    record->payload_length = (size_t)bytes_get(bytes + AT_PAYLOAD_LENGTH, 4);
    record->topic = (const char *)bytes + RECORD_HEAD;
    record->payload = bytes + RECORD_HEAD + record->topic_length;
    return true;
}

bool
record_find(const unsigned char *bytes, size_t length, uint64_t after,
            size_t *at, struct record *record)
{
    for (size_t here = *at; here < length; here++) {
        const unsigned char *first =
            memchr(bytes + here, record_magic[0], length - here);

        if (first == NULL)
            return false;
        here = (size_t)(first - bytes);
        if (record_read(first, length - here, record) &&
            record->sequence > after) {
            *at = here;
            return true;
        }
    }
    return false;
}

size_t
record_write_owner(const char *owner, unsigned char head[RECORD_FILE_HEAD_MOST])
{
    size_t length = strlen(owner);

    memcpy(head, file_magic, sizeof file_magic);
    bytes_put(head + AT_OWNER_LENGTH, length, 2);
    memcpy(head + AT_OWNER, owner, length);
    bytes_put(head + AT_OWNER + length, sum(0, head, AT_OWNER + length), 4);
    return AT_OWNER + length + 4;
}

size_t
record_read_owner(const unsigned char *bytes, size_t length, const char **owner,
                  size_t *owner_length)
{
    size_t named;

    if (length < AT_OWNER || memcmp(bytes, file_magic, sizeof file_magic) != 0)
        return 0;
    named = (size_t)bytes_get(bytes + AT_OWNER_LENGTH, 2);
    if (named > RECORD_OWNER_MOST || AT_OWNER + named + 4 > length ||
        bytes_get(bytes + AT_OWNER + named, 4) !=
            sum(0, bytes, AT_OWNER + named))
        return 0;
    *owner = (const char *)bytes + AT_OWNER;
    *owner_length = named;
    return AT_OWNER + named + 4;
}
