// SPDX-License-Identifier: Apache-2.0
/*
 * A small table in which two routes may want the same place; the later one has
 * it then.  All of it is forgotten when either database has changed.
 */
#include "routes.h"

#include "base/bytes.h"
#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64 };

struct row {
    uint64_t age; /* that of the table when this was found */
    char project[NAMES_ID_MOST + 1];
    char location[NAMES_ID_MOST + 1];
    char registry[NAMES_ID_MOST + 1];
    char subfolder[NAMES_SUBFOLDER_MOST + 1];
    struct route route;
};

struct routes {
    uint64_t age; /* from 1; grows when what is known is so no more */
    bool is_checked;
    const struct store *store; /* what was asked */
    const struct traffic *traffic;
    uint64_t store_generation;
    int64_t traffic_generation;
    struct row rows[ROWS];
};

struct routes *
routes_new(void)
{
    struct routes *routes = calloc(1, sizeof *routes);

    if (routes == NULL)
        log_error("out of memory");
    else
        routes->age = 1;
    return routes;
}

void
routes_free(struct routes **routes)
{
    free(*routes);
    *routes = NULL;
}

void
routes_turn(struct routes *routes)
{
    routes->is_checked = false;
}

static bool
check(struct routes *routes, struct store *store, struct traffic *traffic)
{
    uint64_t store_generation = 0;
    int64_t traffic_generation = 0;

    if (!registry_store_generation(store, &store_generation) ||
        !traffic_generation_find(traffic, &traffic_generation))
        return false;
    if (routes->store != store || routes->traffic != traffic ||
        routes->store_generation != store_generation ||
        routes->traffic_generation != traffic_generation)
        routes->age++;
    routes->store = store;
    routes->traffic = traffic;
    routes->store_generation = store_generation;
    routes->traffic_generation = traffic_generation;
    routes->is_checked = true;
    return true;
}

static struct row *
row_of(struct routes *routes, const struct names_path *path,
       const char *subfolder)
{
    const char *const parts[] = { path->project, path->location, path->registry,
                                  subfolder };
    uint64_t mark = BYTES_MARK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        mark = bytes_mark(mark, parts[i], strlen(parts[i]) + 1);
    return &routes->rows[(mark >> 32) % ROWS];
}

static bool
is_of(const struct row *row, const struct names_path *path,
      const char *subfolder)
{
    return strcmp(row->project, path->project) == 0 &&
           strcmp(row->location, path->location) == 0 &&
           strcmp(row->registry, path->registry) == 0 &&
           strcmp(row->subfolder, subfolder) == 0;
}

static bool
ask(struct row *row, struct store *store, struct traffic *traffic,
    const struct names_path *path, const char *subfolder)
{
    struct route *route = &row->route;

    memcpy(row->project, path->project, sizeof row->project);
    memcpy(row->location, path->location, sizeof row->location);
    memcpy(row->registry, path->registry, sizeof row->registry);
    memcpy(row->subfolder, subfolder, strlen(subfolder) + 1);
    route->has_topic = false;
    return registry_destination_find(store, path, subfolder, &route->to) &&
           (route->to.topic[0] == '\0' ||
            traffic_has_topic(traffic, route->to.topic, &route->has_topic));
}

const struct route *
routes_find(struct routes *routes, struct store *store, struct traffic *traffic,
            const struct names_path *path, const char *subfolder)
{
    struct row *row = row_of(routes, path, subfolder);

    if (!routes->is_checked && !check(routes, store, traffic))
        return NULL;
    if (row->age == routes->age && is_of(row, path, subfolder))
        return &row->route;
    row->age = 0;
    if (strlen(subfolder) >= sizeof row->subfolder ||
        !ask(row, store, traffic, path, subfolder))
        return NULL;
    row->age = routes->age;
    return &row->route;
}
