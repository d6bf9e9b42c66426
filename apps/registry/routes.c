// SPDX-License-Identifier: Apache-2.0
/*
 * Where what devices publish shall go: the registry's ordered routes, and its
 * topic of states.  cloud-iot-core reference, section 2.4.
 */
#include "registry.h"

#include "base/log.h"
#include "base/resource.h"
#include "store/store.h"

#include <string.h>

/* Runs WHICH, which is about the registry of VALUES, for a topic as somebody
 * wrote it. */
static bool
find(struct store *store, enum statement which, const char *project,
     const struct store_value *values, char topic[REGISTRY_TOPIC_NAME_MOST + 1])
{
    sqlite3_stmt *query = store_query(store, which, values);
    bool has_row = false;
    bool ok = query != NULL && store_next(store, query, &has_row);
    const char *text = NULL;

    topic[0] = '\0';
    if (ok && has_row)
        text = (const char *)sqlite3_column_text(query, 0);
    else if (ok) {
        log_error("the registry is not there any more");
        ok = false;
    }
    if (text != NULL && text[0] != '\0' &&
        !resource_name(project, "topics", text, topic,
                       REGISTRY_TOPIC_NAME_MOST + 1)) {
        log_error("the name of the topic %s is too long", text);
        topic[0] = '\0';
    }
    store_done(&query);
    return ok;
}

bool
registry_destination_find(struct store *store, const struct names_path *path,
                          const char *subfolder,
                          struct registry_destination *destination)
{
    struct store_value values[] = { store_text(path->project),
                                    store_text(path->location),
                                    store_text(path->registry),
                                    store_text(subfolder),
                                    { .kind = STORE_END } };

    return find(store, STATEMENT_ROUTE_FIND, path->project, values,
                destination->topic);
}

bool
registry_state_topic_find(struct store *store, const struct names_path *path,
                          char topic[REGISTRY_TOPIC_NAME_MOST + 1])
{
    struct store_value values[] = { store_text(path->project),
                                    store_text(path->location),
                                    store_text(path->registry),
                                    { .kind = STORE_END } };

    return find(store, STATEMENT_STATE_TOPIC, path->project, values, topic);
}
