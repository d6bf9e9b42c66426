// SPDX-License-Identifier: Apache-2.0
/*
 * Registries' CA certificates, in and out of the table: at most ten each,
 * checked when they come in.  cloud-iot-core reference, section 5.5; the
 * rules themselves are credential.c's.
 */
#include "base/log.h"
#include "credential.h"
#include "registries.h"

#include <stdlib.h>
#include <time.h>

bool
registries_insert_certificate(struct store *store, int64_t key, const char *pem)
{
    struct store_value values[] = { store_number(key),
                                    store_text(pem),
                                    { .kind = STORE_END } };
    struct store_value which[] = { store_number(key), { .kind = STORE_END } };
    int64_t count = 0;
    bool found;
    char *clean = NULL;
    bool ok;

    if (!store_lookup(store, STATEMENT_CERTIFICATE_COUNT, which, &found,
                      &count))
        return false;
    if (count >= REGISTRY_CERTIFICATES_MOST) {
        log_error("refused: a registry has at most %d certificates",
                  REGISTRY_CERTIFICATES_MOST);
        return false;
    }
    if (!credential_check_authority(pem, (int64_t)time(NULL), &clean))
        return false;
    values[1] = store_text(clean);
    ok = store_run(store, STATEMENT_CERTIFICATE_INSERT, values, NULL);
    free(clean);
    return ok;
}

bool
registries_certificates(struct store *store, int64_t key,
                        char *certificates[REGISTRY_CERTIFICATES_MOST],
                        size_t *count)
{
    struct store_value values[] = { store_number(key), { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(store, STATEMENT_CERTIFICATE_SELECT, values);
    bool has_row = query != NULL;
    bool ok = has_row;

    *count = 0;
    while (ok && has_row && *count < REGISTRY_CERTIFICATES_MOST) {
        ok = store_next(store, query, &has_row);
        if (!ok || !has_row)
            continue;
        certificates[*count] = store_copy_text(query, 0);
        ok = certificates[*count] != NULL;
        (*count)++;
    }
    store_done(&query);
    return ok;
}

void
registries_free_certificates(char *certificates[REGISTRY_CERTIFICATES_MOST])
{
    for (size_t i = 0; i < REGISTRY_CERTIFICATES_MOST; i++) {
        free(certificates[i]);
        certificates[i] = NULL;
    }
}

static bool
add_certificate(struct store *store, const struct names_path *path,
                const char *pem)
{
    int64_t key = 0;

    return registries_key(store, path, &key) &&
           registries_insert_certificate(store, key, pem);
}

bool
registry_certificate_add(struct store *store, const struct names_path *path,
                         const char *pem)
{
    return store_begin_write(store) &&
           store_end(store, add_certificate(store, path, pem));
}

static bool
delete_certificate(struct store *store, const struct names_path *path,
                   size_t index)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    store_number((int64_t)index),
                                    { .kind = STORE_END } };
    int64_t key = 0;
    int changes = 0;

    if (!registries_key(store, path, &key))
        return false;
    values[0] = store_number(key);
    if (!store_run(store, STATEMENT_CERTIFICATE_DELETE, values, &changes))
        return false;
    if (changes == 0)
        log_error("the registry %s has no certificate with the index %zu",
                  path->registry, index);
    return changes > 0;
}

bool
registry_certificate_delete(struct store *store, const struct names_path *path,
                            size_t index)
{
    return store_begin_write(store) &&
           store_end(store, delete_certificate(store, path, index));
}

static bool
clear(struct store *store, const struct names_path *path)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    int64_t key = 0;

    if (!registries_key(store, path, &key))
        return false;
    which[0] = store_number(key);
    return store_run(store, STATEMENT_CERTIFICATE_CLEAR, which, NULL);
}

bool
registry_certificate_clear(struct store *store, const struct names_path *path)
{
    return store_begin_write(store) && store_end(store, clear(store, path));
}
