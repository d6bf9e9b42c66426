// SPDX-License-Identifier: Apache-2.0
/*
 * What happened, one row an event, for iot-registry watch.  How often the same
 * may be told is for the bridges to say; how much is kept is sweep.c's.
 */
#include "station.h"

#include <string.h>

/* The columns of STATEMENT_EVENT_NEXT. */
enum column {
    COLUMN_KEY,
    COLUMN_AT,
    COLUMN_NUM_ID,
    COLUMN_PROJECT,
    COLUMN_LOCATION,
    COLUMN_REGISTRY,
    COLUMN_DEVICE,
    COLUMN_KIND,
    COLUMN_TEXT,
};

bool
traffic_event_add(struct traffic *traffic, const struct traffic_event *event)
{
    const struct store_value values[] = {
        store_number(station_now_ms()),
        store_number((int64_t)event->num_id),
        store_text(event->device.project),
        store_text(event->device.location),
        store_text(event->device.registry),
        store_text(event->device.device),
        store_text(event->kind),
        store_text(event->text),
        { .kind = STORE_END },
    };

    return store_run(&traffic->store, STATEMENT_EVENT_INSERT, values, NULL);
}

static void
read_event(sqlite3_stmt *query, struct traffic_event *it)
{
    it->key = sqlite3_column_int64(query, COLUMN_KEY);
    it->at_ms = sqlite3_column_int64(query, COLUMN_AT);
    it->num_id = (uint64_t)sqlite3_column_int64(query, COLUMN_NUM_ID);
    store_copy_id(query, COLUMN_PROJECT, it->device.project);
    store_copy_id(query, COLUMN_LOCATION, it->device.location);
    store_copy_id(query, COLUMN_REGISTRY, it->device.registry);
    store_copy_id(query, COLUMN_DEVICE, it->device.device);
    store_copy_chars(query, COLUMN_KIND, it->kind, sizeof it->kind);
    store_copy_chars(query, COLUMN_TEXT, it->text, sizeof it->text);
}

bool
traffic_event_next(struct traffic *traffic, int64_t after,
                   struct traffic_event *event, bool *found)
{
    struct store_value values[] = { store_number(after),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_EVENT_NEXT, values);
    bool ok = query != NULL && store_next(&traffic->store, query, found);

    if (ok && *found)
        read_event(query, event);
    store_done(&query);
    return ok;
}

bool
traffic_event_last(struct traffic *traffic, int64_t *key)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    bool found;

    *key = 0;
    return store_lookup(&traffic->store, STATEMENT_EVENT_LAST, none, &found,
                        key);
}
