// SPDX-License-Identifier: Apache-2.0
/*
 * Two pages: one is filled while the other is written.  The mutex is held to
 * add a line or to exchange the two, and never while anything is written.
 */
#include "scribe.h"

#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Milliseconds. */
enum {
    IDLE = 1000,     /* between two pages */
    TRY_AGAIN = 500, /* after a failure */
};

struct scribe {
    const char *path;
    struct traffic *traffic; /* the thread's; NULL while it is not open */
    enum page_left left;     /* likewise */
    bool may_write;          /* likewise, as it was when it took a page */
    struct log_queue *lines;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t change;
    bool is_ours; /* the database */
    bool is_urgent;
    bool is_ending;
    int filled; /* the page that is; the other is the thread's */
    struct page pages[2];
};

/* -- the thread -- */

static void
let_go(struct scribe *scribe)
{
    traffic_close(&scribe->traffic);
    if (scribe->left == PAGE_LEFT_NOTHING)
        scribe->left = PAGE_LEFT_TO_CLEAR;
}

/* The database may have been moved away. */
static bool
is_open(struct scribe *scribe)
{
    if (!scribe->may_write ||
        (scribe->traffic != NULL && !traffic_is_in_place(scribe->traffic)))
        let_go(scribe);
    if (scribe->traffic != NULL || !scribe->may_write)
        return scribe->traffic != NULL;
    scribe->traffic =
        traffic_open(scribe->path, TRAFFIC_GATHER, TRAFFIC_SURVIVES_KILL);
    if (scribe->traffic != NULL)
        traffic_leave_the_log(scribe->traffic);
    return scribe->traffic != NULL;
}

/* Writes the thread's page, if there is anything to write. */
static bool
write_page(struct scribe *scribe)
{
    struct page *page = &scribe->pages[1 - scribe->filled];

    if (page_is_empty(page) && scribe->left == PAGE_LEFT_NOTHING)
        return true;
    if (!is_open(scribe) || !page_write(page, scribe->left, scribe->traffic))
        return false;
    scribe->left = PAGE_LEFT_NOTHING;
    page_clear(page);
    return true;
}

/* Until there is something to do, MS milliseconds at most; the mutex is held.
 */
static void
wait_for_change(struct scribe *scribe, bool *until, int ms)
{
    int64_t end = clock_milliseconds() + ms;
    struct timespec time = { end / 1000, end % 1000 * 1000000L };

    while (!*until && !scribe->is_ending && clock_milliseconds() < end)
        pthread_cond_timedwait(&scribe->change, &scribe->mutex, &time);
}

/* Takes the next page once the last is written.  False when it is to end. */
static bool
next_page(struct scribe *scribe, bool is_written)
{
    bool never = false;
    bool goes_on;

    pthread_mutex_lock(&scribe->mutex);
    if (!is_written)
        wait_for_change(scribe, &never, TRY_AGAIN);
    else
        wait_for_change(scribe, &scribe->is_urgent, IDLE);
    if (is_written) {
        scribe->filled = 1 - scribe->filled;
        scribe->is_urgent = false;
    }
    scribe->may_write = scribe->is_ours;
    goes_on = !scribe->is_ending;
    pthread_mutex_unlock(&scribe->mutex);
    return goes_on;
}

static void *
run(void *context)
{
    struct scribe *scribe = context;
    bool is_written = true;

    log_divert(scribe->lines);
    while (next_page(scribe, is_written))
        is_written = write_page(scribe);
    /* By now nobody fills a page.  The second try is for a lock that outlasts
     * one. */
    (void)(write_page(scribe) || write_page(scribe));
    scribe->filled = 1 - scribe->filled;
    (void)write_page(scribe);
    if (!page_is_empty(&scribe->pages[0]) || !page_is_empty(&scribe->pages[1]))
        log_event(LOG_UNWRITTEN, NULL,
                  "not all that happened to devices was written down");
    traffic_close(&scribe->traffic);
    return NULL;
}

/* Signals are for the threads that were there before. */
static bool
start_thread(struct scribe *scribe)
{
    sigset_t all;
    sigset_t before;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&scribe->thread, NULL, run, scribe);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        log_error("cannot start a thread: %s", strerror(code));
    scribe->has_thread = code == 0;
    return scribe->has_thread;
}

/* -- the broker's -- */

static bool
prepare_threads(struct scribe *scribe)
{
    pthread_condattr_t attributes;
    bool ok = pthread_mutex_init(&scribe->mutex, NULL) == 0 &&
              pthread_condattr_init(&attributes) == 0;

    if (!ok)
        return false;
    ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
         pthread_cond_init(&scribe->change, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return ok;
}

struct scribe *
scribe_new(const char *path)
{
    struct scribe *scribe = calloc(1, sizeof *scribe);

    if (scribe == NULL || !prepare_threads(scribe)) {
        log_error("out of memory");
        free(scribe);
        return NULL;
    }
    scribe->path = path;
    scribe->lines = log_queue_new();
    if (scribe->lines == NULL)
        log_error("out of memory");
    if (scribe->lines == NULL || !start_thread(scribe))
        scribe_free(&scribe);
    return scribe;
}

void
scribe_free(struct scribe **scribe)
{
    struct scribe *gone = *scribe;

    if (gone == NULL)
        return;
    *scribe = NULL;
    pthread_mutex_lock(&gone->mutex);
    gone->is_ending = true;
    pthread_cond_signal(&gone->change);
    pthread_mutex_unlock(&gone->mutex);
    if (gone->has_thread) {
        pthread_join(gone->thread, NULL);
        log_queue_tell(gone->lines);
    }
    log_queue_free(&gone->lines);
    pthread_cond_destroy(&gone->change);
    pthread_mutex_destroy(&gone->mutex);
    free(gone);
}

void
scribe_allow(struct scribe *scribe, bool is_ours)
{
    pthread_mutex_lock(&scribe->mutex);
    scribe->is_ours = is_ours;
    pthread_mutex_unlock(&scribe->mutex);
}

struct page *
scribe_page(struct scribe *scribe)
{
    pthread_mutex_lock(&scribe->mutex);
    return &scribe->pages[scribe->filled];
}

void
scribe_put(struct scribe *scribe, bool is_urgent)
{
    if (is_urgent || page_has_enough(&scribe->pages[scribe->filled])) {
        scribe->is_urgent = true;
        pthread_cond_signal(&scribe->change);
    }
    pthread_mutex_unlock(&scribe->mutex);
}

void
scribe_tell(struct scribe *scribe)
{
    log_queue_tell(scribe->lines);
}
