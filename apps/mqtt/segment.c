// SPDX-License-Identifier: Apache-2.0
/*
 * Files of messages.  A file comes into being whole, grows at its end only,
 * and is cut back to its last whole message when an append fails.
 */
#define _GNU_SOURCE /* memfd_create */
#include "segment.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* A first read that holds most messages whole. */
enum { FIRST_READ = 4096 };

static struct segment *
new_empty(void)
{
    struct segment *segment = calloc(1, sizeof *segment);

    if (segment == NULL)
        log_error("out of memory for the spool");
    else
        segment->fd = -1;
    return segment;
}

/* Opens the file of SEGMENT, of which LENGTH bytes are good. */
static bool
open_file(struct segment *segment, uint64_t begin, uint64_t length)
{
    segment->fd = open(segment->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (segment->fd < 0) {
        log_error("cannot open %s: %s", segment->path, strerror(errno));
        return false;
    }
    segment->begin = begin;
    segment->end = segment->synced = length;
    return true;
}

static bool
name_file(struct segment *segment, const char *folder, const char *name)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof path) {
        log_error("the name of the spool is too long: %s", folder);
        return false;
    }
    segment->path = strdup(path);
    if (segment->path == NULL)
        log_error("out of memory for the spool");
    return segment->path != NULL;
}

static bool
open_memory(struct segment *segment)
{
    segment->fd = memfd_create("spool", MFD_CLOEXEC);
    if (segment->fd < 0)
        log_error("cannot keep messages in memory: %s", strerror(errno));
    return segment->fd >= 0;
}

struct segment *
segment_new(const char *folder, const char *owner, uint64_t first)
{
    struct segment *segment = new_empty();
    unsigned char head[RECORD_FILE_HEAD_MOST];
    size_t length = record_write_owner(owner, head);
    char name[SEGMENT_NAME + 1];
    bool ok = false;

    if (segment == NULL)
        return NULL;
    if (folder == NULL)
        ok = open_memory(segment);
    else {
        snprintf(name, sizeof name, "%020" PRIu64 ".log", first);
        ok = name_file(segment, folder, name) &&
             file_write(segment->path, head, length, 0600, true) &&
             open_file(segment, length, length);
    }
    if (!ok)
        segment_free(&segment, true);
    return segment;
}

/* What was found in a file that is read back. */
struct reading {
    const unsigned char *bytes;
    size_t length;
    size_t begin;        /* of the first message, 0 if the head is damaged */
    unsigned char *good; /* the file as it should be */
    size_t good_length;
    bool is_cut; /* all damage is at the end */
};

/* Copies what is whole to reading->good and shows it. */
static void
sort_out(struct reading *reading, struct segment *segment, uint64_t after,
         segment_visit *visit, void *context)
{
    struct record record;
    size_t at = reading->begin;

    while (record_find(reading->bytes, reading->length, segment->last, &at,
                       &record)) {
        size_t size = record_size(&record);

        if (at != reading->good_length)
            reading->is_cut = false;
        memcpy(reading->good + reading->good_length, reading->bytes + at, size);
        reading->good_length += size;
        at += size;
        segment->last = record.sequence;
        if (record.sequence > after)
            visit(context, &record);
    }
}

/* Keeps a copy of what was found for whoever wants to look at it. */
static void
set_aside(const struct segment *segment, const char *folder,
          const struct reading *reading)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/torn", folder);
    log_warning("%s was cut short or damaged: %zu of its %zu bytes are whole, "
                "and a copy is set aside as %s",
                segment->path, reading->good_length, reading->length, path);
    if (!file_write(path, reading->bytes, reading->length, 0600, true))
        log_warning("going on without that copy");
}

/* A cut needs no room on the disk, which may well be full. */
static bool
repair(struct segment *segment, const char *folder,
       const struct reading *reading)
{
    if (reading->begin != 0 && reading->good_length == reading->length)
        return true;
    set_aside(segment, folder, reading);
    if (!reading->is_cut)
        return file_write(segment->path, reading->good, reading->good_length,
                          0600, true);
    if (truncate(segment->path, (off_t)reading->good_length) == 0)
        return true;
    log_error("cannot cut %s: %s", segment->path, strerror(errno));
    return false;
}

/* Reads the beginning, or puts back one that is damaged. */
static bool
read_owner(struct reading *reading, const struct segment *segment,
           const char *owner)
{
    const char *named = NULL;
    size_t named_length = 0;

    reading->begin = record_read_owner(reading->bytes, reading->length, &named,
                                       &named_length);
    reading->is_cut = reading->begin != 0;
    reading->good_length = record_write_owner(owner, reading->good);
    if (reading->begin == 0 || (named_length == strlen(owner) &&
                                memcmp(named, owner, named_length) == 0))
        return true;
    log_error("%s holds messages of %.*s; give each device a spool of its own",
              segment->path, (int)named_length, named);
    return false;
}

struct segment *
segment_load(const char *folder, const char *name, const char *owner,
             uint64_t after, segment_visit *visit, void *context)
{
    struct segment *segment = new_empty();
    struct reading reading = { 0 };
    char *text = NULL;
    size_t begin;
    bool ok = false;

    if (segment == NULL || !name_file(segment, folder, name) ||
        !file_read(segment->path, SEGMENT_MOST + RECORD_MOST, &text,
                   &reading.length))
        goto out;
    reading.bytes = (const unsigned char *)text;
    reading.good = malloc(reading.length + RECORD_FILE_HEAD_MOST);
    if (reading.good == NULL) {
        log_error("out of memory reading %s", segment->path);
        goto out;
    }
    if (!read_owner(&reading, segment, owner))
        goto out;
    begin = reading.good_length;
    sort_out(&reading, segment, after, visit, context);
    ok = repair(segment, folder, &reading) &&
         open_file(segment, begin, reading.good_length) &&
         segment_sync(segment);
out:
    file_free(&text, reading.length);
    free(reading.good);
    if (!ok)
        segment_free(&segment, true);
    return segment;
}

bool
segment_append(struct segment *segment, const struct record *record)
{
    unsigned char head[RECORD_HEAD + RECORD_TOPIC_MOST];
    struct iovec parts[] = {
        { head, record_write(record, head) },
        { (void *)(uintptr_t)record->payload, record->payload_length },
    };
    int saved;

    if (file_write_parts(segment->fd, parts, 2, segment->end)) {
        segment->end += record_size(record);
        segment->last = record->sequence;
        return true;
    }
    saved = errno;
    /* Should this fail too, the next open sets the torn end aside. */
    if (ftruncate(segment->fd, (off_t)segment->end) != 0)
        log_warning("cannot cut the spool back: %s", strerror(errno));
    errno = saved;
    return false;
}

bool
segment_empty(struct segment *segment)
{
    if (ftruncate(segment->fd, (off_t)segment->begin) != 0)
        return false;
    segment->end = segment->synced = segment->begin;
    return true;
}

/* A file of the same bytes in the place of this one. */
static bool
write_anew(struct segment *segment)
{
    unsigned char *bytes = malloc((size_t)segment->end + 1);
    int fd = -1;

    if (bytes != NULL &&
        file_read_at(segment->fd, bytes, (size_t)segment->end, 0) &&
        file_write(segment->path, bytes, (size_t)segment->end, 0600, true))
        fd = open(segment->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        close(segment->fd);
        segment->fd = fd;
    }
    free(bytes);
    return fd >= 0;
}

bool
segment_sync(struct segment *segment)
{
    bool ok = segment->path == NULL ||
              (segment->is_doubtful ? write_anew(segment)
                                    : fdatasync(segment->fd) == 0);

    segment->is_doubtful = !ok;
    if (ok)
        segment->synced = segment->end;
    else
        log_error("cannot bring %s to the disk: %s", segment->path,
                  strerror(errno));
    return ok;
}

bool
segment_read(const struct segment *segment, uint64_t at, unsigned char *buffer,
             struct record *record)
{
    uint64_t left = segment->end - at;
    size_t first = left < FIRST_READ ? (size_t)left : FIRST_READ;
    size_t size = 0;

    if (first >= RECORD_HEAD && file_read_at(segment->fd, buffer, first, at))
        size = record_peek(buffer);
    if (size > first && size <= left &&
        !file_read_at(segment->fd, buffer + first, size - first, at + first))
        size = 0;
    if (size > 0 && size <= left && record_read(buffer, size, record))
        return true;
    log_error("%s was changed under our hands at byte %" PRIu64
              "; start again to have it repaired",
              segment->path != NULL ? segment->path : "the spool", at);
    return false;
}

void
segment_free(struct segment **segment, bool needed)
{
    struct segment *gone = *segment;

    if (gone == NULL)
        return;
    *segment = NULL;
    if (gone->fd >= 0)
        close(gone->fd);
    if (!needed && gone->path != NULL && unlink(gone->path) != 0)
        log_warning("cannot remove %s: %s", gone->path, strerror(errno));
    free(gone->path);
    free(gone);
}
