// SPDX-License-Identifier: Apache-2.0
/*
 * Handing messages out, once to whoever asks first, and again when they were
 * not acknowledged in time.  While the writers' lock is held only keys are
 * moved, so that the bridges hardly wait; the messages are read afterwards.
 */
#include "base/log.h"
#include "base/options.h"
#include "station.h"
#include "topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages handed out in one transaction. */
enum { KEYS_AT_A_TIME = 200 };

/* The columns of STATEMENT_MESSAGE_SELECT. */
enum column {
    COLUMN_AT,
    COLUMN_NUM_ID,
    COLUMN_PROJECT,
    COLUMN_LOCATION,
    COLUMN_REGISTRY,
    COLUMN_DEVICE,
    COLUMN_SUBFOLDER,
    COLUMN_GATEWAY,
    COLUMN_ATTEMPT,
    COLUMN_DATA,
};

struct subscription {
    int64_t key, topic, deadline, cursor;
};

struct keys {
    size_t count;
    int64_t items[KEYS_AT_A_TIME];
};

static bool
find(struct traffic *traffic, const char *name, struct subscription *it)
{
    struct store_value values[] = { store_text(name), { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_SUBSCRIPTION_SELECT, values);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);

    if (ok && has_row)
        *it = (struct subscription){ sqlite3_column_int64(query, 0),
                                     sqlite3_column_int64(query, 1),
                                     sqlite3_column_int64(query, 2),
                                     sqlite3_column_int64(query, 3) };
    else if (ok)
        log_error("Resource not found (resource=%s).", name);
    store_done(&query);
    return ok && has_row;
}

/* Adds the keys that WHICH finds, until there are MOST. */
static bool
collect(struct traffic *traffic, enum statement which, int64_t owner,
        int64_t limit, size_t most, struct keys *keys)
{
    struct store_value values[] = { store_number(owner),
                                    store_number(limit),
                                    store_number((int64_t)(most - keys->count)),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(&traffic->store, which, values);
    bool has_row = true;
    bool ok = query != NULL;

    while (ok && has_row && keys->count < most) {
        ok = store_next(&traffic->store, query, &has_row);
        if (ok && has_row)
            keys->items[keys->count++] = sqlite3_column_int64(query, 0);
    }
    store_done(&query);
    return ok;
}

static bool
lease(struct traffic *traffic, const struct subscription *it,
      const struct keys *keys, size_t fresh)
{
    struct store_value values[] = { store_number(it->key),
                                    { .kind = STORE_END },
                                    store_number(station_now_ms() +
                                                 it->deadline * 1000),
                                    { .kind = STORE_END } };

    for (size_t i = 0; i < keys->count; i++) {
        values[1] = store_number(keys->items[i]);
        if (!store_run(&traffic->store, STATEMENT_DELIVERY_LEASE, values, NULL))
            return false;
    }
    if (fresh == keys->count)
        return true;
    values[1] = store_number(keys->items[keys->count - 1]);
    values[2] = (struct store_value){ .kind = STORE_END };
    return store_run(&traffic->store, STATEMENT_SUBSCRIPTION_MOVE, values,
                     NULL);
}

/* Chooses what to hand out, the overdue first, and takes it. */
static bool
take(struct traffic *traffic, const char *name, size_t most,
     struct subscription *it, struct keys *keys)
{
    size_t overdue;

    if (!find(traffic, name, it) ||
        !collect(traffic, STATEMENT_DELIVERY_OVERDUE, it->key, station_now_ms(),
                 most, keys))
        return false;
    overdue = keys->count;
    return collect(traffic, STATEMENT_MESSAGE_FRESH, it->topic, it->cursor,
                   most, keys) &&
           lease(traffic, it, keys, overdue);
}

static bool
read_message(sqlite3_stmt *query, int64_t subscription, int64_t key,
             struct traffic_received *it)
{
    it->key = key;
    snprintf(it->ack_id, sizeof it->ack_id, "%" PRId64 "-%" PRId64,
             subscription, key);
    it->at_ms = sqlite3_column_int64(query, COLUMN_AT);
    it->num_id = (uint64_t)sqlite3_column_int64(query, COLUMN_NUM_ID);
    store_copy_id(query, COLUMN_PROJECT, it->device.project);
    store_copy_id(query, COLUMN_LOCATION, it->device.location);
    store_copy_id(query, COLUMN_REGISTRY, it->device.registry);
    store_copy_id(query, COLUMN_DEVICE, it->device.device);
    store_copy_chars(query, COLUMN_SUBFOLDER, it->subfolder,
                     sizeof it->subfolder);
    store_copy_id(query, COLUMN_GATEWAY, it->gateway);
    it->attempt = sqlite3_column_int64(query, COLUMN_ATTEMPT);
    it->data = store_copy_bytes(query, COLUMN_DATA, &it->length);
    return it->data != NULL;
}

static bool
forget(struct traffic *traffic, int64_t subscription, int64_t message)
{
    struct store_value values[] = { store_number(subscription),
                                    store_number(message),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_DELIVERY_DELETE, values, NULL);
}

/* Adds the message KEY, unless retention has taken it. */
static bool
add(struct traffic *traffic, int64_t subscription, int64_t key,
    struct traffic_batch *batch)
{
    struct store_value values[] = { store_number(subscription),
                                    store_number(key),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_MESSAGE_SELECT, values);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);

    if (ok && has_row)
        ok = read_message(query, subscription, key,
                          &batch->items[batch->count++]);
    store_done(&query);
    return ok && (has_row || forget(traffic, subscription, key));
}

/* Is there anything to take?  Asked without the writers' lock, so that those
 * who wait for messages are in nobody's way. */
static bool
has_any(struct traffic *traffic, const char *name, bool *any)
{
    struct subscription it = { 0 };
    struct keys keys = { .count = 0 };

    if (!find(traffic, name, &it) ||
        !collect(traffic, STATEMENT_DELIVERY_OVERDUE, it.key, station_now_ms(),
                 1, &keys) ||
        !collect(traffic, STATEMENT_MESSAGE_FRESH, it.topic, it.cursor, 1,
                 &keys))
        return false;
    *any = keys.count > 0;
    return true;
}

static bool
pull_some(struct traffic *traffic, const char *name, size_t most,
          struct traffic_batch *batch, bool *is_all)
{
    struct subscription it = { 0 };
    struct keys keys = { .count = 0 };
    bool any = false;

    if (most > KEYS_AT_A_TIME)
        most = KEYS_AT_A_TIME;
    if (!has_any(traffic, name, &any))
        return false;
    *is_all = !any;
    if (!any)
        return true;
    if (!store_begin_write(&traffic->store) ||
        !store_end(&traffic->store, take(traffic, name, most, &it, &keys)))
        return false;
    for (size_t i = 0; i < keys.count; i++)
        if (!add(traffic, it.key, keys.items[i], batch))
            return false;
    *is_all = keys.count < most;
    return true;
}

bool
traffic_pull(struct traffic *traffic, const char *name, size_t most,
             struct traffic_batch **batch)
{
    bool is_all = false;
    bool ok = true;

    *batch = calloc(1, sizeof **batch);
    if (*batch == NULL) {
        log_error("out of memory");
        return false;
    }
    if (most > TRAFFIC_PULL_MOST)
        most = TRAFFIC_PULL_MOST;
    while (ok && !is_all && (*batch)->count < most)
        ok = pull_some(traffic, name, most - (*batch)->count, *batch, &is_all);
    if (!ok)
        traffic_batch_free(batch);
    return ok;
}

void
traffic_batch_free(struct traffic_batch **batch)
{
    if (*batch == NULL)
        return;
    for (size_t i = 0; i < (*batch)->count; i++)
        free((*batch)->items[i].data);
    free(*batch);
    *batch = NULL;
}

/* The message that ACK_ID is about, if it is one of SUBSCRIPTION. */
static bool
read_ack_id(const char *ack_id, int64_t subscription, int64_t *message)
{
    char start[TRAFFIC_ACK_ID_MOST];
    int length = snprintf(start, sizeof start, "%" PRId64 "-", subscription);

    if (strncmp(ack_id, start, (size_t)length) == 0 &&
        options_number(ack_id + length, 1, INT64_MAX, message))
        return true;
    log_error("refused: \"%s\" is no acknowledgement id of this subscription",
              ack_id);
    return false;
}

static bool
acknowledge(struct traffic *traffic, const char *name,
            const char *const *ack_ids, size_t count)
{
    struct subscription it = { 0 };
    int64_t message = 0;

    if (!find(traffic, name, &it))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_ack_id(ack_ids[i], it.key, &message) ||
            !forget(traffic, it.key, message))
            return false;
    return true;
}

bool
traffic_acknowledge(struct traffic *traffic, const char *name,
                    const char *const *ack_ids, size_t count)
{
    while (count > 0) {
        size_t some = count < KEYS_AT_A_TIME ? count : KEYS_AT_A_TIME;

        if (!store_begin_write(&traffic->store) ||
            !store_end(&traffic->store,
                       acknowledge(traffic, name, ack_ids, some)))
            return false;
        ack_ids += some;
        count -= some;
    }
    return true;
}
