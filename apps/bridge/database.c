// SPDX-License-Identifier: Apache-2.0
/*
 * Keeps the registry open, read-only.  What is in it is the gate's affair.
 */
#include "database.h"

#include "base/log.h"
#include "registry/registry.h"

#include <stddef.h>

/* Seconds between tries at a file that could not be opened and that nobody
 * has touched since. */
enum { TRY_AGAIN = 60 };

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
is_untouched(const struct stat *a, const struct stat *b)
{
    return is_same_file(a, b) && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void
open_again(struct database *database, const struct stat *file, int64_t second)
{
    if (is_untouched(file, &database->file) &&
        second - database->tried < TRY_AGAIN)
        return;
    database->file = *file;
    database->tried = second;
    database->store = registry_store_open(database->path, REGISTRY_READ);
    if (database->store == NULL)
        return;
    database->generation++;
    log_info("the registry is open: %s", database->path);
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
    struct stat file;
    bool is_there = stat(database->path, &file) == 0;

    if (database->store != NULL &&
        (!is_there || !is_same_file(&file, &database->file))) {
        log_warning("the registry is gone or replaced: %s", database->path);
        registry_store_close(&database->store);
    }
    if (database->store == NULL && is_there)
        open_again(database, &file, second);
    if (database->store != NULL)
        look_for_changes(database);
}

void
database_close(struct database *database)
{
    registry_store_close(&database->store);
}
