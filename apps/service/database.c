// SPDX-License-Identifier: Apache-2.0
/*
 * Keeps the registry open, read-only.  What is in it is the gate's affair.
 */
#include "database.h"

#include "base/log.h"
#include "registry/registry.h"

#include <stddef.h>

/* Seconds between tries at a file that could not be opened and that nobody
 * has touched since: nobody need touch it to let go of a lock. */
enum { TRY_AGAIN = 5 };

static void
open_again(struct database *database)
{
    database->store = registry_store_open(database->file.path, REGISTRY_READ);
    if (database->store == NULL)
        return;
    database->generation++;
    log_event(LOG_REGISTRY_OPEN,
              &(struct log_facts){ .file = database->file.path },
              "the registry is open: %s", database->file.path);
}

/* When the store cannot say it has logged why, and what is known stays. */
static void
look_for_changes(struct database *database)
{
    uint64_t seen = database->seen;

    if (!registry_store_generation(database->store, &seen) ||
        seen == database->seen)
        return;
    database->seen = seen;
    database->generation++;
}

void
database_look(struct database *database, int64_t second)
{
    struct watch *file = &database->file;
    bool is_same = watch_look(file);

    if (database->store != NULL && !is_same) {
        log_event(LOG_REGISTRY_GONE, &(struct log_facts){ .file = file->path },
                  "the registry is gone or replaced: %s", file->path);
        registry_store_close(&database->store);
    }
    if (database->store == NULL && watch_is_there(file) &&
        watch_try(file, second, TRY_AGAIN))
        open_again(database);
    if (database->store != NULL)
        look_for_changes(database);
}

void
database_miss(const struct database *database)
{
    const char *path = database->file.path;

    if (database->store == NULL && watch_is_there(&database->file))
        log_event(LOG_REGISTRY_MISSING, &(struct log_facts){ .file = path },
                  "no device is admitted until %s can be read", path);
    else if (database->store == NULL)
        log_event(LOG_REGISTRY_MISSING, &(struct log_facts){ .file = path },
                  "no device is admitted until there is a registry at %s: make "
                  "it with iot-registry",
                  path);
}

void
database_close(struct database *database)
{
    registry_store_close(&database->store);
}
