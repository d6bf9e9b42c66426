// SPDX-License-Identifier: Apache-2.0
/*
 * The tables, and how a database comes from any earlier version to this one.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/checked.h"

#include <sqlite3.h>
#include <stdbool.h>

/* One kind of database: its tables as steps, each of which brings version N
 * to N + 1 and sets user_version itself. */
struct schema {
    const char *what; /* "registry"; stands before the path in a log line */
    int application;  /* PRAGMA application_id */
    const char *const *steps;
    int version;   /* how many steps there are */
    unsigned mode; /* of a file that is made */
};

/* What operators write and bridges read; and what bridges write. */
extern const struct schema schema_registry;
extern const struct schema schema_traffic;

/* Makes a new database at PATH, whole or not at all; that somebody else has
 * just made one is fine.  False, logged. */
CHECKED bool
schema_create(const struct schema *schema, const char *path);

/*
 * Gives the new file FD, which is or will be at PATH, MODE: to its group as far
 * as the umask allows, or all of it where the folder hands its group down: who
 * made that so has said that this group shall have its part.
 */
CHECKED bool
schema_widen(int fd, const char *path, unsigned mode);

/*
 * Looks whether DB, opened from PATH, is of SCHEMA, and with MAY_CHANGE
 * brings it to this version.  False, logged: it is not ours, is newer, or is
 * older and may not be changed.
 */
CHECKED bool
schema_check(const struct schema *schema, sqlite3 *db, const char *path,
             bool may_change);

#endif
