// SPDX-License-Identifier: Apache-2.0
/*
 * The end of the last tray, where entries are written, and the thread that has
 * a mover empty them.  The two share a few numbers under a mutex, which neither
 * holds while it works.
 */
#include "intake.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "entry.h"
#include "mover.h"
#include "station.h"
#include "tray.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* How much may wait to be moved: a part of what may be kept at all, but room
 * for some messages of any size. */
enum {
    WAITING_LEAST = 1048576,
    WAITING_MOST = 268435456,
    WAITING_PART = 4,
    TRAYS_LEAST = 4, /* that this is divided into */
    TRAY_MOST = 4194304,
};

/* Times, in milliseconds. */
enum { LOCK_TRIES = 20 }; /* whoever has the folder may be about to leave */

enum {
    GATHER = 5,      /* from the first message to its being moved */
    BREATHE = 1,     /* between two steps, when others may write */
    TRY_AGAIN = 500, /* after a failure */
    IDLE = 1000,     /* between two sweeps */
    LEAVE = 3000,    /* for what is left at the end */
    SAY_AGAIN = 10000,
};

struct intake {
    char *folder;
    int lock; /* of the folder */
    bool survives_power;
    int64_t most;          /* bytes of database and trays */
    uint64_t waiting_most; /* bytes of trays */
    uint64_t tray_most;    /* bytes of one */
    struct tray tray;      /* that is being filled; number 0 before any */
    uint64_t end;          /* of its last whole entry */
    int64_t said;          /* that nothing can be kept, on clock_milliseconds */
    struct mover *mover;   /* the thread's, while there is one */
    struct log_queue *lines;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t change;
    struct mover_limit limit; /* what may be moved */
    uint64_t bytes;           /* of all trays */
    bool is_idle;             /* the thread waits for CHANGE */
    bool is_ending;
};

static void
pause_for(int ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

    nanosleep(&time, NULL);
}

/* -- the thread -- */

/* Waits until CHANGE, MS milliseconds at most; the mutex is held. */
static void
wait_for_change(struct intake *intake, int ms)
{
    int64_t end = clock_milliseconds() + ms;
    struct timespec time = { end / 1000, end % 1000 * 1000000L };

    pthread_cond_timedwait(&intake->change, &intake->mutex, &time);
}

/* Rests for as long as the last step's RESULT asks for.  False when the thread
 * is to end. */
static bool
rest(struct intake *intake, enum mover_result result,
     const struct mover_limit *done)
{
    bool is_ending;

    if (result == MOVER_FULL)
        pause_for(BREATHE);
    pthread_mutex_lock(&intake->mutex);
    if (result == MOVER_FAILED && !intake->is_ending)
        wait_for_change(intake, TRY_AGAIN);
    if (result == MOVER_DONE && !intake->is_ending &&
        done->tray == intake->limit.tray && done->end == intake->limit.end) {
        intake->bytes = done->end; /* also if somebody removed the others */
        intake->is_idle = true;
        wait_for_change(intake, IDLE);
        intake->is_idle = false;
    }
    is_ending = intake->is_ending;
    pthread_mutex_unlock(&intake->mutex);
    if (!is_ending && result != MOVER_FULL)
        pause_for(GATHER);
    return !is_ending;
}

static enum mover_result
step(struct intake *intake, struct mover_limit *limit)
{
    enum mover_result result;
    uint64_t freed = 0;

    pthread_mutex_lock(&intake->mutex);
    *limit = intake->limit;
    pthread_mutex_unlock(&intake->mutex);
    result = mover_step(intake->mover, limit, &freed);
    if (freed == 0)
        return result;
    pthread_mutex_lock(&intake->mutex);
    intake->bytes -= freed < intake->bytes ? freed : intake->bytes;
    pthread_mutex_unlock(&intake->mutex);
    return result;
}

/* Deletes some of what is too old or too much, about once a second; *SWEPT is
 * when nothing was left to do.  False when there is more. */
static bool
sweep(struct intake *intake, int64_t *swept)
{
    int64_t bytes = intake->most;
    bool is_done = true;

    if (clock_milliseconds() - *swept < IDLE)
        return true;
    pthread_mutex_lock(&intake->mutex);
    if (bytes > 0)
        bytes -= (int64_t)intake->bytes;
    pthread_mutex_unlock(&intake->mutex);
    if (intake->most > 0 && bytes < 1)
        bytes = 1;
    if (mover_sweep(intake->mover, bytes, &is_done) && !is_done)
        return false;
    *swept = clock_milliseconds();
    return true;
}

static void *
run(void *context)
{
    struct intake *intake = context;
    struct mover_limit limit;
    enum mover_result result;
    int64_t swept = 0;
    int64_t end;

    log_divert(intake->lines);
    do {
        result = step(intake, &limit);
        if (result != MOVER_FAILED && !sweep(intake, &swept))
            result = MOVER_FULL;
    } while (rest(intake, result, &limit));
    end = clock_milliseconds() + LEAVE;
    do
        result = step(intake, &limit);
    while (result != MOVER_DONE && result != MOVER_FAILED &&
           clock_milliseconds() < end);
    return NULL;
}

/* Signals are for the threads that were there before. */
static bool
start_thread(struct intake *intake)
{
    sigset_t all;
    sigset_t before;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&intake->thread, NULL, run, intake);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        log_error("cannot start a thread: %s", strerror(code));
    intake->has_thread = code == 0;
    return intake->has_thread;
}

/* -- opening and closing -- */

static bool
take_folder(struct intake *intake, const char *path)
{
    struct tray_view view;

    intake->folder = tray_folder_name(path);
    if (intake->folder == NULL ||
        !tray_folder_open(intake->folder, &intake->lock))
        return false;
    if (!tray_folder_lock(intake->lock, LOCK_TRIES)) {
        log_event(LOG_NOT_KEPT, &(struct log_facts){ .file = intake->folder },
                  "another process takes in messages at %s", intake->folder);
        return false;
    }
    if (!tray_look(intake->folder, 0, &view))
        return false;
    intake->tray.number = view.last;
    intake->limit.tray = view.last + 1;
    intake->bytes = view.bytes;
    return true;
}

/* The limit of trays, from that of all. */
static void
divide(struct intake *intake)
{
    uint64_t most = (uint64_t)intake->most / WAITING_PART;

    if (intake->most == 0 || most > WAITING_MOST)
        most = WAITING_MOST;
    if (most < WAITING_LEAST)
        most = WAITING_LEAST;
    intake->waiting_most = most;
    intake->tray_most = most / TRAYS_LEAST;
    if (intake->tray_most > TRAY_MOST)
        intake->tray_most = TRAY_MOST;
}

static bool
prepare_threads(struct intake *intake)
{
    pthread_condattr_t attributes;
    bool ok = pthread_mutex_init(&intake->mutex, NULL) == 0 &&
              pthread_condattr_init(&attributes) == 0;

    if (!ok)
        return false;
    ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(&intake->change, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

struct intake *
intake_open(const char *path, enum traffic_durability durability, int64_t most)
{
    struct intake *intake = calloc(1, sizeof *intake);
    bool ok = false;

    if (intake == NULL || !prepare_threads(intake)) {
        log_error("out of memory");
        free(intake);
        return NULL;
    }
    intake->lock = intake->tray.fd = -1;
    intake->survives_power = durability == TRAFFIC_SURVIVES_POWER;
    intake->most = most;
    intake->said = -SAY_AGAIN;
    divide(intake);
    intake->lines = log_queue_new();
    if (intake->lines == NULL)
        log_error("out of memory");
    ok = intake->lines != NULL && take_folder(intake, path);
    if (ok)
        intake->mover = mover_new(path, intake->folder, durability);
    ok = ok && intake->mover != NULL && start_thread(intake);
    if (!ok)
        intake_close(&intake);
    return intake;
}

static void
end_thread(struct intake *intake)
{
    if (!intake->has_thread)
        return;
    pthread_mutex_lock(&intake->mutex);
    intake->is_ending = true;
    pthread_cond_signal(&intake->change);
    pthread_mutex_unlock(&intake->mutex);
    pthread_join(intake->thread, NULL);
    log_queue_tell(intake->lines);
}

/* An empty tray that nobody will fill needs not stay. */
static void
leave_folder(struct intake *intake)
{
    struct mover_limit none = { 0, 0 };
    uint64_t freed;

    if (intake->mover != NULL && intake->has_thread &&
        mover_step(intake->mover, &none, &freed) == MOVER_FAILED)
        log_event(
            LOG_DATABASE_FAILED, &(struct log_facts){ .file = intake->folder },
            "messages stay in %s until they can be moved", intake->folder);
}

void
intake_close(struct intake **intake)
{
    struct intake *gone = *intake;

    if (gone == NULL)
        return;
    *intake = NULL;
    end_thread(gone);
    tray_close(&gone->tray);
    leave_folder(gone);
    mover_free(&gone->mover);
    if (gone->lock >= 0)
        close(gone->lock);
    log_queue_free(&gone->lines);
    pthread_cond_destroy(&gone->change);
    pthread_mutex_destroy(&gone->mutex);
    free(gone->folder);
    free(gone);
}

bool
intake_is_in_place(const struct intake *intake)
{
    return tray_folder_is_in_place(intake->folder, intake->lock) &&
           (intake->tray.fd < 0 || tray_is_linked(&intake->tray));
}

void
intake_look(struct intake *intake)
{
    log_queue_tell(intake->lines);
}

/* -- taking in -- */

/* What is wrong is the same for each message: it is said now and then. */
static bool
refuse(struct intake *intake, const char *why)
{
    int64_t now = clock_milliseconds();

    if (now - intake->said >= SAY_AGAIN) {
        log_event(LOG_NOT_KEPT, &(struct log_facts){ .file = intake->folder },
                  "messages cannot be kept in %s, and devices keep them: %s",
                  intake->folder, why);
        intake->said = now;
    }
    return false;
}

/* Tells the thread that there is more to be moved: SIZE bytes, up to END. */
static void
publish(struct intake *intake, uint64_t size)
{
    bool is_idle;

    pthread_mutex_lock(&intake->mutex);
    intake->limit.tray = intake->tray.number;
    intake->limit.end = intake->end;
    intake->bytes += size;
    is_idle = intake->is_idle;
    intake->is_idle = false;
    pthread_mutex_unlock(&intake->mutex);
    if (is_idle)
        pthread_cond_signal(&intake->change);
}

/* Begins another tray when there is none, or this one is full. */
static bool
have_tray(struct intake *intake)
{
    struct tray next;

    if (intake->tray.fd >= 0 && intake->end < intake->tray_most)
        return true;
    if (!tray_make(intake->folder, intake->tray.number + 1,
                   intake->survives_power, &next))
        return refuse(intake, strerror(errno));
    tray_close(&intake->tray);
    intake->tray = next;
    intake->end = ENTRY_FILE_HEAD;
    publish(intake, ENTRY_FILE_HEAD);
    return true;
}

static bool
has_room(struct intake *intake, size_t size)
{
    bool has_room;

    pthread_mutex_lock(&intake->mutex);
    has_room = intake->bytes + size <= intake->waiting_most;
    pthread_mutex_unlock(&intake->mutex);
    return has_room || refuse(intake, "too many wait to be moved to the "
                                      "database, which is slow or locked");
}

/* What is not whole on the disk shall not be taken for something later: what
 * fdatasync failed at may never get there, so nothing follows it. */
static void
take_back(struct intake *intake, bool is_written)
{
    bool is_cut = ftruncate(intake->tray.fd, (off_t)intake->end) == 0;

    if (is_written || !is_cut)
        tray_close(&intake->tray);
}

static bool
take_in(struct intake *intake, const struct entry *entry)
{
    unsigned char head[ENTRY_HEAD + ENTRY_TEXTS_MOST];
    struct iovec parts[2];
    bool is_written;
    size_t size = 0;

    if (!have_tray(intake))
        return false;
    if (!entry_write(entry, intake->tray.id, head, &size))
        return refuse(intake, "one of them is too long");
    if (!has_room(intake, size + entry->length))
        return false;
    parts[0] = (struct iovec){ head, size };
    parts[1] = (struct iovec){ (void *)(uintptr_t)entry->data, entry->length };
    is_written = file_write_parts(intake->tray.fd, parts, 2, intake->end);
    if (!is_written ||
        (intake->survives_power && fdatasync(intake->tray.fd) != 0)) {
        int reason = errno;

        take_back(intake, is_written);
        return refuse(intake, strerror(reason));
    }
    if (!tray_is_linked(&intake->tray)) {
        take_back(intake, true);
        return refuse(intake, "somebody removed the file that they were in");
    }
    intake->end += size + entry->length;
    publish(intake, size + entry->length);
    return true;
}

bool
intake_message(struct intake *intake, const struct traffic_message *message)
{
    struct entry entry = station_entry(message);

    return take_in(intake, &entry);
}

bool
intake_state(struct intake *intake, uint64_t num_id, const void *data,
             size_t length)
{
    struct entry entry = station_state_entry(num_id, data, length);

    return take_in(intake, &entry);
}
