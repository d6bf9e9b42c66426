// SPDX-License-Identifier: Apache-2.0
/*
 * A file of the spool, whatever it holds: what is found in it can be written
 * again to the same bytes, lies inside, and comes in order.
 */
#include "mqtt/record.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
demand(bool is_so)
{
    if (!is_so)
        abort();
}

static void
try_owner(const uint8_t *bytes, size_t length)
{
    unsigned char again[RECORD_FILE_HEAD_MOST];
    char name[RECORD_OWNER_MOST + 1] = "";
    const char *owner = NULL;
    size_t owner_length = 0;
    size_t begin = record_read_owner(bytes, length, &owner, &owner_length);

    if (begin == 0 || memchr(owner, '\0', owner_length) != NULL)
        return;
    memcpy(name, owner, owner_length);
    demand(record_write_owner(name, again) == begin);
    demand(memcmp(again, bytes, begin) == 0);
}

static void
try_record(const uint8_t *bytes, const struct record *record)
{
    unsigned char head[RECORD_HEAD + RECORD_TOPIC_MOST];
    size_t written = record_write(record, head);

    demand(record_size(record) == written + record->payload_length);
    demand(memcmp(head, bytes, written) == 0);
    demand(bytes + written == record->payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct record record;
    uint64_t last = 0;
    size_t at = 0;

    try_owner(bytes, length);
    while (record_find(bytes, length, last, &at, &record)) {
        demand(record.sequence > last);
        demand(at <= length && record_size(&record) <= length - at);
        try_record(bytes + at, &record);
        last = record.sequence;
        at += record_size(&record);
    }
    return 0;
}
