// SPDX-License-Identifier: Apache-2.0
/*
 * The registry's database as a long-running process sees it: it may come
 * late, go away, be replaced, and change.
 */
#ifndef SERVICE_DATABASE_H
#define SERVICE_DATABASE_H

#include "watch.h"

#include <stdint.h>

struct store;

/* All but FILE.path, which is borrowed, starts as zero. */
struct database {
    struct watch file;
    struct store *store; /* NULL while it cannot be opened */
    uint64_t generation; /* grows when the content has changed */
    uint64_t seen;       /* the store's own, when last looked at */
};

/*
 * Opens the database if it is there and not open, again if another file has
 * taken its place, and looks at its generation.  To be called a few times a
 * second; it never waits long.  What went wrong is logged when it is news.
 */
void
database_look(struct database *database, int64_t second);

/* Says so if it is not open, as it may be at the start. */
void
database_miss(const struct database *database);

void
database_close(struct database *database);

#endif
