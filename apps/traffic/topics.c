// SPDX-License-Identifier: Apache-2.0
/*
 * Topics and subscriptions, in and out of the tables.  What is published and
 * fetched is traffic.c's and pull.c's.
 */
#include "topics.h"

#include "base/log.h"
#include "base/resource.h"
#include "station.h"

#include <string.h>
#include <time.h>

/* Messages deleted at a time, so that no bridge waits long. */
enum { ROWS_AT_A_TIME = 200 };

bool
traffic_subscription_name(const char *project, const char *text,
                          char name[TRAFFIC_TOPIC_MOST])
{
    return resource_name(project, "subscriptions", text, name,
                         TRAFFIC_TOPIC_MOST);
}

static bool
is_name(const char *kind, const char *name)
{
    if (resource_is_name(kind, name))
        return true;
    log_error("refused: \"%s\" is no name like projects/P/%s/ID: the id is a "
              "letter, then 2 to 254 of letters, digits and -._+~%%, not "
              "beginning with goog",
              name, kind);
    return false;
}

static bool
is_within(const char *what, int64_t number, int64_t least, int64_t most)
{
    if (number >= least && number <= most)
        return true;
    log_error("refused: %s is %lld to %lld seconds", what, (long long)least,
              (long long)most);
    return false;
}

/* The row of NAME in the table that WHICH looks in; 0 when there is none. */
static bool
find(struct traffic *traffic, enum statement which, const char *name,
     int64_t *key)
{
    struct store_value values[] = { store_text(name), { .kind = STORE_END } };
    bool found;

    *key = 0;
    return store_lookup(&traffic->store, which, values, &found, key);
}

static bool
is_free(struct traffic *traffic, enum statement which, const char *name)
{
    int64_t key;

    if (!find(traffic, which, name, &key))
        return false;
    if (key != 0)
        log_error("Resource already exists in the project (resource=%s).",
                  strrchr(name, '/') + 1);
    return key == 0;
}

static void
say_missing(const char *name)
{
    log_error("Resource not found (resource=%s).", name);
}

bool
traffic_topic_exists(struct traffic *traffic, const char *name, bool *exists)
{
    int64_t key;
    bool ok = find(traffic, STATEMENT_TOPIC_KEY, name, &key);

    *exists = key != 0;
    return ok;
}

static bool
is_there(struct traffic *traffic, enum statement which, const char *name,
         int64_t *key)
{
    if (!find(traffic, which, name, key))
        return false;
    if (*key == 0)
        say_missing(name);
    return *key != 0;
}

static bool
insert_topic(struct traffic *traffic, const struct traffic_topic *topic)
{
    struct store_value values[] = { store_text(topic->name),
                                    store_number(topic->retention),
                                    store_number((int64_t)time(NULL)),
                                    { .kind = STORE_END } };

    return is_free(traffic, STATEMENT_TOPIC_KEY, topic->name) &&
           store_run(&traffic->store, STATEMENT_TOPIC_INSERT, values, NULL);
}

static bool
is_retention(int64_t seconds)
{
    return is_within("the retention of messages", seconds, 1,
                     TRAFFIC_RETENTION_MOST);
}

static bool
is_deadline(int64_t seconds)
{
    return is_within("the acknowledgement deadline", seconds,
                     TRAFFIC_DEADLINE_LEAST, TRAFFIC_DEADLINE_MOST);
}

bool
traffic_topic_check(const struct traffic_topic *topic)
{
    return is_name("topics", topic->name) && is_retention(topic->retention);
}

bool
traffic_topic_create(struct traffic *traffic, const struct traffic_topic *topic)
{
    return traffic_topic_check(topic) && store_begin_write(&traffic->store) &&
           store_end(&traffic->store, insert_topic(traffic, topic));
}

/* Has WHICH find the row of NAME, and CHANGE set a number in it. */
static bool
set_number(struct traffic *traffic, enum statement which, enum statement change,
           const char *name, int64_t number)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    store_number(number),
                                    { .kind = STORE_END } };
    int64_t key = 0;

    if (!is_there(traffic, which, name, &key))
        return false;
    values[0] = store_number(key);
    return store_run(&traffic->store, change, values, NULL);
}

bool
traffic_topic_update(struct traffic *traffic, const char *name,
                     int64_t retention)
{
    return is_retention(retention) && store_begin_write(&traffic->store) &&
           store_end(&traffic->store,
                     set_number(traffic, STATEMENT_TOPIC_KEY,
                                STATEMENT_TOPIC_UPDATE, name, retention));
}

bool
traffic_subscription_update(struct traffic *traffic, const char *name,
                            int64_t deadline)
{
    return is_deadline(deadline) && store_begin_write(&traffic->store) &&
           store_end(&traffic->store,
                     set_number(traffic, STATEMENT_SUBSCRIPTION_KEY,
                                STATEMENT_SUBSCRIPTION_UPDATE, name, deadline));
}

static bool
delete_row(struct traffic *traffic, enum statement which,
           enum statement deletion, const char *name, int64_t *key)
{
    struct store_value values[] = { { .kind = STORE_END },
                                    { .kind = STORE_END } };

    if (!is_there(traffic, which, name, key))
        return false;
    values[0] = store_number(*key);
    return store_run(&traffic->store, deletion, values, NULL);
}

/* Runs WHICH, which deletes some of what belongs to OWNER, until there is no
 * more: many short transactions instead of a long one. */
static bool
clear(struct traffic *traffic, enum statement which, int64_t owner)
{
    struct store_value values[] = { store_number(owner),
                                    store_number(ROWS_AT_A_TIME),
                                    { .kind = STORE_END } };
    int changes = ROWS_AT_A_TIME;

    while (changes == ROWS_AT_A_TIME)
        if (!store_run(&traffic->store, which, values, &changes))
            return false;
    return true;
}

/* What was handed out of a topic's subscriptions would else go with them in one
 * transaction.  Who pulls meanwhile adds little. */
static bool
clear_deliveries(struct traffic *traffic, int64_t topic)
{
    struct store_value values[] = { store_number(topic),
                                    store_number(0),
                                    { .kind = STORE_END } };
    int64_t key = 0;
    bool found = true;

    while (store_lookup(&traffic->store, STATEMENT_SUBSCRIPTION_NEXT, values,
                        &found, &key)) {
        if (!found)
            return true;
        if (!clear(traffic, STATEMENT_DELIVERY_CLEAR, key))
            return false;
        values[1] = store_number(key);
    }
    return false;
}

bool
traffic_topic_delete(struct traffic *traffic, const char *name)
{
    int64_t key = 0;

    return is_there(traffic, STATEMENT_TOPIC_KEY, name, &key) &&
           clear_deliveries(traffic, key) &&
           store_begin_write(&traffic->store) &&
           store_end(&traffic->store,
                     delete_row(traffic, STATEMENT_TOPIC_KEY,
                                STATEMENT_TOPIC_DELETE, name, &key)) &&
           clear(traffic, STATEMENT_MESSAGE_CLEAR, key);
}

/* Stands on the first row of WHICH whose name is behind AFTER and begins with
 * PREFIX; NULL, when not OK is left, when there is none. */
static sqlite3_stmt *
next(struct traffic *traffic, enum statement which, const char *prefix,
     const char *after, bool *ok)
{
    struct store_value values[] = { store_text(prefix),
                                    store_text(after),
                                    { .kind = STORE_END } };
    sqlite3_stmt *query = store_query(&traffic->store, which, values);
    bool has_row = false;

    *ok = query != NULL && store_next(&traffic->store, query, &has_row);
    if (!has_row)
        store_done(&query);
    return query;
}

bool
traffic_topic_next(struct traffic *traffic, const char *prefix,
                   const char *after, struct traffic_topic *topic, bool *found)
{
    bool ok;
    sqlite3_stmt *query =
        next(traffic, STATEMENT_TOPIC_PAGE, prefix, after, &ok);

    *found = query != NULL;
    if (*found) {
        store_copy_chars(query, 0, topic->name, sizeof topic->name);
        topic->retention = sqlite3_column_int64(query, 1);
        topic->created = sqlite3_column_int64(query, 2);
    }
    store_done(&query);
    return ok;
}

static bool
insert_subscription(struct traffic *traffic,
                    const struct traffic_subscription *wanted, bool from_start)
{
    struct store_value values[] = {
        store_text(wanted->name),          { .kind = STORE_END },
        store_number(wanted->deadline),    store_number(from_start),
        store_number((int64_t)time(NULL)), { .kind = STORE_END }
    };
    int64_t topic = 0;

    if (!is_free(traffic, STATEMENT_SUBSCRIPTION_KEY, wanted->name) ||
        !is_there(traffic, STATEMENT_TOPIC_KEY, wanted->topic, &topic))
        return false;
    values[1] = store_number(topic);
    return store_run(&traffic->store, STATEMENT_SUBSCRIPTION_INSERT, values,
                     NULL);
}

bool
traffic_subscription_create(struct traffic *traffic,
                            const struct traffic_subscription *wanted,
                            bool from_start)
{
    return is_name("subscriptions", wanted->name) &&
           is_deadline(wanted->deadline) &&
           store_begin_write(&traffic->store) &&
           store_end(&traffic->store,
                     insert_subscription(traffic, wanted, from_start));
}

bool
traffic_subscription_delete(struct traffic *traffic, const char *name)
{
    int64_t key = 0;

    return is_there(traffic, STATEMENT_SUBSCRIPTION_KEY, name, &key) &&
           clear(traffic, STATEMENT_DELIVERY_CLEAR, key) &&
           store_begin_write(&traffic->store) &&
           store_end(&traffic->store,
                     delete_row(traffic, STATEMENT_SUBSCRIPTION_KEY,
                                STATEMENT_SUBSCRIPTION_DELETE, name, &key));
}

bool
traffic_subscription_next(struct traffic *traffic, const char *prefix,
                          const char *after,
                          struct traffic_subscription *subscription,
                          bool *found)
{
    bool ok;
    sqlite3_stmt *query =
        next(traffic, STATEMENT_SUBSCRIPTION_PAGE, prefix, after, &ok);

    *found = query != NULL;
    if (*found) {
        store_copy_chars(query, 0, subscription->name,
                         sizeof subscription->name);
        store_copy_chars(query, 1, subscription->topic,
                         sizeof subscription->topic);
        subscription->deadline = sqlite3_column_int64(query, 2);
        subscription->created = sqlite3_column_int64(query, 3);
        subscription->waiting = sqlite3_column_int64(query, 4);
    }
    store_done(&query);
    return ok;
}

static bool
is_missing(const char *name, bool found, const char *got)
{
    if (found && strcmp(name, got) == 0)
        return false;
    say_missing(name);
    return true;
}

/* Of all whose names begin with this one, it comes first. */
bool
traffic_topic_get(struct traffic *traffic, const char *name,
                  struct traffic_topic *topic)
{
    bool found;

    return traffic_topic_next(traffic, name, "", topic, &found) &&
           !is_missing(name, found, topic->name);
}

bool
traffic_subscription_get(struct traffic *traffic, const char *name,
                         struct traffic_subscription *subscription)
{
    bool found;

    return traffic_subscription_next(traffic, name, "", subscription, &found) &&
           !is_missing(name, found, subscription->name);
}
