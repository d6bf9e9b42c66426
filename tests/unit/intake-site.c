// SPDX-License-Identifier: Apache-2.0
/*
 * A database of messages and the folder of its intake, made and looked at for
 * the tests of the intake.
 */
#include "intake-site.h"

#include "base/log.h"
#include "traffic/entry.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC "projects/p/topics/telemetry"
#define SUBSCRIPTION "projects/p/subscriptions/all"

char site_folder[] = "/tmp/intake.XXXXXX";
char site_database[64];
char site_trays[80];
int site_lines;

/* What is not the claim of a test but must hold for it ends it. */
#define MUST(condition) must((condition), #condition)

static char last_line[2048];
static const struct names_path device = { "p", "l", "registry-1", "device-1" };

static void
must(bool is_so, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "the site could not be made: %s\n", what);
    exit(1);
}

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    site_lines++;
    snprintf(last_line, sizeof last_line, "%s", text);
}

bool
site_said(const char *words)
{
    return strstr(last_line, words) != NULL;
}

sqlite3 *
site_sqlite(void)
{
    sqlite3 *db = NULL;

    MUST(sqlite3_open(site_database, &db) == SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

void
site_run(sqlite3 *db, const char *sql)
{
    MUST(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

void
site_change(const char *sql)
{
    sqlite3 *db = site_sqlite();

    site_run(db, sql);
    sqlite3_close(db);
}

/* A new database with a topic and a subscription, and an empty intake. */
void
site_start_afresh(void)
{
    struct traffic_topic topic = { .name = TOPIC, .retention = 3600 };
    struct traffic_subscription all = { .name = SUBSCRIPTION,
                                        .topic = TOPIC,
                                        .deadline = 60 };
    struct traffic *traffic;
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s*", site_database);
    MUST(system(command) == 0);
    traffic =
        traffic_open(site_database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);
    MUST(traffic != NULL && traffic_topic_create(traffic, &topic) &&
         traffic_subscription_create(traffic, &all, true));
    traffic_close(&traffic);
    site_lines = 0;
}

/* A message whose first bytes are NUMBER. */
bool
site_take(struct intake *intake, int number, size_t length)
{
    static unsigned char data[ENTRY_DATA_MOST];
    struct traffic_message message = { .topic = TOPIC,
                                       .data = data,
                                       .length = length,
                                       .device = &device,
                                       .num_id = 7,
                                       .subfolder = "a/b" };

    memcpy(data, &number, sizeof number);
    return intake_message(intake, &message);
}

struct intake *
site_intake(int64_t most)
{
    struct intake *intake =
        intake_open(site_database, TRAFFIC_SURVIVES_KILL, most);

    MUST(intake != NULL);
    return intake;
}

/* Are just the numbers from FROM to, without, TO there, in order? */
bool
site_has_just(int from, int to)
{
    struct traffic *traffic;
    struct traffic_batch *batch = NULL;
    int next = from;
    int number;
    bool ok = true;

    intake_settle(site_database);
    traffic =
        traffic_open(site_database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_KILL);
    MUST(traffic != NULL);
    do {
        traffic_batch_free(&batch);
        ok = traffic_pull(traffic, SUBSCRIPTION, 1000, &batch);
        for (size_t i = 0; ok && i < batch->count; i++) {
            memcpy(&number, batch->items[i].data, sizeof number);
            ok = number == next++;
        }
    } while (ok && batch->count > 0);
    traffic_batch_free(&batch);
    traffic_close(&traffic);
    return ok && next == to;
}

int
site_count_trays(void)
{
    DIR *directory = opendir(site_trays);
    const struct dirent *entry;
    int count = 0;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        count += entry->d_name[0] != '.';
    if (directory != NULL)
        closedir(directory);
    return count;
}

bool
site_open(void)
{
    if (mkdtemp(site_folder) == NULL)
        return false;
    snprintf(site_database, sizeof site_database, "%s/traffic.db", site_folder);
    snprintf(site_trays, sizeof site_trays, "%s-intake", site_database);
    log_open("test", keep_line);
    return true;
}

bool
site_close(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -r %s", site_folder);
    return system(command) == 0;
}
