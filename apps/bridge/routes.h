// SPDX-License-Identifier: Apache-2.0
/*
 * Where telemetry goes, remembered: to ask two databases for each message would
 * take longer than to keep it.  cloud-iot-core reference, section 2.4.
 */
#ifndef BRIDGE_ROUTES_H
#define BRIDGE_ROUTES_H

#include "base/checked.h"
#include "base/names.h"
#include "registry/registry.h"
#include "traffic/traffic.h"

#include <stdbool.h>

struct routes;

struct route {
    struct registry_destination to;
    bool has_topic; /* and it exists */
};

/* NULL, logged, when there is no memory. */
CHECKED struct routes *
routes_new(void);

/* Accepts NULL; clears the pointer. */
void
routes_free(struct routes **routes);

/*
 * From now on whatever has changed in either database by then counts.  To be
 * called before each turn of the broker, so that what was changed before a
 * device published holds for what it publishes.
 */
void
routes_turn(struct routes *routes);

/* Where a device of the registry of PATH sends what it publishes for SUBFOLDER;
 * good until the next call.  NULL, logged, when a database fails. */
CHECKED const struct route *
routes_find(struct routes *routes, struct store *store, struct traffic *traffic,
            const struct names_path *path, const char *subfolder);

#endif
