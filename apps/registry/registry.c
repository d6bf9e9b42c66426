// SPDX-License-Identifier: Apache-2.0
/*
 * The registry's database, opened as its access allows.
 */
#include "registry.h"

#include "base/log.h"
#include "store/store.h"

#include <stdlib.h>

/* A broker's thread may wait the one, a person at the keyboard the other. */
enum { WAIT_BRIEFLY_MS = 3, WAIT_PATIENTLY_MS = 10000 };

#define MAKES_ONE "iot-registry registries create makes one"

/* What an access means to SQLite. */
static const struct store_way ways[] = {
    [REGISTRY_READ] = { &schema_registry, SQLITE_OPEN_READONLY, WAIT_BRIEFLY_MS,
                        false, false, true, MAKES_ONE },
    [REGISTRY_BROWSE] = { &schema_registry, SQLITE_OPEN_READONLY,
                          WAIT_PATIENTLY_MS, false, false, true, MAKES_ONE },
    [REGISTRY_WRITE] = { &schema_registry, SQLITE_OPEN_READWRITE,
                         WAIT_PATIENTLY_MS, true, false, true, MAKES_ONE },
    [REGISTRY_CREATE] = { &schema_registry, SQLITE_OPEN_READWRITE,
                          WAIT_PATIENTLY_MS, true, true, true, MAKES_ONE },
};

struct store *
registry_store_open(const char *path, enum registry_access access_wanted)
{
    struct store *store = calloc(1, sizeof *store);

    if (store == NULL)
        log_error("out of memory");
    else if (!store_open(store, &ways[access_wanted], path))
        registry_store_close(&store);
    return store;
}

void
registry_store_close(struct store **store)
{
    if (*store == NULL)
        return;
    store_close(*store);
    free(*store);
    *store = NULL;
}

/* data_version tells of others' commits, total_changes of our own; neither
 * ever goes back, so their sum tells of both. */
bool
registry_store_generation(struct store *store, uint64_t *generation)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    int64_t version = 0;
    bool found;

    if (!store_lookup(store, STATEMENT_DATA_VERSION, none, &found, &version))
        return false;
    *generation =
        (uint64_t)version + (uint64_t)sqlite3_total_changes64(store->db);
    return true;
}
