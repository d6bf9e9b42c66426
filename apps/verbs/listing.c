// SPDX-License-Identifier: Apache-2.0
/*
 * Pages of devices through the call's filters to its format.  Section 5.8;
 * whether a device is connected is in the traffic, and in a column only when
 * it was asked for.
 */
#include "listing.h"

#include "base/log.h"
#include "filter.h"
#include "resources.h"
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct show_column columns[] = {
    { "ID", "id" },
    { "NUM_ID", "numId" },
    { "BLOCKED", "blocked" },
    { "GATEWAY_TYPE", "gatewayConfig.gatewayType" },
    { "GATEWAY_AUTH_METHOD", "gatewayConfig.gatewayAuthMethod" },
    { NULL, NULL },
};

static const struct show_column connected_columns[] = {
    { "ID", "id" },
    { "NUM_ID", "numId" },
    { "BLOCKED", "blocked" },
    { "GATEWAY_TYPE", "gatewayConfig.gatewayType" },
    { "GATEWAY_AUTH_METHOD", "gatewayConfig.gatewayAuthMethod" },
    { "CONNECTED_SINCE", "connectedSince" },
    { NULL, NULL },
};

/* A list that is being printed. */
struct listing {
    struct verbs_call *call;
    struct show_stream stream;
    json_t *all;  /* to be sorted when all are there; NULL: not to be */
    int64_t left; /* how many more may be printed */
    bool has_type;
    int type; /* then only devices of this */
};

/* The row of a device, with what was asked for besides; NULL, logged. */
static json_t *
row_of(struct verbs_call *call, const struct registry_device *device)
{
    struct traffic_device status = { 0 };
    json_t *row = resources_device(&call->path, device);

    if (row == NULL)
        log_error("out of memory");
    if (row == NULL || !call->arguments.connected || call->traffic == NULL)
        return row;
    if (!traffic_device_find(call->traffic, device->num_id, &status)) {
        json_decref(row);
        return NULL;
    }
    if (status.connected_since > 0)
        json_object_set_new(row, "connectedSince",
                            show_time(status.connected_since));
    return row;
}

static bool
add(struct listing *it, const struct registry_device *device, json_t *rows)
{
    json_t *row;

    if (it->left == 0 ||
        (it->has_type && (int)device->gateway_type != it->type))
        return true;
    row = row_of(it->call, device);
    if (row == NULL)
        return false;
    if (!filter_matches(it->call->arguments.filter, row)) {
        json_decref(row);
        return true;
    }
    it->left -= it->all == NULL;
    if (json_array_append_new(rows, row) == 0)
        return true;
    log_error("out of memory");
    return false;
}

static bool
print_page(struct listing *it, const struct registry_device_page *page)
{
    json_t *rows = it->all != NULL ? json_incref(it->all) : json_array();
    bool ok = rows != NULL;

    for (size_t i = 0; ok && i < page->count; i++)
        ok = add(it, page->items[i], rows);
    if (ok && it->all == NULL)
        return show_rows(&it->stream, rows);
    json_decref(rows);
    return ok;
}

static bool
print_all(struct listing *it, listing_source *source)
{
    struct registry_device_page *page = NULL;
    char after[NAMES_ID_MOST + 1] = "";
    bool is_last = false;
    bool ok = true;

    while (ok && !is_last && it->left > 0) {
        ok = source(it->call->store, &it->call->path, after, &page) &&
             print_page(it, page);
        is_last = !ok || page->count < REGISTRY_PAGE_MOST;
        if (!is_last)
            memcpy(after, page->items[page->count - 1]->id, sizeof after);
        registry_device_page_free(&page);
    }
    return ok;
}

/* The device that is called TEXT, if there is one. */
static bool
print_named(struct listing *it, const char *text)
{
    struct registry_device_page page = { .count = 0 };
    struct names_path path = it->call->path;
    bool ok;

    if (snprintf(path.device, sizeof path.device, "%s", text) >=
        (int)sizeof path.device)
        return true;
    ok = registry_device_find(it->call->store, &path, &page.items[0]);
    page.count = page.items[0] != NULL;
    if (ok && page.count > 0)
        ok = print_page(it, &page);
    registry_device_free(&page.items[0]);
    return ok;
}

/* "a,b,c", as often as it was given. */
static bool
print_names(struct listing *it, const struct options_list *list)
{
    bool ok = true;

    for (size_t i = 0; ok && i < list->count; i++) {
        char *pieces = strdup(list->items[i]);
        char *rest = NULL;

        if (pieces == NULL) {
            log_error("out of memory");
            return false;
        }
        for (char *piece = strtok_r(pieces, ",", &rest); ok && piece != NULL;
             piece = strtok_r(NULL, ",", &rest))
            ok = print_named(it, piece);
        free(pieces);
    }
    return ok;
}

enum exit_code
listing_devices(struct verbs_call *call, listing_source *source)
{
    const struct verbs_arguments *given = &call->arguments;
    struct listing it = {
        .call = call,
        .stream = { .call = call,
                    .columns = given->connected ? connected_columns : columns },
        .left = given->limit > 0 ? given->limit : INT64_MAX,
        .all = given->sort_by != NULL ? json_array() : NULL,
        .has_type = given->gateway_type != NULL,
    };
    bool ok;

    if (it.has_type && !registry_number(REGISTRY_GATEWAY_TYPES,
                                        given->gateway_type, &it.type)) {
        log_error("--gateway-type is gateway or non-gateway, not \"%s\"",
                  given->gateway_type);
        json_decref(it.all);
        return EXIT_CODE_MISUSED;
    }
    ok = verbs_open(call, REGISTRY_BROWSE) &&
         (!given->connected || verbs_look_at_traffic(call));
    if (ok && (given->device_ids.count > 0 || given->device_num_ids.count > 0))
        ok = print_names(&it, &given->device_ids) &&
             print_names(&it, &given->device_num_ids);
    else if (ok)
        ok = print_all(&it, source);
    if (ok && it.all != NULL)
        ok = show_list(call, it.stream.columns, json_incref(it.all));
    else if (ok)
        ok = show_end(&it.stream);
    json_decref(it.all);
    return ok ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
