// SPDX-License-Identifier: Apache-2.0
/*
 * What the files about devices ask of each other.
 */
#ifndef REGISTRY_DEVICES_H
#define REGISTRY_DEVICES_H

#include "credential.h"
#include "registry.h"
#include "store/store.h"

/* The rows of the device of PATH and of its registry.  False, logged, when
 * there is none. */
CHECKED bool
devices_row(struct store *store, const struct names_path *path,
            int64_t *registry, int64_t *row);

/* Reads the row of DEVICE_COLUMNS that QUERY stands on, and all that belongs
 * to it; *DEVICE is the caller's to free also when that fails. */
CHECKED bool
devices_read(struct store *store, sqlite3_stmt *query,
             struct registry_device **device);

/*
 * Checks a device and adds it to the registry of this row, within a write
 * transaction; *ROW is its number, and before that 0 or one to be tried.
 * GOOD are its credentials if they are checked already, or NULL.
 */
CHECKED bool
devices_insert(struct store *store, int64_t registry,
               const struct registry_device *device,
               const struct credential_checked *good, int64_t *row);

/* Adds the credentials of DEVICE to that of ROW, within a write transaction;
 * GOOD as above. */
CHECKED bool
credentials_insert(struct store *store, int64_t registry, int64_t row,
                   const struct registry_device *device,
                   const struct credential_checked *good);

/* Reads the credentials of DEVICE, whose num_id is set, into it. */
CHECKED bool
credentials_read(struct store *store, struct registry_device *device);

/* Adds a configuration to the device of ROW, within a write transaction. */
CHECKED bool
configs_insert(struct store *store, int64_t row,
               const struct registry_config *config);

/* registry_bind, within a write transaction. */
CHECKED bool
bindings_insert(struct store *store, const struct names_path *path,
                const char *gateway, const char *device);

/* May the device of this row go?  False, logged, for a gateway that still has
 * devices (section 5.3). */
CHECKED bool
bindings_let_go(struct store *store, int64_t gateway);

#endif
