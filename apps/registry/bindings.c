// SPDX-License-Identifier: Apache-2.0
/*
 * Which devices may come through which gateway.  cloud-iot-core reference,
 * sections 3.3 and 3.5; whether a device that is bound must also show a token
 * is the gate's.
 */
#include "base/log.h"
#include "devices.h"
#include "registries.h"

#include <stdio.h>
#include <stdlib.h>

/* The rows of both, which must be in the registry of PATH. */
static bool
find_both(struct store *store, const struct names_path *path,
          const char *gateway, const char *device, int64_t rows[2])
{
    struct names_path one = *path;
    int64_t registry = 0;

    snprintf(one.device, sizeof one.device, "%s", gateway);
    if (!devices_row(store, &one, &registry, &rows[0]))
        return false;
    snprintf(one.device, sizeof one.device, "%s", device);
    return devices_row(store, &one, &registry, &rows[1]);
}

static bool
ask(struct store *store, enum statement which, int64_t row, int64_t *number)
{
    struct store_value values[] = { store_number(row), { .kind = STORE_END } };
    bool found;

    *number = 0;
    return store_lookup(store, which, values, &found, number);
}

/* Section 3.5: a gateway is not bound to another one. */
static bool
are_fit(struct store *store, const char *gateway, const char *device,
        const int64_t rows[2])
{
    int64_t types[2];
    int64_t bound;
    int64_t gateways;

    if (!ask(store, STATEMENT_DEVICE_TYPE, rows[0], &types[0]) ||
        !ask(store, STATEMENT_DEVICE_TYPE, rows[1], &types[1]) ||
        !ask(store, STATEMENT_BINDING_DEVICES, rows[0], &bound) ||
        !ask(store, STATEMENT_BINDING_GATEWAYS, rows[1], &gateways))
        return false;
    if (types[0] != REGISTRY_GATEWAY)
        log_error("refused: %s is no gateway", gateway);
    else if (types[1] == REGISTRY_GATEWAY)
        log_error("refused: %s is a gateway itself", device);
    else if (bound >= REGISTRY_BOUND_MOST)
        log_error("refused: a gateway has at most %d devices",
                  REGISTRY_BOUND_MOST);
    else if (gateways >= REGISTRY_GATEWAYS_MOST)
        log_error("refused: a device has at most %d gateways",
                  REGISTRY_GATEWAYS_MOST);
    else
        return true;
    return false;
}

static bool
are_bound(struct store *store, const int64_t rows[2], bool *bound)
{
    struct store_value values[] = { store_number(rows[0]),
                                    store_number(rows[1]),
                                    { .kind = STORE_END } };
    int64_t number = 0;

    return store_lookup(store, STATEMENT_BINDING_EXISTS, values, bound,
                        &number);
}

bool
bindings_insert(struct store *store, const struct names_path *path,
                const char *gateway, const char *device)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    { .kind = STORE_END },
                                    { .kind = STORE_END } };
    int64_t rows[2];
    bool bound;

    if (!find_both(store, path, gateway, device, rows) ||
        !are_bound(store, rows, &bound))
        return false;
    if (bound)
        return true;
    values[0] = store_number(rows[0]);
    values[1] = store_number(rows[1]);
    return are_fit(store, gateway, device, rows) &&
           store_run(store, STATEMENT_BINDING_INSERT, values, NULL);
}

bool
registry_bind(struct store *store, const struct names_path *path,
              const char *gateway, const char *device)
{
    return store_begin_write(store) &&
           store_end(store, bindings_insert(store, path, gateway, device));
}

static bool
unbind_both(struct store *store, const struct names_path *path,
            const char *gateway, const char *device)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    { .kind = STORE_END },
                                    { .kind = STORE_END } };
    int64_t rows[2];
    int changes = 0;

    if (!find_both(store, path, gateway, device, rows))
        return false;
    values[0] = store_number(rows[0]);
    values[1] = store_number(rows[1]);
    if (!store_run(store, STATEMENT_BINDING_DELETE, values, &changes))
        return false;
    if (changes == 0)
        log_error("DeviceId %s is not associated with Gateway %s", device,
                  gateway);
    return changes > 0;
}

bool
registry_unbind(struct store *store, const struct names_path *path,
                const char *gateway, const char *device)
{
    return store_begin_write(store) &&
           store_end(store, unbind_both(store, path, gateway, device));
}

bool
registry_is_bound(struct store *store, uint64_t gateway, uint64_t device,
                  bool *is_bound)
{
    int64_t rows[2] = { (int64_t)gateway, (int64_t)device };

    return are_bound(store, rows, is_bound);
}

bool
bindings_let_go(struct store *store, int64_t gateway)
{
    int64_t bound;

    if (!ask(store, STATEMENT_BINDING_DEVICES, gateway, &bound))
        return false;
    if (bound > 0)
        log_error("the gateway cannot be deleted: it has associated devices; "
                  "unbind them first");
    return bound == 0;
}
