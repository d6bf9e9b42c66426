// SPDX-License-Identifier: Apache-2.0
/*
 * Many devices at once.  Their numbers lie close together, so that a million
 * of them are written beside each other and not all over the file.
 */
#include "base/log.h"
#include "devices.h"
#include "registries.h"

#include <openssl/rand.h>

/* The numbers of a batch are at most so far from one another. */
enum { GAP_MOST = 1 << 16 };

/* The next number to try, in *NUM_ID: anywhere for the first. */
static bool
step(int64_t *num_id)
{
    uint64_t number = 0;

    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1) {
        log_error("there are no random numbers");
        return false;
    }
    if (*num_id == 0 || *num_id > INT64_MAX - GAP_MOST)
        *num_id = (int64_t)(number >> 1);
    else
        *num_id += 1 + (int64_t)(number % GAP_MOST);
    return true;
}

static bool
is_there(struct registry_store *store, int64_t registry, const char *id,
         bool *found)
{
    struct store_value values[] = { store_number(registry),
                                    store_text(id),
                                    { .kind = STORE_END } };
    int64_t row;

    return store_lookup(store, STATEMENT_DEVICE_EXISTS, values, found, &row);
}

static bool
import_one(struct registry_store *store, int64_t registry,
           const struct registry_import *item, int64_t *num_id)
{
    return step(num_id) &&
           devices_insert(store, registry, item->device, num_id) &&
           (item->config == NULL ||
            configs_insert(store, *num_id, 1, item->config,
                           item->config_length));
}

static bool
import_all(struct registry_store *store, const struct names_path *path,
           const struct registry_import *items, size_t count, bool skip,
           size_t *added, size_t *refused)
{
    int64_t registry = 0;
    int64_t num_id = 0;
    bool found = false;

    *added = 0;
    *refused = 0;
    if (!registries_key(store, path, &registry))
        return false;
    for (size_t i = 0; i < count; i++) {
        *refused = i;
        if (skip && !is_there(store, registry, items[i].device->id, &found))
            return false;
        if (found)
            continue;
        if (!import_one(store, registry, &items[i], &num_id))
            return false;
        (*added)++;
    }
    return true;
}

bool
registry_device_import(struct registry_store *store,
                       const struct names_path *path,
                       const struct registry_import *items, size_t count,
                       bool skip, size_t *added, size_t *refused)
{
    return store_begin_write(store) &&
           store_end(store, import_all(store, path, items, count, skip, added,
                                       refused));
}
