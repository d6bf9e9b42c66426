// SPDX-License-Identifier: Apache-2.0
/*
 * The traffic database itself, and its one busy entrance: appending messages.
 * Who subscribes to them is pull.c's, what is deleted again is sweep.c's.
 * cloud-iot-core reference, sections 2.3, 2.4 and 6.
 */
#include "traffic.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/resource.h"
#include "station.h"
#include "tray.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* A broker's thread may wait the first, a person at the keyboard the last.  In
 * between is who writes for all that wait anyway: another bridge that brings
 * what it has to the disk takes longer than the first. */
enum { WAIT_BRIEFLY_MS = 3, WAIT_TOGETHER_MS = 500, WAIT_PATIENTLY_MS = 10000 };

#define MAKES_ONE "iot-registry topics create makes one"

static const struct store_way ways[] = {
    [TRAFFIC_BROWSE] = { &schema_traffic, SQLITE_OPEN_READONLY,
                         WAIT_PATIENTLY_MS, false, false, false, MAKES_ONE },
    [TRAFFIC_WRITE] = { &schema_traffic, SQLITE_OPEN_READWRITE,
                        WAIT_PATIENTLY_MS, true, false, false, MAKES_ONE },
    [TRAFFIC_CREATE] = { &schema_traffic, SQLITE_OPEN_READWRITE,
                         WAIT_PATIENTLY_MS, true, true, false, MAKES_ONE },
    [TRAFFIC_SERVE] = { &schema_traffic, SQLITE_OPEN_READWRITE, WAIT_BRIEFLY_MS,
                        true, true, false, MAKES_ONE },
    [TRAFFIC_GATHER] = { &schema_traffic, SQLITE_OPEN_READWRITE,
                         WAIT_TOGETHER_MS, true, true, false, MAKES_ONE },
    [TRAFFIC_MOVE] = { &schema_traffic, SQLITE_OPEN_READWRITE,
                       WAIT_PATIENTLY_MS, true, false, false, MAKES_ONE },
};

/* Remembers which file this is.  SQLite is asked last: is it the one that it
 * opened, which another may have taken the place of since? */
static bool
look_at_file(struct traffic *traffic)
{
    const char *path = traffic->store.path;
    struct stat file;
    int has_moved = 1;

    if (stat(path, &file) != 0 ||
        sqlite3_file_control(traffic->store.db, NULL, SQLITE_FCNTL_HAS_MOVED,
                             &has_moved) != SQLITE_OK ||
        has_moved != 0) {
        log_event(LOG_STORE_GONE, &(struct log_facts){ .file = path },
                  "the messages' database was replaced while it was opened: %s",
                  path);
        return false;
    }
    traffic->device = file.st_dev;
    traffic->inode = file.st_ino;
    traffic->opened = clock_nanoseconds();
    return true;
}

struct traffic *
traffic_open(const char *path, enum traffic_access access,
             enum traffic_durability durability)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    struct store_way way = ways[access];

    if (traffic == NULL) {
        log_error("out of memory");
        return NULL;
    }
    way.survives_power = durability == TRAFFIC_SURVIVES_POWER;
    if (!store_open(&traffic->store, &way, path) || !look_at_file(traffic) ||
        ((access == TRAFFIC_WRITE || access == TRAFFIC_CREATE) &&
         !tray_folder_make(path)))
        traffic_close(&traffic);
    return traffic;
}

void
traffic_close(struct traffic **traffic)
{
    if (*traffic == NULL)
        return;
    store_close(&(*traffic)->store);
    free(*traffic);
    *traffic = NULL;
}

void
traffic_leave_the_log(struct traffic *traffic)
{
    sqlite3_wal_autocheckpoint(traffic->store.db, 0);
}

bool
traffic_is_in_place(const struct traffic *traffic)
{
    struct stat file;

    return stat(traffic->store.path, &file) == 0 &&
           file.st_dev == traffic->device && file.st_ino == traffic->inode;
}

bool
traffic_path(const char *registry, char *path, size_t size)
{
    char copy[PATH_MAX];
    int length;

    length = snprintf(copy, sizeof copy, "%s", registry);
    if (length < 0 || (size_t)length >= sizeof copy)
        return false;
    length = snprintf(path, size, "%s/traffic.db", dirname(copy));
    return length >= 0 && (size_t)length < size;
}

bool
traffic_begin(struct traffic *traffic)
{
    return store_begin_write(&traffic->store);
}

bool
traffic_end(struct traffic *traffic, bool ok)
{
    return store_end(&traffic->store, ok);
}

bool
traffic_topic_name(const char *project, const char *text,
                   char name[TRAFFIC_TOPIC_MOST])
{
    return resource_name(project, "topics", text, name, TRAFFIC_TOPIC_MOST);
}

int64_t
station_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct entry
station_entry(const struct traffic_message *message)
{
    const struct names_path *device = message->device;

    return (struct entry){
        .kind = ENTRY_MESSAGE,
        .at_ms = station_now_ms(),
        .num_id = message->num_id,
        .texts = { [ENTRY_TOPIC] = message->topic,
                   [ENTRY_PROJECT] = device->project,
                   [ENTRY_LOCATION] = device->location,
                   [ENTRY_REGISTRY] = device->registry,
                   [ENTRY_DEVICE] = device->device,
                   [ENTRY_SUBFOLDER] = message->subfolder,
                   [ENTRY_GATEWAY] = message->gateway },
        .data = message->data,
        .length = message->length,
    };
}

/* One statement, which finds the topic by its name: no row goes in when there
 * is none. */
bool
station_message_put(struct traffic *traffic, const struct entry *entry,
                    bool *has_topic)
{
    const char *const *texts = entry->texts;
    const char *gateway = texts[ENTRY_GATEWAY];
    const struct store_value values[] = {
        store_text(texts[ENTRY_TOPIC]),
        store_number(entry->at_ms),
        store_number((int64_t)entry->num_id),
        store_text(texts[ENTRY_PROJECT]),
        store_text(texts[ENTRY_LOCATION]),
        store_text(texts[ENTRY_REGISTRY]),
        store_text(texts[ENTRY_DEVICE]),
        store_text(texts[ENTRY_SUBFOLDER]),
        store_text(gateway != NULL && gateway[0] != '\0' ? gateway : NULL),
        store_bytes(entry->data != NULL ? entry->data : "", entry->length),
        { .kind = STORE_END },
    };
    int changes = 0;

    *has_topic = false;
    if (!store_run(&traffic->store, STATEMENT_MESSAGE_INSERT, values, &changes))
        return false;
    *has_topic = changes == 1;
    return true;
}

bool
traffic_append(struct traffic *traffic, const struct traffic_message *message,
               bool *has_topic)
{
    struct entry entry = station_entry(message);

    return station_message_put(traffic, &entry, has_topic);
}

bool
traffic_has_topic(struct traffic *traffic, const char *name, bool *has_topic)
{
    struct store_value values[] = { store_text(name), { .kind = STORE_END } };
    int64_t key;

    return store_lookup(&traffic->store, STATEMENT_TOPIC_KEY, values, has_topic,
                        &key);
}

bool
traffic_generation_find(struct traffic *traffic, int64_t *generation)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    bool found;

    if (!store_lookup(&traffic->store, STATEMENT_DATA_VERSION, none, &found,
                      generation))
        return false;
    *generation += traffic->opened;
    return true;
}

bool
station_place_find(struct traffic *traffic, uint64_t *id, uint64_t *at)
{
    static const struct store_value none[] = { { .kind = STORE_END } };
    sqlite3_stmt *query =
        store_query(&traffic->store, STATEMENT_PLACE_SELECT, none);
    bool has_row = false;
    bool ok = query != NULL && store_next(&traffic->store, query, &has_row);

    *id = 0;
    *at = 0;
    if (ok && has_row) {
        *id = (uint64_t)sqlite3_column_int64(query, 0);
        *at = (uint64_t)sqlite3_column_int64(query, 1);
    }
    store_done(&query);
    return ok;
}

bool
station_place_set(struct traffic *traffic, uint64_t id, uint64_t at)
{
    const struct store_value values[] = { store_number((int64_t)id),
                                          store_number((int64_t)at),
                                          { .kind = STORE_END } };

    return store_run(&traffic->store, STATEMENT_PLACE_SET, values, NULL);
}
