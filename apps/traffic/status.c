// SPDX-License-Identifier: Apache-2.0
/*
 * What is known of a device besides what operators said: last times, its last
 * error, its gateway, whether it is connected, its states.  cloud-iot-core
 * reference, sections 2.5, 2.6 and 5.2; when to write what is the bridges'.
 */
#include "base/log.h"
#include "station.h"

#include <stdlib.h>
#include <string.h>

/* The columns of STATEMENT_STATUS_SELECT. */
enum column {
    COLUMN_HEARTBEAT,
    COLUMN_EVENT,
    COLUMN_STATE,
    COLUMN_CONFIG_SENT,
    COLUMN_CONFIG_ACKED,
    COLUMN_ERROR_AT,
    COLUMN_ERROR_CODE,
    COLUMN_ERROR_TEXT,
    COLUMN_CONNECTED,
    COLUMN_GATEWAY,
    COLUMN_GATEWAY_AT,
};

static const enum statement touches[] = {
    [TRAFFIC_HEARTBEAT] = STATEMENT_STATUS_HEARTBEAT,
    [TRAFFIC_EVENT] = STATEMENT_STATUS_EVENT,
    [TRAFFIC_STATE] = STATEMENT_STATUS_STATE,
    [TRAFFIC_CONFIG_SENT] = STATEMENT_STATUS_CONFIG_SENT,
    [TRAFFIC_CONFIG_ACKED] = STATEMENT_STATUS_CONFIG_ACKED,
};

static void
read_status(sqlite3_stmt *query, struct traffic_device *it)
{
    it->heartbeat = sqlite3_column_int64(query, COLUMN_HEARTBEAT);
    it->event = sqlite3_column_int64(query, COLUMN_EVENT);
    it->state = sqlite3_column_int64(query, COLUMN_STATE);
    it->config_sent = sqlite3_column_int64(query, COLUMN_CONFIG_SENT);
    it->config_acked = sqlite3_column_int64(query, COLUMN_CONFIG_ACKED);
    it->error_at = sqlite3_column_int64(query, COLUMN_ERROR_AT);
    it->error_code = sqlite3_column_int(query, COLUMN_ERROR_CODE);
    store_copy_chars(query, COLUMN_ERROR_TEXT, it->error_text,
                     sizeof it->error_text);
    it->connected_since = sqlite3_column_int64(query, COLUMN_CONNECTED);
    store_copy_id(query, COLUMN_GATEWAY, it->gateway);
    it->gateway_at = sqlite3_column_int64(query, COLUMN_GATEWAY_AT);
}

bool
traffic_device_find(struct traffic *traffic, uint64_t num_id,
                    struct traffic_device *device)
{
    struct store_value which[] = { store_number((int64_t)num_id),
                                   { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_STATUS_SELECT, which);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);

    *device = (struct traffic_device){ 0 };
    if (ok && has_row)
        read_status(query, device);
    store_done(&query);
    return ok;
}

static bool
set_number(struct traffic *traffic, enum statement which, uint64_t num_id,
           int64_t number)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number(number),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, which, values, NULL);
}

bool
traffic_touch(struct traffic *traffic, const struct traffic_touch *touch,
              size_t count)
{
    bool mine;
    bool ok = true;

    if (!store_begin_own(&traffic->store, &mine))
        return false;
    for (size_t i = 0; ok && i < count; i++)
        ok = set_number(traffic, touches[touch[i].what], touch[i].num_id,
                        touch[i].at);
    return store_end_own(&traffic->store, mine, ok);
}

static bool
add_ack(struct traffic *traffic, uint64_t num_id, int64_t version, int64_t at)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number(version),
                                    store_number(at),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_ACK_INSERT, values, NULL) &&
           set_number(traffic, STATEMENT_ACK_TRIM, num_id,
                      version - TRAFFIC_ACKS_KEPT) &&
           set_number(traffic, STATEMENT_STATUS_CONFIG_ACKED, num_id, at);
}

bool
traffic_config_acked(struct traffic *traffic, uint64_t num_id, int64_t version,
                     int64_t at)
{
    bool mine;

    return store_begin_own(&traffic->store, &mine) &&
           store_end_own(&traffic->store, mine,
                         add_ack(traffic, num_id, version, at));
}

bool
traffic_config_ack_find(struct traffic *traffic, uint64_t num_id,
                        int64_t version, int64_t *at)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number(version),
                                    { .kind = STORE_END } };
    bool found;

    *at = 0;
    return store_lookup(&traffic->store, STATEMENT_ACK_SELECT, values, &found,
                        at);
}

bool
traffic_error_set(struct traffic *traffic, uint64_t num_id, int code,
                  const char *text, int64_t at)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number(code),
                                    store_text(text),
                                    store_number(at),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_STATUS_ERROR, values, NULL);
}

bool
traffic_gateway_set(struct traffic *traffic, uint64_t num_id,
                    const char *gateway, int64_t at)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_text(gateway),
                                    store_number(at),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_STATUS_GATEWAY, values, NULL);
}

static bool
set_connected(struct traffic *traffic, const struct names_path *device,
              uint64_t num_id, int64_t since)
{
    struct store_value values[] = {
        store_number((int64_t)num_id), store_text(device->project),
        store_text(device->location),  store_text(device->registry),
        store_text(device->device),    { .kind = STORE_END }
    };
    enum statement which = STATEMENT_CONNECTION_SET;

    if (since == 0) {
        which = STATEMENT_CONNECTION_DELETE;
        values[1] = (struct store_value){ .kind = STORE_END };
    }
    return store_run(&traffic->store, which, values, NULL) &&
           set_number(traffic, STATEMENT_STATUS_CONNECTED, num_id, since);
}

bool
traffic_connected_set(struct traffic *traffic, const struct names_path *device,
                      uint64_t num_id, int64_t since)
{
    bool mine;

    return store_begin_own(&traffic->store, &mine) &&
           store_end_own(&traffic->store, mine,
                         set_connected(traffic, device, num_id, since));
}

bool
traffic_connected_find(struct traffic *traffic, struct names_path *device,
                       uint64_t *num_id, bool *found)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_CONNECTION_FIRST, none);
    bool ok = query != NULL && store_next(&traffic->store, query, found);

    if (ok && *found) {
        *num_id = (uint64_t)sqlite3_column_int64(query, 0);
        store_copy_id(query, 1, device->project);
        store_copy_id(query, 2, device->location);
        store_copy_id(query, 3, device->registry);
        store_copy_id(query, 4, device->device);
    }
    store_done(&query);
    return ok;
}

static bool
forget(struct traffic *traffic, uint64_t num_id)
{
    static const enum statement all[] = { STATEMENT_STATUS_DELETE,
                                          STATEMENT_ACK_DELETE,
                                          STATEMENT_STATE_DELETE,
                                          STATEMENT_COMMAND_FORGET };
    struct store_value which[] = { store_number((int64_t)num_id),
                                   { .kind = STORE_END } };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!store_run(&traffic->store, all[i], which, NULL))
            return false;
    return true;
}

bool
traffic_device_forget(struct traffic *traffic, uint64_t num_id)
{
    bool mine;

    return store_begin_own(&traffic->store, &mine) &&
           store_end_own(&traffic->store, mine, forget(traffic, num_id));
}

static bool
put_state(struct traffic *traffic, const struct entry *entry)
{
    struct store_value values[] = {
        store_number((int64_t)entry->num_id),
        store_number(entry->at_ms),
        store_bytes(entry->data != NULL ? entry->data : "", entry->length),
        { .kind = STORE_END }
    };

    return store_run(&traffic->store, STATEMENT_STATE_INSERT, values, NULL) &&
           set_number(traffic, STATEMENT_STATE_TRIM, entry->num_id,
                      TRAFFIC_STATES_KEPT) &&
           set_number(traffic, STATEMENT_STATUS_STATE, entry->num_id,
                      entry->at_ms / 1000);
}

struct entry
station_state_entry(uint64_t num_id, const void *data, size_t length)
{
    return (struct entry){ .kind = ENTRY_STATE,
                           .at_ms = station_now_ms(),
                           .num_id = num_id,
                           .data = data,
                           .length = length };
}

bool
station_state_put(struct traffic *traffic, const struct entry *entry)
{
    bool mine;

    return store_begin_own(&traffic->store, &mine) &&
           store_end_own(&traffic->store, mine, put_state(traffic, entry));
}

bool
traffic_state_add(struct traffic *traffic, uint64_t num_id, const void *data,
                  size_t length)
{
    struct entry entry = station_state_entry(num_id, data, length);

    return station_state_put(traffic, &entry);
}

static bool
read_states(struct traffic *traffic, sqlite3_stmt *query,
            struct traffic_states *states)
{
    bool has_row = true;

    while (has_row && states->count < TRAFFIC_STATES_KEPT) {
        struct traffic_state *next = &states->items[states->count];

        if (!store_next(&traffic->store, query, &has_row))
            return false;
        if (!has_row)
            continue;
        states->count++;
        next->at_ms = sqlite3_column_int64(query, 0);
        next->data = store_copy_bytes(query, 1, &next->length);
        if (next->data == NULL)
            return false;
    }
    return true;
}

bool
traffic_state_list(struct traffic *traffic, uint64_t num_id, size_t most,
                   struct traffic_states **states)
{
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number((int64_t)most),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = NULL;
    bool ok = false;

    *states = calloc(1, sizeof **states);
    if (*states == NULL) {
        log_error("out of memory");
        return false;
    }
    query = store_query(&traffic->store, STATEMENT_STATE_SELECT, values);
    ok = query != NULL && read_states(traffic, query, *states);
    store_done(&query);
    if (!ok)
        traffic_states_free(states);
    return ok;
}

void
traffic_states_free(struct traffic_states **states)
{
    if (*states == NULL)
        return;
    for (size_t i = 0; i < (*states)->count; i++)
        free((*states)->items[i].data);
    free(*states);
    *states = NULL;
}
