// SPDX-License-Identifier: Apache-2.0
/*
 * Many devices at once.  Their keys are checked on all processors, before
 * anybody has to wait; their numbers lie close together, so that a million of
 * them are written beside each other and not all over the file.
 */
#include "base/log.h"
#include "devices.h"
#include "registries.h"
#include "rules.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    GAP_MOST = 1 << 16, /* between the numbers of a batch */
    THREADS_MOST = 16,
};

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
is_there(struct store *store, int64_t registry, const char *id, bool *found)
{
    struct store_value values[] = { store_number(registry),
                                    store_text(id),
                                    { .kind = STORE_END } };
    int64_t row;

    return store_lookup(store, STATEMENT_DEVICE_EXISTS, values, found, &row);
}

/* A batch, and what is found out about it before the writers' lock is taken:
 * to check a key takes longer than all else. */
struct batch {
    const struct registry_import *items;
    size_t count;
    bool *is_passed_over;
    struct credential_checked (*good)[REGISTRY_CREDENTIALS_MOST];
    int64_t registry;
    char *certificates[REGISTRY_CERTIFICATES_MOST];
    size_t certificate_count;
};

/* Every STEP-th device of a batch, from FIRST; REFUSED is one that failed, or
 * the batch's count. */
struct share {
    struct batch *batch;
    size_t first, step;
    size_t refused;
    pthread_t thread;
    bool has_thread;
};

static bool
check_one(struct batch *batch, size_t index, int64_t now)
{
    const struct registry_device *device = batch->items[index].device;

    if (device == NULL)
        return true;
    if (!rules_admit_device(device))
        return false;
    for (size_t i = 0; i < device->credential_count; i++)
        if (!credential_check(&device->credentials[i], batch->certificates,
                              batch->certificate_count, now,
                              &batch->good[index][i]))
            return false;
    return true;
}

static void *
check_share(void *given)
{
    struct share *share = given;
    struct batch *batch = share->batch;
    int64_t now = (int64_t)time(NULL);

    share->refused = batch->count;
    for (size_t i = share->first; i < batch->count; i += share->step) {
        if (batch->is_passed_over[i] || check_one(batch, i, now))
            continue;
        share->refused = i;
        break;
    }
    return NULL;
}

/* Checks all keys on as many processors as there are; *REFUSED is the first
 * device that fails, or the batch's count. */
static void
check_all(struct batch *batch, size_t *refused)
{
    struct share shares[THREADS_MOST] = { { .batch = NULL } };
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = processors > 1 ? (size_t)processors : 1;

    if (count > THREADS_MOST)
        count = THREADS_MOST;
    *refused = batch->count;
    for (size_t i = 0; i < count; i++) {
        shares[i].batch = batch;
        shares[i].first = i;
        shares[i].step = count;
        shares[i].has_thread =
            i > 0 && pthread_create(&shares[i].thread, NULL, check_share,
                                    &shares[i]) == 0;
    }
    for (size_t i = 0; i < count; i++)
        if (!shares[i].has_thread)
            check_share(&shares[i]);
    for (size_t i = 0; i < count; i++) {
        if (shares[i].has_thread)
            pthread_join(shares[i].thread, NULL);
        if (shares[i].refused < *refused)
            *refused = shares[i].refused;
    }
}

/* What must be known of the registry and of who is in it already. */
static bool
look(struct store *store, const struct names_path *path, struct batch *batch,
     bool skip)
{
    if (!registries_key(store, path, &batch->registry) ||
        !registries_certificates(store, batch->registry, batch->certificates,
                                 &batch->certificate_count))
        return false;
    for (size_t i = 0; skip && i < batch->count; i++)
        if (batch->items[i].device != NULL &&
            !is_there(store, batch->registry, batch->items[i].device->id,
                      &batch->is_passed_over[i]))
            return false;
    return true;
}

/* The keys were checked without the lock: against the certificates that are
 * still there? */
static bool
is_as_it_was(struct store *store, const struct names_path *path,
             const struct batch *batch)
{
    char *certificates[REGISTRY_CERTIFICATES_MOST] = { NULL };
    int64_t registry = 0;
    size_t count = 0;
    bool ok = registries_key(store, path, &registry) &&
              registries_certificates(store, registry, certificates, &count);
    bool same =
        ok && registry == batch->registry && count == batch->certificate_count;

    for (size_t i = 0; same && i < count; i++)
        same = strcmp(certificates[i], batch->certificates[i]) == 0;
    if (ok && !same)
        log_error("the registry's certificates were changed meanwhile");
    registries_free_certificates(certificates);
    return same;
}

/* A device that comes with a number keeps it, or is refused. */
static bool
insert_one(struct store *store, const struct batch *batch, size_t index,
           int64_t *num_id)
{
    const struct registry_device *device = batch->items[index].device;
    int64_t wanted = (int64_t)device->num_id;

    if (wanted != 0)
        *num_id = wanted;
    else if (!step(num_id))
        return false;
    if (!devices_insert(store, batch->registry, device, batch->good[index],
                        num_id))
        return false;
    if (wanted == 0 || *num_id == wanted)
        return true;
    log_error("refused: the number %lld of %s is another device's; "
              "--renumber gives new ones",
              (long long)wanted, device->id);
    return false;
}

static bool
import_one(struct store *store, const struct names_path *path,
           const struct batch *batch, size_t index, int64_t *num_id)
{
    const struct registry_import *item = &batch->items[index];
    struct registry_config config = { .version = 0 };

    if (item->device == NULL)
        return bindings_insert(store, path, item->gateway, item->bound);
    if (!insert_one(store, batch, index, num_id))
        return false;
    if (item->config == NULL)
        return true;
    config = *item->config;
    if (config.updated == 0)
        config.updated = (int64_t)time(NULL);
    return configs_insert(store, *num_id, &config);
}

static bool
import_all(struct store *store, const struct names_path *path,
           const struct batch *batch, size_t *added, size_t *refused)
{
    int64_t num_id = 0;

    *refused = 0;
    if (!is_as_it_was(store, path, batch))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        *refused = i;
        if (batch->is_passed_over[i])
            continue;
        if (!import_one(store, path, batch, i, &num_id))
            return false;
        *added += batch->items[i].device != NULL;
    }
    return true;
}

static bool
import_batch(struct store *store, const struct names_path *path,
             struct batch *batch, bool skip, size_t *added, size_t *refused)
{
    *refused = 0;
    if (!store_begin_read(store) ||
        !store_end(store, look(store, path, batch, skip)))
        return false;
    check_all(batch, refused);
    return *refused == batch->count && store_begin_write(store) &&
           store_end(store, import_all(store, path, batch, added, refused));
}

static void
batch_free(struct batch *batch)
{
    for (size_t i = 0; batch->good != NULL && i < batch->count; i++)
        for (size_t j = 0; j < REGISTRY_CREDENTIALS_MOST; j++)
            credential_checked_free(&batch->good[i][j]);
    registries_free_certificates(batch->certificates);
    free(batch->good);
    free(batch->is_passed_over);
}

bool
registry_device_import(struct store *store, const struct names_path *path,
                       const struct registry_import *items, size_t count,
                       bool skip, size_t *added, size_t *refused)
{
    struct batch batch = { .items = items, .count = count };
    bool ok = false;

    *added = 0;
    *refused = 0;
    batch.is_passed_over = calloc(count + 1, sizeof *batch.is_passed_over);
    batch.good = calloc(count + 1, sizeof *batch.good);
    if (batch.is_passed_over == NULL || batch.good == NULL)
        log_error("out of memory");
    else
        ok = import_batch(store, path, &batch, skip, added, refused);
    batch_free(&batch);
    return ok;
}
