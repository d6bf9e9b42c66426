// SPDX-License-Identifier: Apache-2.0
/*
 * A file of the intake, whatever it holds: what is found in it lies inside and
 * can be written again to the same bytes; and whatever is written is found,
 * also behind bytes that are none.
 */
#include "traffic/entry.h"

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
try_again(const uint8_t *bytes, uint64_t id, const struct entry *entry,
          size_t size)
{
    static unsigned char head[ENTRY_HEAD + ENTRY_TEXTS_MOST];
    size_t written = 0;

    demand(entry_write(entry, id, head, &written));
    demand(written + entry->length == size);
    demand(memcmp(head, bytes, written) == 0);
    demand((const uint8_t *)entry->data == bytes + written);
}

/* As a mover goes through a tray. */
static void
read_file(const uint8_t *bytes, size_t length)
{
    struct entry entry;
    uint64_t id = 0;
    size_t at = ENTRY_FILE_HEAD;
    size_t size;

    if (length < ENTRY_FILE_HEAD || !entry_read_file_head(bytes, &id))
        return;
    while (at < length) {
        if (entry_read(bytes + at, length - at, id, &entry, &size)) {
            demand(size <= length - at);
            try_again(bytes + at, id, &entry, size);
            at += size;
        } else
            at = entry_search(bytes, length, id, at + 1);
    }
}

/* An entry of pieces of what there is, behind all of it. */
static void
write_entry(const uint8_t *bytes, size_t length)
{
    static unsigned char head[ENTRY_HEAD + ENTRY_TEXTS_MOST];
    char text[64] = "";
    struct entry entry = { .kind = ENTRY_MESSAGE, .num_id = length };
    struct entry found;
    size_t written = 0;
    size_t size;
    unsigned char *file = NULL;

    memcpy(text, bytes, length < sizeof text ? length : sizeof text - 1);
    for (size_t i = 0; i < ENTRY_TEXTS; i++)
        entry.texts[i] = text + (strlen(text) < i ? strlen(text) : i);
    entry.data = bytes;
    entry.length = length;
    demand(entry_write(&entry, length, head, &written));
    file = malloc(2 * length + written);
    demand(file != NULL);
    memcpy(file, bytes, length);
    memcpy(file + length, head, written);
    memcpy(file + length + written, bytes, length);
    demand(entry_search(file, 2 * length + written, length, 0) <= length);
    demand(entry_read(file + length, length + written, length, &found, &size));
    demand(size == length + written && found.length == length);
    for (size_t i = 0; i < ENTRY_TEXTS; i++)
        demand(strcmp(found.texts[i], entry.texts[i]) == 0);
    demand(!entry_read(file + length, length + written - 1, length, &found,
                       &size));
    demand(!entry_read(file + length, length + written, length + 1, &found,
                       &size));
    free(file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    read_file(bytes, length);
    write_entry(bytes, length);
    return 0;
}
