// SPDX-License-Identifier: Apache-2.0
/*
 * Devices' configurations: versions from 1, any bytes, the last ten kept.
 * cloud-iot-core reference, sections 2.6 and 5.3; when one was sent and
 * acknowledged is in the traffic.
 */
#include "base/log.h"
#include "devices.h"

#include <stdlib.h>
#include <time.h>

/* The columns of CONFIG_COLUMNS in statement.c. */
enum column { COLUMN_VERSION, COLUMN_UPDATED, COLUMN_DATA };

static bool
read_config(sqlite3_stmt *query, struct registry_config *it)
{
    it->version = sqlite3_column_int64(query, COLUMN_VERSION);
    it->updated = sqlite3_column_int64(query, COLUMN_UPDATED);
    it->data = store_copy_bytes(query, COLUMN_DATA, &it->length);
    return it->data != NULL;
}

/* The configurations of a device, the newest first, but at least one. */
static bool
read_configs(struct store *store, int64_t row, size_t most,
             struct registry_configs *configs)
{
    struct store_value values[] = { store_number(row),
                                    store_number((int64_t)most),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(store, STATEMENT_CONFIG_SELECT, values);
    bool has_row = true;
    bool ok = query != NULL;

    while (ok && has_row && configs->count < REGISTRY_CONFIGS_KEPT) {
        ok = store_next(store, query, &has_row);
        if (ok && has_row)
            ok = read_config(query, &configs->items[configs->count++]);
    }
    store_done(&query);
    return ok;
}

bool
registry_config_find(struct store *store, uint64_t num_id,
                     struct registry_config **config)
{
    struct registry_configs some = { .count = 0 };

    *config = NULL;
    if (!read_configs(store, (int64_t)num_id, 1, &some))
        goto out;
    if (some.count == 0)
        return true;
    *config = malloc(sizeof **config);
    if (*config == NULL) {
        log_error("out of memory");
        goto out;
    }
    **config = some.items[0];
    return true;
out:
    free(some.items[0].data);
    return false;
}

void
registry_config_free(struct registry_config **config)
{
    if (*config == NULL)
        return;
    free((*config)->data);
    free(*config);
    *config = NULL;
}

static bool
list(struct store *store, const struct names_path *path, size_t most,
     struct registry_configs *configs)
{
    int64_t registry = 0;
    int64_t row = 0;

    return devices_row(store, path, &registry, &row) &&
           read_configs(store, row, most, configs);
}

bool
registry_config_list(struct store *store, const struct names_path *path,
                     size_t most, struct registry_configs **configs)
{
    *configs = calloc(1, sizeof **configs);
    if (*configs == NULL) {
        log_error("out of memory");
        return false;
    }
    if (store_begin_read(store) &&
        store_end(store, list(store, path, most, *configs)))
        return true;
    registry_configs_free(configs);
    return false;
}

void
registry_configs_free(struct registry_configs **configs)
{
    if (*configs == NULL)
        return;
    for (size_t i = 0; i < (*configs)->count; i++)
        free((*configs)->items[i].data);
    free(*configs);
    *configs = NULL;
}

bool
configs_insert(struct store *store, int64_t row,
               const struct registry_config *config)
{
    struct store_value values[] = {
        store_number(row),
        store_number(config->version),
        store_number(config->updated),
        store_bytes(config->length > 0 ? (const void *)config->data : "",
                    config->length),
        { .kind = STORE_END },
    };

    if (config->length <= REGISTRY_CONFIG_MOST)
        return store_run(store, STATEMENT_CONFIG_INSERT, values, NULL);
    log_error("refused: a configuration has at most %d bytes",
              REGISTRY_CONFIG_MOST);
    return false;
}

/* The first row is made together with the second one, as until then the
 * first version is in no row. */
static bool
set(struct store *store, const struct names_path *path, int64_t version,
    struct registry_config *config)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END },
                                   { .kind = STORE_END } };
    int64_t registry = 0;
    int64_t row = 0;
    int64_t now = 0;
    bool found;

    if (!devices_row(store, path, &registry, &row))
        return false;
    which[0] = store_number(row);
    if (!store_run(store, STATEMENT_CONFIG_FIRST, which, NULL) ||
        !store_lookup(store, STATEMENT_CONFIG_VERSION, which, &found, &now))
        return false;
    if (version != 0 && version != now) {
        log_error("refused: the configuration of %s has the version %lld, "
                  "not %lld",
                  path->device, (long long)now, (long long)version);
        return false;
    }
    config->version = now + 1;
    which[1] = store_number(config->version - REGISTRY_CONFIGS_KEPT);
    return configs_insert(store, row, config) &&
           store_run(store, STATEMENT_CONFIG_TRIM, which, NULL);
}

bool
registry_config_set(struct store *store, const struct names_path *path,
                    int64_t version, const void *data, size_t length,
                    int64_t *made)
{
    struct registry_config config = { .updated = (int64_t)time(NULL),
                                      .length = length };

    config.data = (unsigned char *)data;
    if (!store_begin_write(store) ||
        !store_end(store, set(store, path, version, &config)))
        return false;
    if (made != NULL)
        *made = config.version;
    return true;
}

static bool
find_latest(struct store *store, int64_t *key)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    bool found;

    *key = 0;
    return store_lookup(store, STATEMENT_CONFIG_LATEST, none, &found, key);
}

bool
registry_config_changes(struct store *store, int64_t *cursor, uint64_t *num_ids,
                        size_t room, size_t *count)
{
    struct store_value values[] = { store_number(*cursor),
                                    store_number((int64_t)room),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = NULL;
    bool has_row = true;
    bool ok;

    *count = 0;
    if (*cursor < 0)
        return find_latest(store, cursor);
    query = store_query(store, STATEMENT_CONFIG_SINCE, values);
    ok = query != NULL;
    while (ok && has_row && *count < room) {
        ok = store_next(store, query, &has_row);
        if (!ok || !has_row)
            continue;
        *cursor = sqlite3_column_int64(query, 0);
        num_ids[(*count)++] = (uint64_t)sqlite3_column_int64(query, 1);
    }
    store_done(&query);
    return ok;
}
