// SPDX-License-Identifier: Apache-2.0
/*
 * The gate's one question, as one statement.  What follows from the answer
 * (sections 1.5, 1.6) is the gate's.
 */
#include "base/log.h"
#include "credential.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* The columns of ADMISSION_OF in statement.c. */
enum column {
    COLUMN_ID,
    COLUMN_NUM_ID,
    COLUMN_BLOCKED,
    COLUMN_MQTT,
    COLUMN_HTTP,
    COLUMN_GATEWAY_TYPE,
    COLUMN_AUTH_METHOD,
    COLUMN_LOG_LEVEL,
    COLUMN_FORMAT,
    COLUMN_EXPIRES,
    COLUMN_SPKI,
};

static struct registry_admission *
admission_new(sqlite3_stmt *query)
{
    struct registry_admission *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    store_copy_id(query, COLUMN_ID, it->device);
    it->num_id = (uint64_t)sqlite3_column_int64(query, COLUMN_NUM_ID);
    it->blocked = sqlite3_column_int(query, COLUMN_BLOCKED) != 0;
    it->mqtt_enabled = sqlite3_column_int(query, COLUMN_MQTT) != 0;
    it->http_enabled = sqlite3_column_int(query, COLUMN_HTTP) != 0;
    it->gateway_type = (enum registry_gateway_type)sqlite3_column_int(
        query, COLUMN_GATEWAY_TYPE);
    it->auth_method = (enum registry_auth_method)sqlite3_column_int(
        query, COLUMN_AUTH_METHOD);
    it->log_level =
        (enum registry_log_level)sqlite3_column_int(query, COLUMN_LOG_LEVEL);
    return it;
}

/* A device without a key has one row, in which these are NULL. */
static bool
add_key(struct registry_admission *it, sqlite3_stmt *query)
{
    const struct credential_format *format =
        credential_format(sqlite3_column_int(query, COLUMN_FORMAT));
    struct registry_key *key = &it->keys[it->key_count];
    const void *spki = sqlite3_column_blob(query, COLUMN_SPKI);
    int length = sqlite3_column_bytes(query, COLUMN_SPKI);

    if (format == NULL || spki == NULL || length <= 0 ||
        it->key_count == REGISTRY_CREDENTIALS_MOST)
        return true;
    key->spki = malloc((size_t)length);
    if (key->spki == NULL) {
        log_error("out of memory");
        return false;
    }
    memcpy(key->spki, spki, (size_t)length);
    key->spki_length = (size_t)length;
    key->algorithm = format->algorithm;
    key->expires = sqlite3_column_int64(query, COLUMN_EXPIRES);
    it->key_count++;
    return true;
}

static bool
read_rows(struct store *store, sqlite3_stmt *query,
          struct registry_admission **admission)
{
    bool has_row;

    while (store_next(store, query, &has_row)) {
        if (!has_row)
            return true;
        if (*admission == NULL && (*admission = admission_new(query)) == NULL)
            return false;
        if (!add_key(*admission, query))
            return false;
    }
    return false;
}

bool
registry_admission_find(struct store *store, const struct names_path *path,
                        struct registry_admission **admission)
{
    bool by_number = names_is_numeric(path->device, strlen(path->device));
    struct store_value values[] = {
        store_text(path->project),
        store_text(path->location),
        store_text(path->registry),
        by_number ? store_number(store_num_id(path->device))
                  : store_text(path->device),
        { .kind = STORE_END },
    };
    sqlite3_stmt *query = store_query(store,
                                      by_number ? STATEMENT_ADMISSION_BY_NUMBER
                                                : STATEMENT_ADMISSION_BY_ID,
                                      values);
    bool ok;

    *admission = NULL;
    ok = query != NULL && read_rows(store, query, admission);
    store_done(&query);
    if (!ok)
        registry_admission_free(admission);
    return ok;
}

void
registry_admission_free(struct registry_admission **admission)
{
    if (*admission == NULL)
        return;
    for (size_t i = 0; i < REGISTRY_CREDENTIALS_MOST; i++)
        free((*admission)->keys[i].spki);
    free(*admission);
    *admission = NULL;
}
