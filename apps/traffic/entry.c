// SPDX-License-Identifier: Apache-2.0
/*
 * Entries as bytes, both ways.  Which of them are needed, and where their files
 * are, is the intake's.
 */
#include "entry.h"

#include "base/bytes.h"

#include <string.h>
#include <zlib.h>

static const unsigned char entry_magic[4] = { 'i', 'E', 'N', 'T' };
static const unsigned char file_magic[8] = { 'i', 'N', 'T', 'A',
                                             'K', 'E', '1', '\n' };

/* Where things stand in a head.  The sum is of all behind it. */
enum {
    AT_MAGIC = 0,
    AT_SUM = 4,
    AT_SIZE = 8,
    AT_DATA = 12, /* how many of SIZE are the data */
    AT_KIND = 16,
    AT_TIME = 20,
    AT_NUM_ID = 28,
};

enum { AT_SUMMED = AT_SIZE, AT_FILE_ID = 8 };

static uint32_t
sum(uint64_t file, const unsigned char *head, size_t size, const void *data,
    size_t length)
{
    unsigned char start[8];
    uLong so_far;

    bytes_put(start, file, sizeof start);
    so_far = crc32_z(0, start, sizeof start);
    so_far = crc32_z(so_far, head + AT_SUMMED, size - AT_SUMMED);
    if (length > 0)
        so_far = crc32_z(so_far, data, length);
    return (uint32_t)so_far;
}

bool
entry_write(const struct entry *entry, uint64_t file,
            unsigned char head[ENTRY_HEAD + ENTRY_TEXTS_MOST], size_t *size)
{
    size_t at = ENTRY_HEAD;

    if (entry->length > ENTRY_DATA_MOST)
        return false;
    for (size_t i = 0; i < ENTRY_TEXTS; i++) {
        const char *text = entry->texts[i] != NULL ? entry->texts[i] : "";
        size_t length = strlen(text) + 1;

        if (length > ENTRY_HEAD + ENTRY_TEXTS_MOST - at)
            return false;
        memcpy(head + at, text, length);
        at += length;
    }
    memcpy(head + AT_MAGIC, entry_magic, sizeof entry_magic);
    bytes_put(head + AT_SIZE, at + entry->length, 4);
    bytes_put(head + AT_DATA, entry->length, 4);
    bytes_put(head + AT_KIND, entry->kind, 4);
    bytes_put(head + AT_TIME, (uint64_t)entry->at_ms, 8);
    bytes_put(head + AT_NUM_ID, entry->num_id, 8);
    bytes_put(head + AT_SUM, sum(file, head, at, entry->data, entry->length),
              4);
    *size = at;
    return true;
}

/* The size that a head claims, if that is possible; else 0. */
static size_t
claimed_size(const unsigned char *bytes, size_t length)
{
    uint64_t size;
    uint64_t data;

    if (length < ENTRY_HEAD ||
        memcmp(bytes + AT_MAGIC, entry_magic, sizeof entry_magic) != 0)
        return 0;
    size = bytes_get(bytes + AT_SIZE, 4);
    data = bytes_get(bytes + AT_DATA, 4);
    if (size > length || data > ENTRY_DATA_MOST ||
        size < ENTRY_HEAD + ENTRY_TEXTS + data ||
        size > ENTRY_HEAD + ENTRY_TEXTS_MOST + data)
        return 0;
    return (size_t)size;
}

/* Finds the texts in BYTES, which they fill. */
static bool
read_texts(const unsigned char *bytes, size_t length,
           const char *texts[ENTRY_TEXTS])
{
    const unsigned char *end = bytes + length;

    for (size_t i = 0; i < ENTRY_TEXTS; i++) {
        const unsigned char *nul = memchr(bytes, '\0', (size_t)(end - bytes));

        if (nul == NULL)
            return false;
        texts[i] = (const char *)bytes;
        bytes = nul + 1;
    }
    return bytes == end;
}

bool
entry_read(const unsigned char *bytes, size_t length, uint64_t file,
           struct entry *entry, size_t *size)
{
    uint64_t kind;

    *size = claimed_size(bytes, length);
    if (*size == 0 ||
        bytes_get(bytes + AT_SUM, 4) != sum(file, bytes, *size, NULL, 0))
        return false;
    kind = bytes_get(bytes + AT_KIND, 4);
    if (kind != ENTRY_MESSAGE && kind != ENTRY_STATE)
        return false;
    entry->kind = (enum entry_kind)kind;
    entry->at_ms = (int64_t)bytes_get(bytes + AT_TIME, 8);
    entry->num_id = bytes_get(bytes + AT_NUM_ID, 8);
    entry->length = (size_t)bytes_get(bytes + AT_DATA, 4);
    entry->data = bytes + (*size - entry->length);
    return read_texts(bytes + ENTRY_HEAD, *size - ENTRY_HEAD - entry->length,
                      entry->texts);
}

size_t
entry_search(const unsigned char *bytes, size_t length, uint64_t file,
             size_t at)
{
    struct entry entry;
    size_t size;

    for (; at < length; at++) {
        const unsigned char *first =
            memchr(bytes + at, entry_magic[0], length - at);

        if (first == NULL)
            return length;
        at = (size_t)(first - bytes);
        if (entry_read(first, length - at, file, &entry, &size))
            return at;
    }
    return length;
}

void
entry_write_file_head(uint64_t file, unsigned char head[ENTRY_FILE_HEAD])
{
    memcpy(head, file_magic, sizeof file_magic);
    bytes_put(head + AT_FILE_ID, file, 8);
}

bool
entry_read_file_head(const unsigned char head[ENTRY_FILE_HEAD], uint64_t *file)
{
    *file = bytes_get(head + AT_FILE_ID, 8);
    return memcmp(head, file_magic, sizeof file_magic) == 0;
}
