// SPDX-License-Identifier: Apache-2.0
/*
 * Calls that come together are committed together: nobody is answered before,
 * each gets the answer of its own, and when the commit fails nobody is told
 * that anything arrived.
 */
#include "check.h"
#include "http-site.h"
#include "traffic/topics.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CALLS = 6 };

static const char away[] =
    "{\"error\":{\"code\":503,\"message\":\"The service is currently "
    "unavailable.\",\"status\":\"UNAVAILABLE\"}}";

static const struct {
    const char *target;
    const char *body;
    int status;
    const char *expected; /* NULL: whatever */
} calls[CALLS] = {
    { EVENT, "{\"binary_data\":\"b25l\"}", 200, "{}" },
    { EVENT, "{\"sub_folder\":\"cold\"}", 400, PRECONDITION },
    { PLACE "dev-1:setState", "{\"state\":{\"binary_data\":\"YQ==\"}}", 200,
      "{}" },
    { PLACE "dev-1:setState", "{\"state\":{\"binary_data\":\"Yg==\"}}", 429,
      NULL },
    { EVENT,
      "{\"binary_data\":\"dHdv\",\"gateway_info\":"
      "{\"gateway_id\":\"gw-1\"}}",
      200, "{}" },
    { PLACE "dev-2:setState", "{\"state\":{\"binary_data\":\"Yw==\"}}", 200,
      "{}" },
};

static bool
is_answered(const struct http_answer *answer, int status, const char *expected)
{
    return answer->status == status &&
           (expected == NULL || strcmp(answer->body, expected) == 0);
}

static void
call_all(struct site *site, struct http_answer *answers)
{
    for (size_t i = 0; i < CALLS; i++) {
        site_call(site, calls[i].target, calls[i].body, &answers[i]);
        CHECK(answers[i].status == 0);
    }
}

static void
clear_all(struct http_answer *answers)
{
    for (size_t i = 0; i < CALLS; i++)
        http_answer_clear(&answers[i]);
}

/* What the store has: the next messages of dev-1, and of no other. */
static bool
has_messages(struct site *site, const char *first, const char *second)
{
    struct traffic_batch *batch = NULL;
    bool ok = traffic_pull(site->bridge.traffic,
                           "projects/p-1/subscriptions/sub", 10, &batch);

    if (first == NULL)
        ok = ok && batch->count == 0;
    else
        ok = ok && batch->count == 2 &&
             strcmp((const char *)batch->items[0].data, first) == 0 &&
             strcmp((const char *)batch->items[1].data, second) == 0 &&
             strcmp(batch->items[1].gateway, "gw-1") == 0;
    traffic_batch_free(&batch);
    return ok;
}

static void
check_together(struct site *site)
{
    struct http_answer answers[CALLS];
    uint64_t commits = site->bridge.metrics.commits;

    call_all(site, answers);
    CHECK(has_messages(site, NULL, NULL));
    site_settle(site);
    for (size_t i = 0; i < CALLS; i++)
        CHECK(is_answered(&answers[i], calls[i].status, calls[i].expected));
    CHECK(site->bridge.metrics.commits == commits + 1);
    CHECK(has_messages(site, "one", "two"));
    clear_all(answers);
}

/* All of them learn it, also those whom something else would have kept out. */
static void
check_failure(struct site *site)
{
    struct http_answer answers[CALLS];

    call_all(site, answers);
    site_settle(site);
    for (size_t i = 0; i < CALLS; i++)
        CHECK(is_answered(&answers[i], 503, away));
    clear_all(answers);
}

static void *
let_go(void *other)
{
    const struct timespec moment = { 0, 40000000 };

    nanosleep(&moment, NULL);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    return NULL;
}

/* Whoever brings messages to the disk holds the lock for so long. */
static void
check_neighbour(struct site *site, sqlite3 *other)
{
    pthread_t thread;

    CHECK(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
          SQLITE_OK);
    if (CHECK(pthread_create(&thread, NULL, let_go, other) == 0)) {
        CHECK(site_answers(site, EVENT, "{}", 200, "{}"));
        pthread_join(thread, NULL);
    }
    CHECK(site_has(site, "", "", ""));
}

static void
check_locked(struct site *site)
{
    char path[64];
    sqlite3 *other = NULL;

    snprintf(path, sizeof path, "%s/t.db", site->folder);
    CHECK(sqlite3_open(path, &other) == SQLITE_OK);
    check_neighbour(site, other);
    CHECK(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
          SQLITE_OK);
    check_failure(site);
    CHECK(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(has_messages(site, NULL, NULL));
    /* A table that refuses half-way takes back what stands already. */
    CHECK(sqlite3_exec(other,
                       "CREATE TRIGGER no BEFORE INSERT ON state BEGIN "
                       "SELECT RAISE(ABORT, 'no'); END",
                       NULL, NULL, NULL) == SQLITE_OK);
    check_failure(site);
    CHECK(has_messages(site, NULL, NULL));
    CHECK(sqlite3_exec(other, "DROP TRIGGER no", NULL, NULL, NULL) ==
          SQLITE_OK);
    CHECK(sqlite3_close(other) == SQLITE_OK);
}

static void
check_gone(struct site *site)
{
    struct traffic *traffic = site->bridge.traffic;

    site->bridge.traffic = NULL;
    check_failure(site);
    site->bridge.traffic = traffic;
    CHECK(has_messages(site, NULL, NULL));
}

int
main(void)
{
    static struct site site;

    if (CHECK(site_open(&site))) {
        check_locked(&site);
        check_gone(&site);
        check_together(&site);
        CHECK(site_answers(&site, EVENT, "{}", 200, "{}"));
    }
    site_close(&site);
    return check_end();
}
