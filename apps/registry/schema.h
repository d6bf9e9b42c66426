// SPDX-License-Identifier: Apache-2.0
/*
 * The tables, and how a database comes from any earlier version to this one.
 */
#ifndef REGISTRY_SCHEMA_H
#define REGISTRY_SCHEMA_H

#include "base/checked.h"

#include <sqlite3.h>
#include <stdbool.h>

/* Makes a new database at PATH, whole or not at all; that somebody else has
 * just made one is fine.  False, logged. */
CHECKED bool
schema_create(const char *path);

/*
 * Looks whether DB, opened from PATH, is one of ours, and with MAY_CHANGE
 * brings it to this version.  False, logged: it is not ours, is newer, or is
 * older and may not be changed.
 */
CHECKED bool
schema_check(sqlite3 *db, const char *path, bool may_change);

#endif
