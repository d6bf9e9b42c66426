// SPDX-License-Identifier: Apache-2.0
/*
 * Commands on their way from an operator to the bridge, and their outcome on
 * the way back.  cloud-iot-core reference, section 2.7: nothing is kept for a
 * device that is not there.
 */
#include "base/log.h"
#include "station.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The columns of STATEMENT_COMMAND_NEXT. */
enum column {
    COLUMN_KEY,
    COLUMN_NUM_ID,
    COLUMN_EXPIRES,
    COLUMN_SUBFOLDER,
    COLUMN_DATA,
};

static const struct store_value none[] = { { .kind = STORE_END } };

bool
traffic_command_put(struct traffic *traffic, uint64_t num_id,
                    const char *subfolder, const void *data, size_t length,
                    int64_t seconds, int64_t *key)
{
    /* The second that has begun does not count. */
    int64_t expires = (int64_t)time(NULL) + 1 + seconds;
    struct store_value values[] = { store_number((int64_t)num_id),
                                    store_number(expires),
                                    store_text(subfolder),
                                    store_bytes(data != NULL ? data : "",
                                                length),
                                    { .kind = STORE_END } };

    if (!store_run(&traffic->store, STATEMENT_COMMAND_INSERT, values, NULL))
        return false;
    *key = sqlite3_last_insert_rowid(traffic->store.db);
    return true;
}

/* Nobody else has written since the last look, which found nothing. */
static bool
is_quiet(struct traffic *traffic, bool *quiet)
{
    int64_t version = 0;
    bool found;

    if (!store_lookup(&traffic->store, STATEMENT_DATA_VERSION, none, &found,
                      &version))
        return false;
    *quiet = traffic->has_looked && version == traffic->seen;
    traffic->seen = version;
    return true;
}

static struct traffic_command *
command_new(sqlite3_stmt *query)
{
    struct traffic_command *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    it->key = sqlite3_column_int64(query, COLUMN_KEY);
    it->num_id = (uint64_t)sqlite3_column_int64(query, COLUMN_NUM_ID);
    it->expires = sqlite3_column_int64(query, COLUMN_EXPIRES);
    store_copy_chars(query, COLUMN_SUBFOLDER, it->subfolder,
                     sizeof it->subfolder);
    it->data = store_copy_bytes(query, COLUMN_DATA, &it->length);
    if (it->data == NULL)
        traffic_command_free(&it);
    return it;
}

static bool
next(struct traffic *traffic, struct traffic_command **command)
{
    struct store_value values[] = { store_number((int64_t)time(NULL)),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_COMMAND_NEXT, values);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);

    if (ok && has_row) {
        *command = command_new(query);
        ok = *command != NULL;
    }
    store_done(&query);
    return ok;
}

bool
traffic_command_take(struct traffic *traffic, struct traffic_command **command)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    bool quiet = false;

    *command = NULL;
    if (!is_quiet(traffic, &quiet))
        return false;
    if (quiet)
        return true;
    if (!next(traffic, command))
        return false;
    traffic->has_looked = *command == NULL;
    if (*command == NULL)
        return true;
    which[0] = store_number((*command)->key);
    if (store_run(&traffic->store, STATEMENT_COMMAND_TAKE, which, NULL))
        return true;
    traffic_command_free(command);
    return false;
}

void
traffic_command_free(struct traffic_command **command)
{
    if (*command == NULL)
        return;
    free((*command)->data);
    free(*command);
    *command = NULL;
}

bool
traffic_command_finish(struct traffic *traffic, int64_t key,
                       enum traffic_outcome outcome)
{
    struct store_value values[] = { store_number(key),
                                    store_number((int)outcome),
                                    { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_COMMAND_FINISH, values, NULL);
}

bool
traffic_command_outcome(struct traffic *traffic, int64_t key,
                        enum traffic_outcome *outcome)
{
    struct store_value which[] = { store_number(key), { .kind = STORE_END } };
    int64_t number = TRAFFIC_PENDING;
    bool found;

    if (!store_lookup(&traffic->store, STATEMENT_COMMAND_OUTCOME, which, &found,
                      &number))
        return false;
    *outcome = (enum traffic_outcome)number;
    return true;
}
