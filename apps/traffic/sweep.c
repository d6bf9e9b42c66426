// SPDX-License-Identifier: Apache-2.0
/*
 * Deletes what is too old or too much, a little at a time, so that nobody waits
 * long for the writers' lock; more at a time than a mover adds (mover.c), so
 * that what is called after each of its steps keeps up.
 */
#include "station.h"

#include <time.h>

/* Rows a sweep deletes of each kind: two milliseconds or so. */
enum { ROWS_A_SWEEP = 500, EVENTS_KEPT = 100000 };

static bool
delete_rows(struct traffic *traffic, enum statement which, int64_t limit,
            int64_t rows, bool *is_done)
{
    struct store_value values[] = { store_number(limit),
                                    store_number(rows),
                                    { .kind = STORE_END } };
    int changes = 0;

    if (!store_run(&traffic->store, which, values, &changes))
        return false;
    if (changes >= rows)
        *is_done = false;
    return true;
}

static bool
delete_some(struct traffic *traffic, enum statement which, int64_t limit,
            bool *is_done)
{
    return delete_rows(traffic, which, limit, ROWS_A_SWEEP, is_done);
}

static bool
read_number(struct traffic *traffic, enum statement which, int64_t *number)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    bool found;

    *number = 0;
    return store_lookup(&traffic->store, which, none, &found, number);
}

/* How many of the oldest messages are to go for the database to be no larger
 * than BYTES, if all were of one size. */
static bool
count_excess(struct traffic *traffic, int64_t bytes, int64_t *rows)
{
    int64_t pages;
    int64_t empty;
    int64_t size;
    int64_t used;
    int64_t messages;

    *rows = 0;
    if (bytes == 0)
        return true;
    if (!read_number(traffic, STATEMENT_PAGE_COUNT, &pages) ||
        !read_number(traffic, STATEMENT_PAGE_EMPTY, &empty) ||
        !read_number(traffic, STATEMENT_PAGE_SIZE, &size))
        return false;
    used = (pages - empty) * size;
    if (used <= bytes)
        return true;
    if (!read_number(traffic, STATEMENT_MESSAGE_SPAN, &messages))
        return false;
    *rows =
        1 + (int64_t)((double)messages * (double)(used - bytes) / (double)used);
    if (*rows > ROWS_A_SWEEP)
        *rows = ROWS_A_SWEEP;
    return true;
}

/* One topic at a time, in turn: what is the oldest of it has the lowest keys.
 */
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
    int64_t topic = has_row ? sqlite3_column_int64(query, 0) : 0;
    int changes = 0;

    values[0] = store_number(topic);
    if (has_row)
        values[1] = store_number(station_now_ms() -
                                 sqlite3_column_int64(query, 1) * 1000);
    store_done(&query);
    if (!ok || !has_row) {
        traffic->swept = 0;
        return ok;
    }
    if (!store_run(&traffic->store, STATEMENT_MESSAGE_EXPIRE, values, &changes))
        return false;
    if (changes < ROWS_A_SWEEP)
        traffic->swept = topic;
    *is_done = false;
    return true;
}

bool
traffic_sweep(struct traffic *traffic, int64_t bytes, bool *is_done)
{
    int64_t rows = 0;
    int64_t last = 0;

    *is_done = true;
    return expire(traffic, is_done) &&
           delete_some(traffic, STATEMENT_MESSAGE_ORPHANS, 0, is_done) &&
           count_excess(traffic, bytes, &rows) &&
           (rows == 0 ||
            delete_rows(traffic, STATEMENT_MESSAGE_SHED, 0, rows, is_done)) &&
           traffic_event_last(traffic, &last) &&
           delete_some(traffic, STATEMENT_EVENT_TRIM, last - EVENTS_KEPT,
                       is_done) &&
           delete_some(traffic, STATEMENT_COMMAND_TRIM, (int64_t)time(NULL),
                       is_done);
}
