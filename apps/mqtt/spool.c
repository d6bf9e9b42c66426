// SPDX-License-Identifier: Apache-2.0
/*
 * The spool: a row of segments, a cursor, and a window of messages that are
 * handed out.  What a message looks like is record.c's; the files are
 * segment.c's and cursor.c's; when to send what is the caller's.
 */
#include "spool.h"

#include "base/file.h"
#include "base/log.h"
#include "cursor.h"
#include "segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEGMENT_LEAST = 64 * 1024, SEGMENT_PARTS = 8 };

/* A place in the row of segments. */
struct place {
    struct segment *segment;
    uint64_t at;
};

/* A message handed out. */
struct flight {
    uint64_t sequence;
    uint64_t size;
    struct place place;
    bool is_acknowledged;
};

struct spool {
    char *folder; /* NULL: in memory */
    char *owner;
    struct spool_limits limits;
    uint64_t segment_size;
    int lock;
    struct cursor cursor;
    struct segment *first, *last;
    struct place reader;
    uint64_t sequence;     /* of the newest message */
    uint64_t acknowledged; /* all messages up to this one are */
    uint64_t bytes, count; /* not acknowledged */
    struct flight window[SPOOL_WINDOW];
    size_t flying_first, flying; /* a ring in the window */
    unsigned char buffer[RECORD_MOST];
};

static bool
join(const struct spool *spool, const char *name, char path[PATH_MAX])
{
    int length = snprintf(path, PATH_MAX, "%s/%s", spool->folder, name);

    if (length >= 0 && length < PATH_MAX)
        return true;
    log_error("the name of the spool is too long: %s", spool->folder);
    return false;
}

/* Opens a file of the folder that is ours for as long as we run. */
static bool
open_own(const struct spool *spool, const char *name, int *fd)
{
    char path[PATH_MAX];

    if (!join(spool, name, path))
        return false;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        log_error("cannot open %s: %s", path, strerror(errno));
    return *fd >= 0;
}

static bool
take_lock(struct spool *spool)
{
    if (!open_own(spool, "lock", &spool->lock))
        return false;
    if (flock(spool->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    log_error("the spool %s is in use by another process", spool->folder);
    return false;
}

static bool
open_cursor(struct spool *spool)
{
    int fd = -1;

    if (!open_own(spool, "cursor", &fd))
        return false;
    if (!cursor_open(&spool->cursor, fd, &spool->acknowledged)) {
        log_error("cannot read the cursor of %s: %s", spool->folder,
                  strerror(errno));
        return false;
    }
    spool->sequence = spool->acknowledged;
    return true;
}

static void
count_in(void *context, const struct record *record)
{
    struct spool *spool = context;

    spool->bytes += record_size(record);
    spool->count++;
}

static void
add_segment(struct spool *spool, struct segment *segment)
{
    if (spool->last != NULL)
        spool->last->next = segment;
    else
        spool->first = segment;
    spool->last = segment;
    if (segment->last > spool->sequence)
        spool->sequence = segment->last;
}

static int
is_segment(const struct dirent *entry)
{
    return strlen(entry->d_name) == SEGMENT_NAME &&
           strspn(entry->d_name, "0123456789") == SEGMENT_NAME - 4 &&
           strcmp(entry->d_name + SEGMENT_NAME - 4, ".log") == 0;
}

/* What file_write was interrupted at: a segment's or torn's name and more. */
static int
is_leftover(const struct dirent *entry)
{
    return strncmp(entry->d_name, "torn.", 5) == 0 ||
           (strlen(entry->d_name) > SEGMENT_NAME &&
            strspn(entry->d_name, "0123456789") == SEGMENT_NAME - 4 &&
            strncmp(entry->d_name + SEGMENT_NAME - 4, ".log.", 5) == 0);
}

static void
remove_leftovers(const struct spool *spool)
{
    struct dirent **names = NULL;
    int count = scandir(spool->folder, &names, is_leftover, alphasort);
    char path[PATH_MAX];

    for (int i = 0; i < count; i++) {
        if (join(spool, names[i]->d_name, path) && unlink(path) != 0)
            log_warning("cannot remove %s: %s", path, strerror(errno));
        free(names[i]);
    }
    free(names);
}

/* Reads back what an earlier process left, oldest first. */
static bool
load(struct spool *spool)
{
    struct dirent **names = NULL;
    int count = scandir(spool->folder, &names, is_segment, alphasort);
    bool ok = count >= 0;

    if (!ok)
        log_error("cannot read the folder %s: %s", spool->folder,
                  strerror(errno));
    for (int i = 0; i < count; i++) {
        struct segment *segment = NULL;

        if (ok)
            segment =
                segment_load(spool->folder, names[i]->d_name, spool->owner,
                             spool->acknowledged, count_in, spool);
        if (segment != NULL && segment->last <= spool->acknowledged)
            segment_free(&segment, false);
        else if (segment != NULL)
            add_segment(spool, segment);
        else
            ok = false;
        free(names[i]);
    }
    free(names);
    return ok;
}

/* What is synced in a folder lasts as long as the folder's own name does. */
static bool
make_folder(const char *folder)
{
    if (mkdir(folder, 0700) == 0)
        return file_sync_folder(folder);
    return errno == EEXIST;
}

/* Who can put files into the folder can speak for the device. */
static bool
is_ours_alone(const char *folder)
{
    struct stat status;

    if (stat(folder, &status) != 0)
        log_error("cannot look at the folder %s: %s", folder, strerror(errno));
    else if (status.st_uid != geteuid())
        log_error("the spool %s belongs to another user, whose messages would "
                  "be sent as this device's: give it to user %lu",
                  folder, (unsigned long)geteuid());
    else if ((status.st_mode & S_IWOTH) != 0)
        log_error("anybody can write to the spool %s and have messages sent "
                  "as this device's: chmod o-w it",
                  folder);
    else
        return true;
    return false;
}

static bool
open_folder(struct spool *spool, const char *folder)
{
    spool->folder = strdup(folder);
    if (spool->folder == NULL) {
        log_error("out of memory for the spool");
        return false;
    }
    if (!make_folder(folder)) {
        log_error("cannot make the folder %s: %s", folder, strerror(errno));
        return false;
    }
    if (!is_ours_alone(folder) || !take_lock(spool) || !open_cursor(spool))
        return false;
    remove_leftovers(spool);
    return load(spool);
}

/* Moves the reader to the first message that is not acknowledged. */
static void
find_reader(struct spool *spool)
{
    struct place place = { spool->first, 0 };
    struct record record;

    if (spool->first != NULL)
        place.at = spool->first->begin;
    while (place.segment != NULL && place.at < place.segment->synced &&
           segment_read(place.segment, place.at, spool->buffer, &record) &&
           record.sequence <= spool->acknowledged)
        place.at += record_size(&record);
    spool->reader = place;
}

static bool
copy_owner(struct spool *spool, const char *owner)
{
    if (strlen(owner) > RECORD_OWNER_MOST) {
        log_error("the name of the spool's owner is longer than %d bytes",
                  RECORD_OWNER_MOST);
        return false;
    }
    spool->owner = strdup(owner);
    if (spool->owner == NULL)
        log_error("out of memory for the spool");
    return spool->owner != NULL;
}

struct spool *
spool_open(const char *folder, const char *owner,
           const struct spool_limits *limits)
{
    struct spool *spool = calloc(1, sizeof *spool);

    if (spool == NULL) {
        log_error("out of memory for the spool");
        return NULL;
    }
    spool->lock = spool->cursor.fd = -1;
    spool->limits = *limits;
    spool->segment_size = limits->bytes / SEGMENT_PARTS;
    if (spool->segment_size > SEGMENT_MOST)
        spool->segment_size = SEGMENT_MOST;
    if (spool->segment_size < SEGMENT_LEAST)
        spool->segment_size = SEGMENT_LEAST;
    if (!copy_owner(spool, owner) ||
        (folder != NULL && !open_folder(spool, folder)))
        spool_close(&spool);
    else
        find_reader(spool);
    return spool;
}

/* For a message of LENGTH bytes of payload. */
static bool
has_room(const struct spool *spool, size_t length)
{
    return spool->count < spool->limits.messages &&
           spool->bytes + RECORD_HEAD + RECORD_TOPIC_MOST + length <=
               spool->limits.bytes;
}

/* A segment with room for one more message. */
static struct segment *
writable(struct spool *spool)
{
    struct segment *segment = spool->last;

    if (segment != NULL && segment->end < spool->segment_size)
        return segment;
    if (segment != NULL && !segment_sync(segment))
        return NULL;
    segment = segment_new(spool->folder, spool->owner, spool->sequence + 1);
    if (segment == NULL)
        return NULL;
    add_segment(spool, segment);
    if (spool->reader.segment == NULL)
        spool->reader = (struct place){ segment, segment->begin };
    return segment;
}

/* Appends; on a full disk, room may be what acknowledged messages take. */
static bool
append(struct spool *spool, struct segment *segment,
       const struct record *record)
{
    if (segment_append(segment, record))
        return true;
    if (spool->count > 0 || segment->end == segment->begin ||
        !segment_empty(segment))
        return false;
    spool->reader = (struct place){ segment, segment->begin };
    return segment_append(segment, record);
}

bool
spool_append(struct spool *spool, const struct record *record,
             const char **reason)
{
    struct record numbered = *record;
    struct segment *segment;

    *reason = "the spool is full";
    if (record->topic_length == 0 || record->topic_length > RECORD_TOPIC_MOST ||
        record->payload_length > RECORD_PAYLOAD_MOST) {
        *reason = "the message is too long";
        return false;
    }
    if (!has_room(spool, record->payload_length))
        return false;
    segment = writable(spool);
    if (segment == NULL) {
        *reason = "the spool cannot be written";
        return false;
    }
    numbered.sequence = spool->sequence + 1;
    if (!append(spool, segment, &numbered)) {
        *reason = strerror(errno);
        return false;
    }
    spool->sequence++;
    count_in(spool, &numbered);
    return true;
}

bool
spool_sync(struct spool *spool)
{
    return spool->last == NULL || spool->last->synced == spool->last->end ||
           segment_sync(spool->last);
}

enum spool_answer
spool_next(struct spool *spool, struct record *record)
{
    struct place *reader = &spool->reader;
    struct flight *flight;

    if (reader->segment == NULL || spool->flying == SPOOL_WINDOW)
        return SPOOL_NOTHING;
    if (reader->at == reader->segment->synced &&
        reader->segment->next != NULL) {
        reader->segment = reader->segment->next;
        reader->at = reader->segment->begin;
    }
    if (reader->at == reader->segment->synced)
        return SPOOL_NOTHING;
    if (!segment_read(reader->segment, reader->at, spool->buffer, record))
        return SPOOL_BROKEN;
    flight =
        &spool->window[(spool->flying_first + spool->flying++) % SPOOL_WINDOW];
    *flight = (struct flight){ .sequence = record->sequence,
                               .size = record_size(record),
                               .place = *reader };
    reader->at += record_size(record);
    return SPOOL_MESSAGE;
}

/* Segments of which nothing is needed any more; the last one still grows. */
static void
drop_segments(struct spool *spool)
{
    while (spool->first != spool->last &&
           spool->first->last <= spool->acknowledged) {
        struct segment *next = spool->first->next;

        if (spool->reader.segment == spool->first)
            spool->reader = (struct place){ next, next->begin };
        segment_free(&spool->first, false);
        spool->first = next;
    }
}

void
spool_acknowledge(struct spool *spool, uint64_t sequence)
{
    struct flight *flight;
    bool has_moved = false;

    for (size_t i = 0; i < spool->flying; i++) {
        flight = &spool->window[(spool->flying_first + i) % SPOOL_WINDOW];
        if (flight->sequence == sequence)
            flight->is_acknowledged = true;
    }
    while (spool->flying > 0) {
        flight = &spool->window[spool->flying_first];
        if (!flight->is_acknowledged)
            break;
        spool->acknowledged = flight->sequence;
        spool->bytes -= flight->size;
        spool->count--;
        spool->flying_first = (spool->flying_first + 1) % SPOOL_WINDOW;
        spool->flying--;
        has_moved = true;
    }
    if (has_moved) {
        cursor_write(&spool->cursor, spool->acknowledged);
        drop_segments(spool);
    }
}

void
spool_rewind(struct spool *spool)
{
    if (spool->flying > 0)
        spool->reader = spool->window[spool->flying_first].place;
    spool->flying = 0;
}

uint64_t
spool_count(const struct spool *spool)
{
    return spool->count;
}

void
spool_close(struct spool **spool)
{
    struct spool *gone = *spool;
    bool needed;

    if (gone == NULL)
        return;
    *spool = NULL;
    /* The cursor keeps the numbering going when all segments are gone. */
    needed = !cursor_close(&gone->cursor) || gone->count > 0;
    while (gone->first != NULL) {
        struct segment *next = gone->first->next;

        segment_free(&gone->first, needed);
        gone->first = next;
    }
    if (gone->lock >= 0)
        close(gone->lock);
    free(gone->folder);
    free(gone->owner);
    free(gone);
}
