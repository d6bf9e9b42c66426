// SPDX-License-Identifier: Apache-2.0
/*
 * Registries and their routes, in and out of the tables; their certificates
 * are certificates.c's.  cloud-iot-core reference, sections 5.2 and 5.3.
 * What may be in them is said by rules.c.
 */
#include "registries.h"

#include "base/log.h"
#include "credential.h"
#include "rules.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The columns of REGISTRY_COLUMNS in statement.c. */
enum column {
    COLUMN_KEY,
    COLUMN_PROJECT,
    COLUMN_LOCATION,
    COLUMN_ID,
    COLUMN_MQTT,
    COLUMN_HTTP,
    COLUMN_LOG_LEVEL,
    COLUMN_STATE_TOPIC,
    COLUMN_CREATED,
};

static bool
find_key(struct store *store, const struct names_path *path, bool *found,
         int64_t *key)
{
    struct store_value values[] = { store_text(path->project),
                                    store_text(path->location),
                                    store_text(path->registry),
                                    { .kind = STORE_END } };

    return store_lookup(store, STATEMENT_REGISTRY_KEY, values, found, key);
}

static void
say_missing(const struct names_path *path)
{
    log_error("A registry with the name 'projects/%s/locations/%s/"
              "registries/%s' doesn't exist.",
              path->project, path->location, path->registry);
}

bool
registries_key(struct store *store, const struct names_path *path, int64_t *key)
{
    bool found;

    if (!find_key(store, path, &found, key))
        return false;
    if (!found)
        say_missing(path);
    return found;
}

static bool
has_room(struct store *store, const struct registry *registry)
{
    struct store_value values[] = { store_text(registry->project),
                                    store_text(registry->location),
                                    { .kind = STORE_END } };
    int64_t count = 0;
    bool found;

    if (!store_lookup(store, STATEMENT_REGISTRY_COUNT, values, &found, &count))
        return false;
    if (count < REGISTRY_PER_LOCATION_MOST)
        return true;
    log_error("refused: a project has at most %d registries in a location",
              REGISTRY_PER_LOCATION_MOST);
    return false;
}

static bool
is_free(struct store *store, const struct registry *registry)
{
    struct store_value values[] = { store_text(registry->project),
                                    store_text(registry->location),
                                    store_text(registry->id),
                                    { .kind = STORE_END } };
    int64_t key = 0;
    bool found;

    if (!store_lookup(store, STATEMENT_REGISTRY_KEY, values, &found, &key))
        return false;
    if (found)
        log_error("Resource already exists in the project (resource=%s).",
                  registry->id);
    return !found;
}

static bool
insert_routes(struct store *store, int64_t key, const struct registry *registry)
{
    for (size_t i = 0; i < registry->route_count; i++) {
        struct store_value values[] = { store_number(key),
                                        store_number((int64_t)i),
                                        store_text(
                                            registry->routes[i].subfolder),
                                        store_text(registry->routes[i].topic),
                                        { .kind = STORE_END } };

        if (!store_run(store, STATEMENT_ROUTE_INSERT, values, NULL))
            return false;
    }
    return true;
}

static bool
insert(struct store *store, const struct registry *registry)
{
    struct store_value values[] = { store_text(registry->project),
                                    store_text(registry->location),
                                    store_text(registry->id),
                                    store_number(registry->mqtt_enabled),
                                    store_number(registry->http_enabled),
                                    store_number((int)registry->log_level),
                                    store_text(registry->state_topic),
                                    store_number((int64_t)time(NULL)),
                                    { .kind = STORE_END } };
    int64_t key;

    if (!is_free(store, registry) || !has_room(store, registry) ||
        !store_run(store, STATEMENT_REGISTRY_INSERT, values, NULL))
        return false;
    key = sqlite3_last_insert_rowid(store->db);
    for (size_t i = 0; i < registry->certificate_count; i++)
        if (!registries_insert_certificate(store, key,
                                           registry->certificates[i]))
            return false;
    return insert_routes(store, key, registry);
}

bool
registry_check(const struct registry *registry)
{
    int64_t now = (int64_t)time(NULL);
    bool ok = rules_admit_registry(registry);

    for (size_t i = 0; ok && i < registry->certificate_count; i++) {
        char *clean = NULL;

        ok = credential_check_authority(registry->certificates[i], now, &clean);
        free(clean);
    }
    return ok;
}

bool
registry_create(struct store *store, const struct registry *registry)
{
    return rules_admit_registry(registry) && store_begin_write(store) &&
           store_end(store, insert(store, registry));
}

static bool
read_routes(struct store *store, int64_t key, struct registry *it)
{
    struct store_value values[] = { store_number(key), { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(store, STATEMENT_ROUTE_SELECT, values);
    bool has_row = query != NULL;
    bool ok = has_row;

    while (ok && has_row && it->route_count < REGISTRY_ROUTES_MOST) {
        struct registry_route *route = &it->routes[it->route_count];

        ok = store_next(store, query, &has_row);
        if (!ok || !has_row)
            continue;
        it->route_count++;
        route->subfolder = store_copy_text(query, 0);
        route->topic = store_copy_text(query, 1);
        ok = route->subfolder != NULL && route->topic != NULL;
    }
    store_done(&query);
    return ok;
}

/* The row that QUERY stands on, without what is in other tables. */
static struct registry *
registry_new(sqlite3_stmt *query)
{
    struct registry *it = calloc(1, sizeof *it);

    if (it == NULL) {
        log_error("out of memory");
        return NULL;
    }
    store_copy_id(query, COLUMN_PROJECT, it->project);
    store_copy_id(query, COLUMN_LOCATION, it->location);
    store_copy_id(query, COLUMN_ID, it->id);
    it->mqtt_enabled = sqlite3_column_int(query, COLUMN_MQTT) != 0;
    it->http_enabled = sqlite3_column_int(query, COLUMN_HTTP) != 0;
    it->log_level =
        (enum registry_log_level)sqlite3_column_int(query, COLUMN_LOG_LEVEL);
    it->created = sqlite3_column_int64(query, COLUMN_CREATED);
    if (sqlite3_column_type(query, COLUMN_STATE_TOPIC) == SQLITE_NULL)
        return it;
    it->state_topic = store_copy_text(query, COLUMN_STATE_TOPIC);
    if (it->state_topic == NULL)
        registry_free(&it);
    return it;
}

static bool
read_whole(struct store *store, sqlite3_stmt *query, struct registry **registry)
{
    int64_t key = sqlite3_column_int64(query, COLUMN_KEY);

    *registry = registry_new(query);
    return *registry != NULL && read_routes(store, key, *registry) &&
           registries_certificates(store, key, (*registry)->certificates,
                                   &(*registry)->certificate_count);
}

static bool
find(struct store *store, const struct names_path *path,
     struct registry **registry)
{
    struct store_value values[] = { store_text(path->project),
                                    store_text(path->location),
                                    store_text(path->registry),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(store, STATEMENT_REGISTRY_SELECT, values);
    bool has_row = false;
    bool ok = query != NULL && store_next(store, query, &has_row);

    if (ok && has_row)
        ok = read_whole(store, query, registry);
    store_done(&query);
    return ok;
}

bool
registry_find(struct store *store, const struct names_path *path,
              struct registry **registry)
{
    *registry = NULL;
    if (store_begin_read(store) &&
        store_end(store, find(store, path, registry)))
        return true;
    registry_free(registry);
    return false;
}

bool
registry_get(struct store *store, const struct names_path *path,
             struct registry **registry)
{
    if (!registry_find(store, path, registry))
        return false;
    if (*registry == NULL)
        say_missing(path);
    return *registry != NULL;
}

static bool
set_columns(struct store *store, int64_t key, const struct registry *now,
            const struct registry *wanted, unsigned mask)
{
    bool mqtt =
        mask & REGISTRY_SET_MQTT ? wanted->mqtt_enabled : now->mqtt_enabled;
    bool http =
        mask & REGISTRY_SET_HTTP ? wanted->http_enabled : now->http_enabled;
    enum registry_log_level level =
        mask & REGISTRY_SET_LOG_LEVEL ? wanted->log_level : now->log_level;
    const char *topic = mask & REGISTRY_SET_STATE_TOPIC ? wanted->state_topic
                                                        : now->state_topic;
    struct store_value values[] = {
        store_number(key),        store_number(mqtt), store_number(http),
        store_number((int)level), store_text(topic),  { .kind = STORE_END }
    };

    return store_run(store, STATEMENT_REGISTRY_UPDATE, values, NULL);
}

static bool
update(struct store *store, const struct names_path *path,
       const struct registry *wanted, unsigned mask)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    struct registry *now = NULL;
    int64_t key = 0;
    bool ok = registries_key(store, path, &key) && find(store, path, &now);

    which[0] = store_number(key);
    if (ok)
        ok = set_columns(store, key, now, wanted, mask);
    if (ok && mask & REGISTRY_SET_ROUTES)
        ok = store_run(store, STATEMENT_ROUTE_CLEAR, which, NULL) &&
             insert_routes(store, key, wanted);
    registry_free(&now);
    return ok;
}

bool
registry_update(struct store *store, const struct names_path *path,
                const struct registry *registry, unsigned mask)
{
    return rules_admit_settings(registry) && store_begin_write(store) &&
           store_end(store, update(store, path, registry, mask));
}

static bool
delete_one(struct store *store, const struct names_path *path)
{
    struct store_value which[] = { { .kind = STORE_END },
                                   { .kind = STORE_END } };
    int64_t key = 0;
    int64_t one = 0;
    bool has_device = false;

    if (!registries_key(store, path, &key))
        return false;
    which[0] = store_number(key);
    if (!store_lookup(store, STATEMENT_REGISTRY_HAS_DEVICE, which, &has_device,
                      &one))
        return false;
    if (has_device) {
        log_error("refused: the registry %s still has devices; delete them "
                  "first",
                  path->registry);
        return false;
    }
    return store_run(store, STATEMENT_REGISTRY_DELETE, which, NULL);
}

bool
registry_delete(struct store *store, const struct names_path *path)
{
    return store_begin_write(store) &&
           store_end(store, delete_one(store, path));
}

void
registry_free(struct registry **registry)
{
    struct registry *it = *registry;

    if (it == NULL)
        return;
    free(it->state_topic);
    for (size_t i = 0; i < REGISTRY_ROUTES_MOST; i++) {
        free(it->routes[i].subfolder);
        free(it->routes[i].topic);
    }
    registries_free_certificates(it->certificates);
    free(it);
    *registry = NULL;
}

static bool
fill_page(struct store *store, const struct store_value *values,
          struct registry_page *page)
{
    sqlite3_stmt *query = store_query(store, STATEMENT_REGISTRY_PAGE, values);
    bool has_row = query != NULL;
    bool ok = has_row;

    while (ok && has_row && page->count < REGISTRY_PAGE_MOST) {
        ok = store_next(store, query, &has_row);
        if (ok && has_row)
            ok = read_whole(store, query, &page->items[page->count++]);
    }
    store_done(&query);
    return ok;
}

bool
registry_list(struct store *store, const char *project, const char *location,
              const char *after, struct registry_page **page)
{
    struct store_value values[] = { store_text(project),
                                    store_text(location),
                                    store_text(after),
                                    store_number(REGISTRY_PAGE_MOST),
                                    { .kind = STORE_END } };

    *page = calloc(1, sizeof **page);
    if (*page == NULL) {
        log_error("out of memory");
        return false;
    }
    if (store_begin_read(store) &&
        store_end(store, fill_page(store, values, *page)))
        return true;
    registry_page_free(page);
    return false;
}

void
registry_page_free(struct registry_page **page)
{
    if (*page == NULL)
        return;
    for (size_t i = 0; i < (*page)->count; i++)
        registry_free(&(*page)->items[i]);
    free(*page);
    *page = NULL;
}
