// SPDX-License-Identifier: Apache-2.0
/*
 * However much waits for a subscription, was handed out of it or is kept at
 * all, taking in, handing out and sweeping cost the same: counted in steps of
 * SQLite's machine, so that no clock decides.
 *
 *     traffic-grows-no-slower [MESSAGES]
 */
#include "base/log.h"
#include "check.h"
#include "traffic/station.h"
#include "traffic/topics.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC "projects/p/topics/telemetry"
#define SLOW "projects/p/subscriptions/slow"
#define QUICK "projects/p/subscriptions/quick"

/* Some tens of steps are a level of a tree. */
enum { FEW = 2000, MANY = 40000, EACH = 10, ALLOWED = 120 /* per cent */ };

static char folder[] = "/tmp/traffic-grows.XXXXXX";
static char database[64];
static struct traffic *traffic;
static long steps;

static int
count_steps(void *context)
{
    (void)context;
    steps += EACH;
    return 0;
}

static void
run(const char *sql)
{
    CHECK(sqlite3_exec(traffic->store.db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

/* Messages of a minute ago, until there are COUNT. */
static void
fill(long count)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n (i) AS (SELECT coalesce(max(key), 0) + 1"
             " FROM message UNION ALL SELECT i + 1 FROM n WHERE i < %ld)"
             " INSERT INTO message SELECT i, 1, unixepoch() * 1000 - 60000, 7,"
             " 'p', 'l', 'r', 'd', '', NULL, x'64' FROM n",
             count);
    run(sql);
}

/* What each costs. */
struct cost {
    long append, pull, nothing, sweep;
};

static long
took(void)
{
    long some = steps;

    steps = 0;
    return some;
}

static void
measure(struct cost *cost)
{
    static const struct names_path device = { "p", "l", "r", "d" };
    struct traffic_message message = { .topic = TOPIC,
                                       .data = "x",
                                       .length = 1,
                                       .device = &device,
                                       .num_id = 7,
                                       .subfolder = "" };
    struct traffic_batch *batch = NULL;
    bool ok;

    took();
    CHECK(traffic_append(traffic, &message, &ok) && ok);
    cost->append = took();
    CHECK(traffic_pull(traffic, SLOW, 100, &batch) && batch->count == 100);
    cost->pull = took();
    traffic_batch_free(&batch);
    run("UPDATE subscription SET cursor = (SELECT max(key) FROM message)"
        " WHERE name = '" QUICK "'");
    took();
    CHECK(traffic_pull(traffic, QUICK, 100, &batch) && batch->count == 0);
    cost->nothing = took();
    traffic_batch_free(&batch);
    CHECK(traffic_sweep(traffic, 1 << 30, &ok));
    cost->sweep = took();
}

/* Hands out all that QUICK has, and nobody acknowledges it. */
static void
hand_out(void)
{
    run("UPDATE subscription SET cursor = (SELECT max(key) FROM message);"
        "INSERT OR IGNORE INTO delivery SELECT 2, key, 1,"
        " unixepoch() * 1000 + 60000 FROM message;"
        "UPDATE subscription SET cursor = 0 WHERE name = '" SLOW "'");
}

static bool
is_as_much(const char *what, long few, long many)
{
    printf("%s: %ld steps, %ld with many\n", what, few, many);
    return few > 0 && many <= few * ALLOWED / 100 + 100;
}

static void
check_costs(long many)
{
    struct cost little;
    struct cost much;

    fill(FEW);
    hand_out();
    measure(&little);
    fill(many);
    hand_out();
    measure(&much);
    CHECK(is_as_much("to append", little.append, much.append));
    CHECK(is_as_much("to pull", little.pull, much.pull));
    CHECK(is_as_much("to find nothing", little.nothing, much.nothing));
    CHECK(is_as_much("to sweep", little.sweep, much.sweep));
}

static bool
make(void)
{
    struct traffic_topic topic = { .name = TOPIC, .retention = 3600 };
    struct traffic_subscription slow = { .name = SLOW,
                                         .topic = TOPIC,
                                         .deadline = 600 };
    struct traffic_subscription quick = { .name = QUICK,
                                          .topic = TOPIC,
                                          .deadline = 600 };

    traffic = traffic_open(database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);
    return traffic != NULL && traffic_topic_create(traffic, &topic) &&
           traffic_subscription_create(traffic, &slow, true) &&
           traffic_subscription_create(traffic, &quick, true);
}

int
main(int argc, char **argv)
{
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(database, sizeof database, "%s/traffic.db", folder);
    log_open("test", NULL);
    if (CHECK(make())) {
        sqlite3_progress_handler(traffic->store.db, EACH, count_steps, NULL);
        check_costs(argc > 1 ? atol(argv[1]) : MANY);
    }
    traffic_close(&traffic);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
