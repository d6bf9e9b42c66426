// SPDX-License-Identifier: Apache-2.0
/*
 * Devices and their metadata, in and out of the tables; their credentials are
 * credentials.c's, and lists of them pages.c's.  cloud-iot-core reference,
 * sections 5.2, 5.3 and 5.6.  What may be in them is said by rules.c.
 */
#include "devices.h"
#include "base/log.h"
#include "registries.h"
#include "rules.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Two equal draws of 63 bits are rare; eight in a row are a broken source. */
enum { DRAWS_MOST = 8 };

/* The columns of DEVICE_COLUMNS in statement.c. */
enum column {
    COLUMN_NUM_ID,
    COLUMN_ID,
    COLUMN_BLOCKED,
    COLUMN_LOG_LEVEL,
    COLUMN_GATEWAY_TYPE,
    COLUMN_AUTH_METHOD,
    COLUMN_CREATED,
    COLUMN_UPDATED,
};

static void
say_missing(const struct names_path *path)
{
    char name[NAMES_PATH_MOST] = "";

    if (names_write_path(path, name, sizeof name))
        log_error("A device with the name '%s' doesn't exist.", name);
    else
        log_error("A device with this name doesn't exist.");
}

/* The row of the device of PATH.  False, logged, when there is none. */
static bool
find_row(struct store *store, const struct names_path *path, int64_t registry,
         int64_t *row)
{
    bool by_number = names_is_numeric(path->device, strlen(path->device));
    struct store_value values[] = {
        store_number(registry),
        by_number ? store_number(store_num_id(path->device))
                  : store_text(path->device),
        { .kind = STORE_END },
    };
    bool found;

    if (!store_lookup(store,
                      by_number ? STATEMENT_DEVICE_NUMBER_EXISTS
                                : STATEMENT_DEVICE_EXISTS,
                      values, &found, row))
        return false;
    if (!found)
        say_missing(path);
    return found;
}

bool
devices_row(struct store *store, const struct names_path *path,
            int64_t *registry, int64_t *row)
{
    return registries_key(store, path, registry) &&
           find_row(store, path, *registry, row);
}

static bool
is_free(struct store *store, int64_t registry, const char *id)
{
    struct store_value values[] = { store_number(registry),
                                    store_text(id),
                                    { .kind = STORE_END } };
    int64_t row = 0;
    bool found;

    if (!store_lookup(store, STATEMENT_DEVICE_EXISTS, values, &found, &row))
        return false;
    if (found)
        log_error("Resource already exists in the project (resource=%s).", id);
    return !found;
}

static bool
draw(int64_t *num_id)
{
    uint64_t number = 0;

    if (*num_id > 0)
        return true;
    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1) {
        log_error("there are no random numbers");
        return false;
    }
    *num_id = (int64_t)(number >> 1);
    return true;
}

/* The insertion gives way when the number is taken, anywhere; a number that
 * was wished for is the first to be tried. */
static bool
insert_row(struct store *store, int64_t registry,
           const struct registry_device *device, int64_t *num_id)
{
    int changes = 0;

    for (int i = 0; i < DRAWS_MOST; i++) {
        struct store_value values[] = {
            { .kind = STORE_END },
            store_number(registry),
            store_text(device->id),
            store_number(device->blocked),
            store_number((int)device->log_level),
            store_number((int)device->gateway_type),
            store_number((int)device->auth_method),
            store_number((int64_t)time(NULL)),
            { .kind = STORE_END },
        };

        if (!draw(num_id))
            return false;
        values[0] = store_number(*num_id);
        if (!store_run(store, STATEMENT_DEVICE_INSERT, values, &changes))
            return false;
        if (changes == 1)
            return true;
        *num_id = 0;
    }
    log_error("no free number for the device %s", device->id);
    return false;
}

static bool
insert_metadata(struct store *store, int64_t row,
                const struct registry_device *device)
{
    for (size_t i = 0; i < device->metadata_count; i++) {
        struct store_value values[] = { store_number(row),
                                        store_text(device->metadata[i].name),
                                        store_text(device->metadata[i].value),
                                        { .kind = STORE_END } };

        if (!store_run(store, STATEMENT_METADATA_INSERT, values, NULL))
            return false;
    }
    return true;
}

bool
devices_insert(struct store *store, int64_t registry,
               const struct registry_device *device,
               const struct credential_checked *good, int64_t *row)
{
    return rules_admit_device(device) && is_free(store, registry, device->id) &&
           insert_row(store, registry, device, row) &&
           credentials_insert(store, registry, *row, device, good) &&
           insert_metadata(store, *row, device);
}

static bool
insert(struct store *store, const struct names_path *path,
       const struct registry_device *device)
{
    int64_t registry = 0;
    int64_t row = 0;

    return registries_key(store, path, &registry) &&
           devices_insert(store, registry, device, NULL, &row);
}

bool
registry_device_create(struct store *store, const struct names_path *path,
                       const struct registry_device *device)
{
    return store_begin_write(store) &&
           store_end(store, insert(store, path, device));
}

static bool
read_pairs(struct store *store, sqlite3_stmt *query, struct registry_device *it,
           size_t room)
{
    bool has_row = true;

    while (has_row && it->metadata_count < room) {
        struct registry_pair *next = &it->metadata[it->metadata_count];

        if (!store_next(store, query, &has_row))
            return false;
        if (!has_row)
            continue;
        it->metadata_count++;
        next->name = store_copy_text(query, 0);
        next->value = store_copy_text(query, 1);
        if (next->name == NULL || next->value == NULL)
            return false;
    }
    return true;
}

static bool
read_metadata(struct store *store, struct registry_device *it)
{
    struct store_value which[] = { store_number((int64_t)it->num_id),
                                   { .kind = STORE_END } };
    sqlite3_stmt *query = NULL;
    int64_t room = 0;
    bool found;
    bool ok;

    if (!store_lookup(store, STATEMENT_METADATA_COUNT, which, &found, &room))
        return false;
    if (room == 0)
        return true;
    it->metadata = calloc((size_t)room, sizeof *it->metadata);
    if (it->metadata == NULL) {
        log_error("out of memory");
        return false;
    }
    query = store_query(store, STATEMENT_METADATA_SELECT, which);
    ok = query != NULL && read_pairs(store, query, it, (size_t)room);
    store_done(&query);
    return ok;
}

bool
devices_read(struct store *store, sqlite3_stmt *query,
             struct registry_device **device)
{
    struct registry_device *it = calloc(1, sizeof *it);

    *device = it;
    if (it == NULL) {
        log_error("out of memory");
        return false;
    }
    store_copy_id(query, COLUMN_ID, it->id);
    it->num_id = (uint64_t)sqlite3_column_int64(query, COLUMN_NUM_ID);
    it->blocked = sqlite3_column_int(query, COLUMN_BLOCKED) != 0;
    it->log_level =
        (enum registry_log_level)sqlite3_column_int(query, COLUMN_LOG_LEVEL);
    it->gateway_type = (enum registry_gateway_type)sqlite3_column_int(
        query, COLUMN_GATEWAY_TYPE);
    it->auth_method = (enum registry_auth_method)sqlite3_column_int(
        query, COLUMN_AUTH_METHOD);
    it->created = sqlite3_column_int64(query, COLUMN_CREATED);
    it->updated = sqlite3_column_int64(query, COLUMN_UPDATED);
    return credentials_read(store, it) && read_metadata(store, it);
}

static bool
find(struct store *store, const struct names_path *path, int64_t registry,
     struct registry_device **device)
{
    bool by_number = names_is_numeric(path->device, strlen(path->device));
    struct store_value values[] = {
        store_number(registry),
        by_number ? store_number(store_num_id(path->device))
                  : store_text(path->device),
        { .kind = STORE_END },
    };
    sqlite3_stmt *query = store_query(
        store, by_number ? STATEMENT_DEVICE_BY_NUMBER : STATEMENT_DEVICE_BY_ID,
        values);
    bool has_row = false;
    bool ok = query != NULL && store_next(store, query, &has_row);

    if (ok && has_row)
        ok = devices_read(store, query, device);
    store_done(&query);
    return ok;
}

static bool
find_anywhere(struct store *store, const struct names_path *path,
              struct registry_device **device)
{
    int64_t registry = 0;

    return registries_key(store, path, &registry) &&
           find(store, path, registry, device);
}

static bool
get_anywhere(struct store *store, const struct names_path *path,
             struct registry_device **device)
{
    if (!find_anywhere(store, path, device))
        return false;
    if (*device == NULL)
        say_missing(path);
    return *device != NULL;
}

bool
registry_device_find(struct store *store, const struct names_path *path,
                     struct registry_device **device)
{
    *device = NULL;
    if (store_begin_read(store) &&
        store_end(store, find_anywhere(store, path, device)))
        return true;
    registry_device_free(device);
    return false;
}

bool
registry_device_get(struct store *store, const struct names_path *path,
                    struct registry_device **device)
{
    *device = NULL;
    if (store_begin_read(store) &&
        store_end(store, get_anywhere(store, path, device)))
        return true;
    registry_device_free(device);
    return false;
}

static bool
set_columns(struct store *store, const struct registry_device *now,
            const struct registry_device *wanted, unsigned mask)
{
    const struct registry_device *blocked =
        mask & REGISTRY_DEVICE_SET_BLOCKED ? wanted : now;
    const struct registry_device *level =
        mask & REGISTRY_DEVICE_SET_LOG_LEVEL ? wanted : now;
    const struct registry_device *method =
        mask & REGISTRY_DEVICE_SET_AUTH_METHOD ? wanted : now;
    struct registry_device after = *now;
    struct store_value values[] = { store_number((int64_t)now->num_id),
                                    store_number(blocked->blocked),
                                    store_number((int)level->log_level),
                                    store_number((int)method->auth_method),
                                    store_number((int64_t)time(NULL)),
                                    { .kind = STORE_END } };

    after.log_level = level->log_level;
    after.auth_method = method->auth_method;
    return rules_admit_device(&after) &&
           store_run(store, STATEMENT_DEVICE_UPDATE, values, NULL);
}

static bool
update(struct store *store, const struct names_path *path,
       const struct registry_device *wanted, unsigned mask)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    struct registry_device *now = NULL;
    bool ok = get_anywhere(store, path, &now) &&
              set_columns(store, now, wanted, mask);

    if (ok && mask & REGISTRY_DEVICE_SET_METADATA) {
        which[0] = store_number((int64_t)now->num_id);
        ok = rules_admit_metadata(wanted) &&
             store_run(store, STATEMENT_METADATA_CLEAR, which, NULL) &&
             insert_metadata(store, (int64_t)now->num_id, wanted);
    }
    registry_device_free(&now);
    return ok;
}

bool
registry_device_update(struct store *store, const struct names_path *path,
                       const struct registry_device *device, unsigned mask)
{
    return store_begin_write(store) &&
           store_end(store, update(store, path, device, mask));
}

static bool
delete_one(struct store *store, const struct names_path *path)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    int64_t registry = 0;
    int64_t row = 0;

    if (!devices_row(store, path, &registry, &row))
        return false;
    which[0] = store_number(row);
    return bindings_let_go(store, row) &&
           store_run(store, STATEMENT_DEVICE_DELETE, which, NULL);
}

bool
registry_device_delete(struct store *store, const struct names_path *path)
{
    return store_begin_write(store) &&
           store_end(store, delete_one(store, path));
}

void
registry_device_free(struct registry_device **device)
{
    struct registry_device *it = *device;

    if (it == NULL)
        return;
    for (size_t i = 0; i < it->metadata_count; i++) {
        free(it->metadata[i].name);
        free(it->metadata[i].value);
    }
    free(it->metadata);
    for (size_t i = 0; i < REGISTRY_CREDENTIALS_MOST; i++)
        free(it->credentials[i].pem);
    free(it);
    *device = NULL;
}
