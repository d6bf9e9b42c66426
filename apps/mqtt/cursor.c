// SPDX-License-Identifier: Apache-2.0
/*
 * Two slots that are written in turn, so that one is always whole.  Opening
 * the file, and what the number in it means, is the spool's.
 */
#include "cursor.h"

#include "base/bytes.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { SLOT = 16 };

/* Eight bytes of sequence, four of CRC-32 (RFC 1952 8), four of nothing. */
static void
write_slot(unsigned char slot[SLOT], uint64_t sequence)
{
    memset(slot, 0, SLOT);
    bytes_put(slot, sequence, 8);
    bytes_put(slot + 8, crc32_z(0, slot, 8), 4);
}

/* Zero, which only means that messages are sent again, if it is torn. */
static uint64_t
read_slot(const unsigned char slot[SLOT])
{
    unsigned char again[SLOT];
    uint64_t sequence = bytes_get(slot, 8);

    write_slot(again, sequence);
    return memcmp(slot, again, SLOT) == 0 ? sequence : 0;
}

bool
cursor_open(struct cursor *cursor, int fd, uint64_t *sequence)
{
    unsigned char slots[2 * SLOT] = { 0 };
    uint64_t second;

    *cursor = (struct cursor){ .fd = fd };
    if (pread(fd, slots, sizeof slots, 0) < 0)
        return false;
    *sequence = read_slot(slots);
    second = read_slot(slots + SLOT);
    if (second > *sequence) {
        *sequence = second;
        cursor->writes = 1;
    }
    cursor->writes++; /* the next goes into the older slot */
    return true;
}

void
cursor_write(struct cursor *cursor, uint64_t sequence)
{
    unsigned char slot[SLOT];
    off_t at = (off_t)(cursor->writes % 2) * SLOT;

    if (cursor->fd < 0)
        return;
    write_slot(slot, sequence);
    if (pwrite(cursor->fd, slot, sizeof slot, at) == SLOT)
        cursor->writes++;
}

bool
cursor_close(struct cursor *cursor)
{
    int fd = cursor->fd;
    bool ok = fd >= 0 && fsync(fd) == 0;

    cursor->fd = -1;
    if (fd >= 0)
        close(fd);
    return ok;
}
