// SPDX-License-Identifier: Apache-2.0
/*
 * Devices in pages, of a registry or bound to a gateway.  cloud-iot-core
 * reference, section 5.3.
 */
#include "base/log.h"
#include "devices.h"
#include "registries.h"

#include <stdlib.h>

/* A page of WHICH, a statement about devices of the row OWNER. */
static bool
fill_page(struct store *store, enum statement which, int64_t owner,
          const char *after, struct registry_device_page *page)
{
    struct store_value values[] = { store_number(owner),
                                    store_text(after),
                                    store_number(REGISTRY_PAGE_MOST),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(store, which, values);
    bool has_row = true;
    bool ok = query != NULL;

    while (ok && has_row && page->count < REGISTRY_PAGE_MOST) {
        ok = store_next(store, query, &has_row);
        if (ok && has_row)
            ok = devices_read(store, query, &page->items[page->count++]);
    }
    store_done(&query);
    return ok;
}

static bool
page_of_registry(struct store *store, const struct names_path *path,
                 const char *after, struct registry_device_page *page)
{
    int64_t registry = 0;

    return registries_key(store, path, &registry) &&
           fill_page(store, STATEMENT_DEVICE_PAGE, registry, after, page);
}

static bool
page_of_gateway(struct store *store, const struct names_path *path,
                const char *after, struct registry_device_page *page)
{
    int64_t registry = 0;
    int64_t gateway = 0;

    return devices_row(store, path, &registry, &gateway) &&
           fill_page(store, STATEMENT_BINDING_PAGE, gateway, after, page);
}

static bool
list(struct store *store, const struct names_path *path, const char *after,
     struct registry_device_page **page,
     bool (*fill)(struct store *store, const struct names_path *path,
                  const char *after, struct registry_device_page *page))
{
    *page = calloc(1, sizeof **page);
    if (*page == NULL) {
        log_error("out of memory");
        return false;
    }
    if (store_begin_read(store) &&
        store_end(store, fill(store, path, after, *page)))
        return true;
    registry_device_page_free(page);
    return false;
}

bool
registry_device_list(struct store *store, const struct names_path *path,
                     const char *after, struct registry_device_page **page)
{
    return list(store, path, after, page, page_of_registry);
}

bool
registry_bound_list(struct store *store, const struct names_path *path,
                    const char *after, struct registry_device_page **page)
{
    return list(store, path, after, page, page_of_gateway);
}

void
registry_device_page_free(struct registry_device_page **page)
{
    if (*page == NULL)
        return;
    for (size_t i = 0; i < (*page)->count; i++)
        registry_device_free(&(*page)->items[i]);
    free(*page);
    *page = NULL;
}
