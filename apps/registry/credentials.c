// SPDX-License-Identifier: Apache-2.0
/*
 * Devices' credentials, in and out of the table: at most three each, checked
 * when they come in.  cloud-iot-core reference, sections 1.6 and 5.5; the
 * rules themselves are credential.c's.
 */
#include "credential.h"

#include "base/log.h"
#include "devices.h"
#include "registries.h"

#include <time.h>

static bool
has_room(struct store *store, int64_t row)
{
    struct store_value which[] = { store_number(row), { .kind = STORE_END } };
    int64_t count = 0;
    bool found;

    if (!store_lookup(store, STATEMENT_CREDENTIAL_COUNT, which, &found, &count))
        return false;
    if (count < REGISTRY_CREDENTIALS_MOST)
        return true;
    log_error("refused: a device has at most %d credentials",
              REGISTRY_CREDENTIALS_MOST);
    return false;
}

static bool
insert_checked(struct store *store, int64_t row,
               const struct registry_credential *credential,
               const struct credential_checked *good)
{
    struct store_value values[] = {
        store_number(row),
        store_number((int)credential->format),
        store_number(credential->expires),
        store_bytes(good->spki, good->spki_length),
        store_text(good->pem),
        { .kind = STORE_END },
    };

    return has_room(store, row) &&
           store_run(store, STATEMENT_CREDENTIAL_INSERT, values, NULL);
}

/* Checked here, behind the writers' lock, so that no certificate of the
 * registry can come or go in between. */
static bool
insert(struct store *store, int64_t registry, int64_t row,
       const struct registry_credential *credential)
{
    char *certificates[REGISTRY_CERTIFICATES_MOST] = { NULL };
    struct credential_checked good = { 0 };
    size_t count = 0;
    bool ok = has_room(store, row) &&
              registries_certificates(store, registry, certificates, &count) &&
              credential_check(credential, certificates, count,
                               (int64_t)time(NULL), &good) &&
              insert_checked(store, row, credential, &good);

    credential_checked_free(&good);
    registries_free_certificates(certificates);
    return ok;
}

bool
credentials_insert(struct store *store, int64_t registry, int64_t row,
                   const struct registry_device *device,
                   const struct credential_checked *good)
{
    for (size_t i = 0; i < device->credential_count; i++) {
        const struct registry_credential *it = &device->credentials[i];

        if (good != NULL ? !insert_checked(store, row, it, &good[i])
                         : !insert(store, registry, row, it))
            return false;
    }
    return true;
}

bool
credentials_read(struct store *store, struct registry_device *it)
{
    struct store_value which[] = { store_number((int64_t)it->num_id),
                                   { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(store, STATEMENT_CREDENTIAL_SELECT, which);
    bool has_row = query != NULL;
    bool ok = has_row;

    while (ok && has_row && it->credential_count < REGISTRY_CREDENTIALS_MOST) {
        struct registry_credential *next =
            &it->credentials[it->credential_count];

        ok = store_next(store, query, &has_row);
        if (!ok || !has_row)
            continue;
        it->credential_count++;
        next->format = (enum registry_format)sqlite3_column_int(query, 0);
        next->expires = sqlite3_column_int64(query, 1);
        next->pem = store_copy_text(query, 2);
        ok = next->pem != NULL;
    }
    store_done(&query);
    return ok;
}

static bool
touch(struct store *store, int64_t row)
{
    struct store_value values[] = { store_number(row),
                                    store_number((int64_t)time(NULL)),
                                    { .kind = STORE_END } };

    return store_run(store, STATEMENT_DEVICE_TOUCH, values, NULL);
}

static bool
add_credential(struct store *store, const struct names_path *path,
               const struct registry_credential *credential)
{
    int64_t registry = 0;
    int64_t row = 0;

    return devices_row(store, path, &registry, &row) &&
           insert(store, registry, row, credential) && touch(store, row);
}

bool
registry_credential_add(struct store *store, const struct names_path *path,
                        const struct registry_credential *credential)
{
    return store_begin_write(store) &&
           store_end(store, add_credential(store, path, credential));
}

/* Runs WHICH, whose first parameter, put into VALUES, is the device's row. */
static bool
change(struct store *store, const struct names_path *path, enum statement which,
       struct store_value *values, int *changes)
{
    int64_t registry = 0;
    int64_t row = 0;

    if (!devices_row(store, path, &registry, &row))
        return false;
    values[0] = store_number(row);
    return store_run(store, which, values, changes) && touch(store, row);
}

/* The same for a credential that must be there. */
static bool
change_one(struct store *store, const struct names_path *path, size_t index,
           enum statement which, struct store_value *values)
{
    int changes = 0;

    if (!change(store, path, which, values, &changes))
        return false;
    if (changes == 0)
        log_error("the device %s has no credential with the index %zu",
                  path->device, index);
    return changes > 0;
}

bool
registry_credential_delete(struct store *store, const struct names_path *path,
                           size_t index)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    store_number((int64_t)index),
                                    { .kind = STORE_END } };

    return store_begin_write(store) &&
           store_end(store, change_one(store, path, index,
                                       STATEMENT_CREDENTIAL_DELETE, values));
}

bool
registry_credential_expire(struct store *store, const struct names_path *path,
                           size_t index, int64_t expires)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    store_number((int64_t)index),
                                    store_number(expires),
                                    { .kind = STORE_END } };

    return store_begin_write(store) &&
           store_end(store, change_one(store, path, index,
                                       STATEMENT_CREDENTIAL_EXPIRE, values));
}

bool
registry_credential_clear(struct store *store, const struct names_path *path)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    { .kind = STORE_END } };

    return store_begin_write(store) &&
           store_end(store, change(store, path, STATEMENT_CREDENTIAL_CLEAR,
                                   values, NULL));
}
