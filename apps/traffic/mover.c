// SPDX-License-Identifier: Apache-2.0
/*
 * A position in the trays, an open database, and a window of bytes between
 * them.  A tray is removed when the database has all of it.
 */
#include "mover.h"

#include "base/file.h"
#include "base/log.h"
#include "entry.h"
#include "station.h"
#include "tray.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What one step moves: it shall hold the writers' lock for a few milliseconds
 * at most.  An entry that is larger is moved by itself. */
enum {
    ENTRIES_A_STEP = 256,
    BYTES_A_STEP = 65536,
    WINDOW = 2 * ENTRY_MOST, /* any that begins in its first half is whole */
};

struct mover {
    const char *path;
    const char *folder;
    enum traffic_durability durability;
    struct traffic *traffic; /* NULL while it cannot be opened */
    struct tray tray;        /* that is being emptied */
    uint64_t at;             /* the first byte of it that is to be moved */
    uint64_t dropped;        /* all trays up to this number are moved */
    size_t count;
    struct entry entries[ENTRIES_A_STEP];
    struct traffic_touch touches[ENTRIES_A_STEP];
    unsigned char window[WINDOW];
};

struct mover *
mover_new(const char *path, const char *folder,
          enum traffic_durability durability)
{
    struct mover *mover = calloc(1, sizeof *mover);

    if (mover == NULL) {
        log_error("out of memory");
        return NULL;
    }
    mover->path = path;
    mover->folder = folder;
    mover->durability = durability;
    mover->tray.fd = -1;
    return mover;
}

static void
let_go(struct mover *mover)
{
    tray_close(&mover->tray);
    mover->tray.number = 0;
    mover->dropped = 0;
    traffic_close(&mover->traffic);
}

void
mover_free(struct mover **mover)
{
    if (*mover == NULL)
        return;
    let_go(*mover);
    free(*mover);
    *mover = NULL;
}

/* Opens the tray NUMBER at its first entry.  One that was only just being made
 * when a process ended has nothing in it; what else is none of ours stays for
 * somebody to look at. */
static bool
take_tray(struct mover *mover, uint64_t number)
{
    bool is_whole = false;
    uint64_t size;

    if (!tray_open(mover->folder, number, &mover->tray, &is_whole)) {
        log_event(LOG_DATABASE_FAILED,
                  &(struct log_facts){ .file = mover->folder },
                  "cannot read the messages in %s", mover->folder);
        mover->tray.number = 0;
        return false;
    }
    mover->at = ENTRY_FILE_HEAD;
    if (is_whole)
        return true;
    size = tray_size(&mover->tray);
    tray_close(&mover->tray);
    if (size >= ENTRY_FILE_HEAD)
        log_event(LOG_DAMAGED, &(struct log_facts){ .file = mover->folder },
                  "%s/%020" PRIu64 " is none of ours, or of another version: "
                  "it is left there as .damaged",
                  mover->folder, number);
    tray_remove(mover->folder, number, size >= ENTRY_FILE_HEAD);
    return true;
}

/* Is this tray whole and there?  Another thread may just be making one. */
static bool
may_take(uint64_t number, const struct mover_limit *limit)
{
    return number != 0 && (limit->tray == 0 || number < limit->tray ||
                           (number == limit->tray && limit->end > 0));
}

/* Goes to the tray behind the one that there was, if there is any.  One that
 * was moved and could not be removed is not gone to again. */
static bool
next_tray(struct mover *mover, const struct mover_limit *limit)
{
    uint64_t after = mover->tray.number;
    struct tray_view view;

    if (after < mover->dropped)
        after = mover->dropped;
    tray_close(&mover->tray);
    if (!tray_look(mover->folder, after, &view))
        return false;
    if (may_take(view.next, limit))
        return take_tray(mover, view.next);
    mover->tray.number = 0;
    return true;
}

/* Removes the tray that was emptied, and before it whatever could not be: the
 * database knows of the newest alone that it has all before it. */
static void
drop_tray(struct mover *mover, uint64_t *freed)
{
    struct tray_view view;

    *freed += tray_size(&mover->tray);
    tray_close(&mover->tray);
    mover->dropped = mover->tray.number;
    while (tray_look(mover->folder, 0, &view) && view.next != 0 &&
           view.next <= mover->dropped &&
           tray_remove(mover->folder, view.next, false))
        continue;
}

/* Removes the trays before the one that is open. */
static bool
drop_before(struct mover *mover, const struct mover_limit *limit,
            uint64_t *freed)
{
    uint64_t here = mover->tray.number;
    uint64_t at = mover->at;

    mover->tray.number = 0;
    for (;;) {
        if (!next_tray(mover, limit))
            return false;
        if (mover->tray.number == here)
            break;
        if (mover->tray.fd >= 0)
            drop_tray(mover, freed);
    }
    mover->at = at;
    return true;
}

/* Finds the place up to which the database has everything.  A database that
 * knows of no such place, such as a new one, gets all there is. */
static bool
find_place(struct mover *mover, const struct mover_limit *limit,
           uint64_t *freed)
{
    uint64_t id;
    uint64_t at;

    if (!station_place_find(mover->traffic, &id, &at))
        return false;
    mover->tray.number = 0;
    do {
        if (!next_tray(mover, limit))
            return false;
        if (mover->tray.fd >= 0 && mover->tray.id == id) {
            mover->at = at;
            return drop_before(mover, limit, freed);
        }
    } while (mover->tray.number != 0);
    return true;
}

/* Opens the database if it is not open, or is another one now. */
static bool
is_ready(struct mover *mover, const struct mover_limit *limit, uint64_t *freed)
{
    if (mover->traffic != NULL && !traffic_is_in_place(mover->traffic))
        let_go(mover);
    if (mover->traffic != NULL)
        return true;
    mover->traffic = traffic_open(mover->path, TRAFFIC_MOVE, mover->durability);
    if (mover->traffic != NULL && !find_place(mover, limit, freed))
        let_go(mover);
    return mover->traffic != NULL;
}

static uint64_t
end_of_tray(const struct mover *mover, const struct mover_limit *limit)
{
    return mover->tray.number == limit->tray ? limit->end
                                             : tray_size(&mover->tray);
}

/* Reads entries, of which there are LEFT bytes, up to MOST of them; *USED is
 * how many were read. */
static bool
read_entries(struct mover *mover, uint64_t left, size_t most, size_t *used)
{
    size_t length = left < most ? (size_t)left : most;
    size_t size;

    *used = 0;
    mover->count = 0;
    if (!file_read_at(mover->tray.fd, mover->window, length, mover->at)) {
        log_event(LOG_DATABASE_FAILED,
                  &(struct log_facts){ .file = mover->folder },
                  "cannot read the messages in %s", mover->folder);
        return false;
    }
    while (mover->count < ENTRIES_A_STEP &&
           entry_read(mover->window + *used, length - *used, mover->tray.id,
                      &mover->entries[mover->count], &size)) {
        mover->count++;
        *used += size;
    }
    return true;
}

/* How many bytes are no entry, of LEFT: the end of a tray that was being filled
 * when its process ended, or damage. */
static size_t
pass_over(const struct mover *mover, uint64_t left)
{
    size_t length = left < WINDOW ? (size_t)left : WINDOW;
    size_t size = entry_search(mover->window, length, mover->tray.id, 1);

    if (size == left)
        log_info("%s/%020" PRIu64 ": its last %zu bytes are no whole message, "
                 "which was never acknowledged",
                 mover->folder, mover->tray.number, size);
    else {
        if (size == length)
            size -= ENTRY_MOST;
        log_event(LOG_DAMAGED, &(struct log_facts){ .file = mover->folder },
                  "%s/%020" PRIu64 " is damaged: %zu bytes of messages were "
                  "passed over",
                  mover->folder, mover->tray.number, size);
    }
    return size;
}

/* When who published last, each device once. */
static bool
touch(struct mover *mover)
{
    size_t count = 0;

    for (size_t i = mover->count; i > 0; i--) {
        const struct entry *entry = &mover->entries[i - 1];
        size_t known = 0;

        while (known < count && mover->touches[known].num_id != entry->num_id)
            known++;
        if (known == count && entry->kind == ENTRY_MESSAGE)
            mover->touches[count++] =
                (struct traffic_touch){ entry->num_id, TRAFFIC_EVENT,
                                        entry->at_ms / 1000 };
    }
    return traffic_touch(mover->traffic, mover->touches, count);
}

static bool
put_entries(struct mover *mover, uint64_t at)
{
    bool has_topic; /* one that was deleted takes its messages along */

    for (size_t i = 0; i < mover->count; i++) {
        const struct entry *entry = &mover->entries[i];

        if (entry->kind == ENTRY_MESSAGE
                ? !station_message_put(mover->traffic, entry, &has_topic)
                : !station_state_put(mover->traffic, entry))
            return false;
    }
    return touch(mover) &&
           station_place_set(mover->traffic, mover->tray.id, at);
}

/* Moves the entries that begin at mover->at; *USED is how many bytes. */
static bool
move_some(struct mover *mover, uint64_t left, size_t *used)
{
    if (!read_entries(mover, left, BYTES_A_STEP, used) ||
        (mover->count == 0 && !read_entries(mover, left, WINDOW, used)))
        return false;
    if (mover->count == 0)
        *used = pass_over(mover, left);
    return traffic_begin(mover->traffic) &&
           traffic_end(mover->traffic, put_entries(mover, mover->at + *used));
}

enum mover_result
mover_step(struct mover *mover, const struct mover_limit *limit,
           uint64_t *freed)
{
    uint64_t left;
    size_t used;

    *freed = 0;
    if (!is_ready(mover, limit, freed))
        return MOVER_FAILED;
    while (mover->tray.fd < 0 || mover->at >= end_of_tray(mover, limit)) {
        if (mover->tray.fd >= 0 && mover->tray.number == limit->tray)
            return MOVER_DONE;
        if (mover->tray.fd >= 0)
            drop_tray(mover, freed);
        if (!next_tray(mover, limit))
            return MOVER_FAILED;
        if (mover->tray.number == 0)
            return MOVER_DONE;
    }
    left = end_of_tray(mover, limit) - mover->at;
    if (!move_some(mover, left, &used))
        return MOVER_FAILED;
    mover->at += used;
    return used < left ? MOVER_FULL : MOVER_MOVED;
}

bool
mover_sweep(struct mover *mover, int64_t bytes, bool *is_done)
{
    *is_done = true;
    return mover->traffic != NULL &&
           traffic_sweep(mover->traffic, bytes, is_done);
}
