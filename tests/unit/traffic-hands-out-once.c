// SPDX-License-Identifier: Apache-2.0
/*
 * Topics and subscriptions: two pullers never get the same message before its
 * deadline, what is not acknowledged comes again, and what is too old or too
 * much goes.
 */
#include "base/log.h"
#include "check.h"
#include "traffic/station.h"
#include "traffic/topics.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC "projects/p/topics/telemetry"
#define SUBSCRIPTION "projects/p/subscriptions/all"

static char last_line[2048];

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    snprintf(last_line, sizeof last_line, "%s", text);
}

static bool
said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

static char folder[] = "/tmp/traffic-hands-out.XXXXXX";
static char database[64];
static struct traffic *bridge;
static struct traffic *one;
static struct traffic *other;
static const struct names_path device = { "p", "l", "registry-1", "device-1" };

/* Another program changes what is there. */
static void
change(const char *sql)
{
    sqlite3 *db = NULL;

    CHECK(sqlite3_open(database, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static bool
append(const char *topic, const void *data, size_t length)
{
    struct traffic_message message = { .topic = topic,
                                       .data = data,
                                       .length = length,
                                       .device = &device,
                                       .num_id = 7,
                                       .subfolder = "a/b" };
    bool has_topic = false;

    return CHECK(traffic_append(bridge, &message, &has_topic)) && has_topic;
}

static void
append_numbers(int from, int to)
{
    for (; from < to; from++)
        CHECK(append(TOPIC, &from, sizeof from));
}

static int
number_of(const struct traffic_batch *batch, size_t index)
{
    int number = -1;

    if (index < batch->count && batch->items[index].length == sizeof number)
        memcpy(&number, batch->items[index].data, sizeof number);
    return number;
}

static void
acknowledge(struct traffic *puller, const struct traffic_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const char *ack_id = batch->items[i].ack_id;

        CHECK(traffic_acknowledge(puller, SUBSCRIPTION, &ack_id, 1));
    }
}

static void
check_names(void)
{
    struct traffic_topic topic = { .retention = TRAFFIC_RETENTION };
    struct traffic_subscription subscription = { .deadline = 10 };
    static const char *const wrong[] = { "telemetry",
                                         "projects/p/topics/",
                                         "projects//topics/abc",
                                         "projects/p/topics/goog1",
                                         "projects/p/topics/a b c",
                                         "projects/p/q/topics/abc",
                                         "projects/p/subscriptions/abc" };

    CHECK(traffic_topic_name("p", "abc", topic.name));
    CHECK(strcmp(topic.name, "projects/p/topics/abc") == 0);
    CHECK(traffic_topic_name("q", TOPIC, topic.name));
    CHECK(strcmp(topic.name, TOPIC) == 0);
    CHECK(!append(TOPIC, "x", 1));
    CHECK(traffic_topic_create(one, &topic));
    CHECK(!traffic_topic_create(one, &topic));
    CHECK(said("already exists in the project (resource=telemetry)"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(topic.name, sizeof topic.name, "%s", wrong[i]);
        CHECK(!traffic_topic_create(one, &topic) && said("is no name like"));
    }
    topic.retention = 0;
    CHECK(traffic_topic_name("p", "abc", topic.name));
    CHECK(!traffic_topic_create(one, &topic) && said("retention"));
    CHECK(traffic_subscription_name("p", "all", subscription.name));
    CHECK(traffic_topic_name("p", "missing", subscription.topic));
    CHECK(!traffic_subscription_create(one, &subscription, false));
    CHECK(said("not found (resource=projects/p/topics/missing)"));
    CHECK(traffic_topic_name("p", "telemetry", subscription.topic));
    CHECK(traffic_subscription_create(one, &subscription, false));
    CHECK(!traffic_subscription_create(one, &subscription, false));
}

static void
check_lists(void)
{
    struct traffic_topic topic = { .retention = 60 };
    struct traffic_subscription subscription;
    bool found = false;

    CHECK(traffic_topic_name("q", "other", topic.name));
    CHECK(traffic_topic_create(one, &topic));
    CHECK(traffic_topic_next(one, "projects/p/", "", &topic, &found) && found);
    CHECK(strcmp(topic.name, TOPIC) == 0 &&
          topic.retention == TRAFFIC_RETENTION && topic.created > 0);
    CHECK(traffic_topic_next(one, "projects/p/", topic.name, &topic, &found) &&
          !found);
    CHECK(traffic_topic_next(one, "", TOPIC, &topic, &found) && found);
    CHECK(strcmp(topic.name, "projects/q/topics/other") == 0);
    CHECK(traffic_subscription_next(one, "projects/p/", "", &subscription,
                                    &found) &&
          found);
    CHECK(strcmp(subscription.topic, TOPIC) == 0 &&
          subscription.deadline == 10);
}

/* What was handed out is not lost until the clock gets there again. */
static void
check_clock_set_back(void)
{
    struct traffic_batch *batch = NULL;

    append_numbers(500, 503);
    CHECK(traffic_pull(one, SUBSCRIPTION, 10, &batch) && batch->count == 3);
    traffic_batch_free(&batch);
    change("UPDATE delivery SET until_ms = until_ms + 86400000");
    CHECK(traffic_pull(other, SUBSCRIPTION, 2, &batch) && batch->count == 2);
    traffic_batch_free(&batch);
    change("UPDATE delivery SET until_ms = 1 WHERE message IN"
           " (SELECT message FROM delivery ORDER BY until_ms LIMIT 1)");
    CHECK(traffic_pull(one, SUBSCRIPTION, 10, &batch) && batch->count == 2);
    acknowledge(one, batch);
    traffic_batch_free(&batch);
    change("DELETE FROM delivery");
}

static void
check_pulls(void)
{
    struct traffic_batch *first = NULL;
    struct traffic_batch *second = NULL;
    const char *wrong = "99-1";

    CHECK(traffic_pull(one, SUBSCRIPTION, 10, &first) && first->count == 0);
    traffic_batch_free(&first);
    append_numbers(0, 500);
    CHECK(traffic_pull(one, SUBSCRIPTION, 300, &first) && first->count == 300);
    CHECK(traffic_pull(other, SUBSCRIPTION, 1000, &second) &&
          second->count == 200);
    CHECK(number_of(first, 0) == 0 && number_of(first, 299) == 299);
    CHECK(number_of(second, 0) == 300 && number_of(second, 199) == 499);
    CHECK(first->items[0].attempt == 1 && first->items[0].num_id == 7);
    CHECK(strcmp(first->items[0].subfolder, "a/b") == 0);
    CHECK(strcmp(first->items[0].device.registry, "registry-1") == 0);
    CHECK(first->items[0].gateway[0] == '\0' && first->items[0].at_ms > 0);
    acknowledge(one, first);
    acknowledge(one, first);
    traffic_batch_free(&first);
    traffic_batch_free(&second);
    CHECK(traffic_pull(one, SUBSCRIPTION, 1000, &first) && first->count == 0);
    traffic_batch_free(&first);
    change("UPDATE delivery SET until_ms = 1");
    CHECK(traffic_pull(one, SUBSCRIPTION, 1000, &first) && first->count == 200);
    CHECK(number_of(first, 0) == 300 && first->items[0].attempt == 2);
    CHECK(traffic_pull(other, SUBSCRIPTION, 1000, &second) &&
          second->count == 0);
    traffic_batch_free(&second);
    CHECK(!traffic_acknowledge(one, SUBSCRIPTION, &wrong, 1));
    CHECK(said("is no acknowledgement id"));
    acknowledge(other, first);
    traffic_batch_free(&first);
    change("UPDATE delivery SET until_ms = 1");
    CHECK(traffic_pull(one, SUBSCRIPTION, 1000, &first) && first->count == 0);
    check_clock_set_back();
    traffic_batch_free(&first);
    CHECK(!traffic_pull(one, "projects/p/subscriptions/x", 1, &first));
    CHECK(said("not found"));
}

static void
check_payloads(void)
{
    static unsigned char large[TRAFFIC_DATA_MOST];
    struct traffic_batch *batch = NULL;

    memset(large, 0xa5, sizeof large);
    CHECK(append(TOPIC, large, sizeof large) && append(TOPIC, NULL, 0) &&
          append(TOPIC, "a\0b", 3));
    CHECK(traffic_pull(one, SUBSCRIPTION, 10, &batch) && batch->count == 3);
    CHECK(batch->items[0].length == sizeof large &&
          memcmp(batch->items[0].data, large, sizeof large) == 0);
    CHECK(batch->items[1].length == 0 && batch->items[2].length == 3);
    CHECK(memcmp(batch->items[2].data, "a\0b", 3) == 0);
    acknowledge(one, batch);
    traffic_batch_free(&batch);
}

/* Sweeps until nothing is left to do, which takes a turn of all topics. */
static void
sweep(int64_t bytes)
{
    bool is_done = false;

    for (int i = 0; i < 100; i++)
        CHECK(traffic_sweep(bridge, bytes, &is_done));
}

static int64_t
waiting(void)
{
    struct traffic_batch *batch = NULL;
    int64_t count = 0;

    change("DELETE FROM delivery; UPDATE subscription SET cursor = 0");
    do {
        traffic_batch_free(&batch);
        CHECK(traffic_pull(one, SUBSCRIPTION, 1000, &batch));
        count += (int64_t)batch->count;
    } while (batch->count > 0);
    traffic_batch_free(&batch);
    return count;
}

static void
check_retention(void)
{
    static char large[2000];
    struct traffic_batch *batch = NULL;

    sweep(0);
    CHECK(waiting() == 506);
    change("UPDATE message SET at_ms = at_ms - 8 * 86400000"
           " WHERE key <= 400");
    sweep(0);
    CHECK(waiting() == 106);
    change("UPDATE message SET at_ms = 0");
    sweep(0);
    CHECK(waiting() == 1); /* the newest stays, so that its key does */
    for (int i = 0; i < 1000; i++)
        CHECK(append(TOPIC, large, sizeof large));
    sweep(1000000);
    /* A page each: no more of them than are too many. */
    CHECK(waiting() > 200 && waiting() < 244);
    /* Fetched, and then gone before its second time. */
    change("UPDATE message SET at_ms = 0; UPDATE delivery SET until_ms = 1");
    sweep(0);
    CHECK(traffic_pull(one, SUBSCRIPTION, 10, &batch) && batch->count <= 1);
    traffic_batch_free(&batch);
}

/* The most rows that one transaction of DB changed. */
static int64_t largest;

static int
count_changes(void *db)
{
    static int64_t before;
    int64_t now = sqlite3_total_changes64(db);

    if (before > 0 && now - before > largest)
        largest = now - before;
    before = now;
    return 0;
}

/* However much was handed out, no transaction is long. */
static void
check_short_deletion(void)
{
    struct traffic_subscription subscription = { .deadline = 10 };
    int64_t count = 0;
    struct traffic_batch *batch = NULL;

    CHECK(traffic_subscription_name("p", "much", subscription.name));
    CHECK(traffic_topic_name("p", "telemetry", subscription.topic));
    CHECK(traffic_subscription_create(one, &subscription, false));
    append_numbers(0, 3000);
    do {
        traffic_batch_free(&batch);
        CHECK(traffic_pull(one, subscription.name, 1000, &batch));
        count += (int64_t)batch->count;
    } while (batch->count > 0);
    traffic_batch_free(&batch);
    CHECK(count == 3000);
    sqlite3_commit_hook(one->store.db, count_changes, one->store.db);
    CHECK(traffic_subscription_delete(one, subscription.name));
    CHECK(!traffic_subscription_delete(one, subscription.name));
    CHECK(largest >= 100 && largest <= 200);
    sqlite3_commit_hook(one->store.db, NULL, NULL);
}

static void
check_deletion(void)
{
    struct traffic_batch *batch = NULL;
    bool found = true;
    struct traffic_topic topic = { .retention = 60 };

    append_numbers(0, 450);
    CHECK(traffic_topic_delete(one, TOPIC));
    CHECK(!traffic_topic_delete(one, TOPIC));
    CHECK(!traffic_pull(one, SUBSCRIPTION, 1, &batch));
    CHECK(!append(TOPIC, "x", 1));
    CHECK(traffic_topic_next(one, "projects/p/", "", &topic, &found) && !found);
    CHECK(!traffic_subscription_delete(one, SUBSCRIPTION));
}

int
main(void)
{
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(database, sizeof database, "%s/traffic.db", folder);
    log_open("test", keep_line);
    bridge = traffic_open(database, TRAFFIC_SERVE, TRAFFIC_SURVIVES_KILL);
    one = traffic_open(database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);
    other = traffic_open(database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);
    if (CHECK(bridge != NULL && one != NULL && other != NULL)) {
        check_names();
        check_lists();
        check_pulls();
        check_payloads();
        check_retention();
        check_short_deletion();
        check_deletion();
    }
    traffic_close(&bridge);
    traffic_close(&one);
    traffic_close(&other);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
