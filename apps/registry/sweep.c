// SPDX-License-Identifier: Apache-2.0
/*
 * Deletes what is too old or too much, a little at a time, so that a broker's
 * thread can do it and nobody waits for the writers' lock.
 */
#include "station.h"

#include <time.h>

/* Rows a sweep deletes of each kind: a millisecond or two. */
enum { ROWS_A_SWEEP = 200, EVENTS_KEPT = 100000 };

static bool
delete_some(struct traffic *traffic, enum statement which, int64_t limit,
            bool *is_done)
{
    struct store_value values[] = { store_number(limit),
                                    store_number(ROWS_A_SWEEP),
                                    { .kind = STORE_END } };
    int changes = 0;

    if (!store_run(&traffic->store, which, values, &changes))
        return false;
    if (changes >= ROWS_A_SWEEP)
        *is_done = false;
    return true;
}

static bool
read_pragma(struct traffic *traffic, enum statement which, int64_t *number)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    bool found;

    *number = 0;
    return store_lookup(&traffic->store, which, none, &found, number);
}

static bool
is_too_large(struct traffic *traffic, int64_t bytes, bool *too_large)
{
    int64_t pages;
    int64_t empty;
    int64_t size;

    *too_large = false;
    if (bytes == 0)
        return true;
    if (!read_pragma(traffic, STATEMENT_PAGE_COUNT, &pages) ||
        !read_pragma(traffic, STATEMENT_PAGE_EMPTY, &empty) ||
        !read_pragma(traffic, STATEMENT_PAGE_SIZE, &size))
        return false;
    *too_large = (pages - empty) * size > bytes;
    return true;
}

/* One topic a call, in turn: what is the oldest of it has the lowest keys. */
static bool
expire(struct traffic *traffic, bool *is_done)
{
    struct store_value after[] = { store_number(traffic->swept),
                                   { .kind = STORE_END } };
    struct store_value values[] = { { .kind = STORE_END },
                                    { .kind = STORE_END },
                                    store_number(ROWS_A_SWEEP),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_TOPIC_NEXT, after);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);
    int changes = 0;

    traffic->swept = has_row ? sqlite3_column_int64(query, 0) : 0;
    values[0] = store_number(traffic->swept);
    if (has_row)
        values[1] = store_number(station_now_ms() -
                                 sqlite3_column_int64(query, 1) * 1000);
    store_done(&query);
    if (!ok || !has_row)
        return ok;
    if (!store_run(&traffic->store, STATEMENT_MESSAGE_EXPIRE, values, &changes))
        return false;
    *is_done = false;
    return true;
}

bool
traffic_sweep(struct traffic *traffic, int64_t bytes, bool *is_done)
{
    bool too_large = false;
    int64_t last = 0;

    *is_done = true;
    return expire(traffic, is_done) &&
           delete_some(traffic, STATEMENT_MESSAGE_ORPHANS, 0, is_done) &&
           is_too_large(traffic, bytes, &too_large) &&
           (!too_large ||
            delete_some(traffic, STATEMENT_MESSAGE_SHED, 0, is_done)) &&
           traffic_event_last(traffic, &last) &&
           delete_some(traffic, STATEMENT_EVENT_TRIM, last - EVENTS_KEPT,
                       is_done) &&
           delete_some(traffic, STATEMENT_COMMAND_TRIM, (int64_t)time(NULL),
                       is_done);
}
