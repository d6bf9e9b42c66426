// SPDX-License-Identifier: Apache-2.0
/*
 * The traffic database itself, and its one busy entrance: appending messages.
 * Who subscribes to them is pull.c's, what is deleted again is sweep.c's.
 * cloud-iot-core reference, sections 2.3, 2.4 and 6.
 */
#include "traffic.h"

#include "base/log.h"
#include "resource.h"
#include "station.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A broker's thread may wait the one, a person at the keyboard the other. */
enum { WAIT_BRIEFLY_MS = 10, WAIT_PATIENTLY_MS = 10000 };

#define MAKES_ONE "iot-registry topics create makes one"

static const struct store_way ways[] = {
    [TRAFFIC_BROWSE] = { &schema_traffic, SQLITE_OPEN_READONLY,
                         WAIT_PATIENTLY_MS, false, false, false, MAKES_ONE },
    [TRAFFIC_WRITE] = { &schema_traffic, SQLITE_OPEN_READWRITE,
                        WAIT_PATIENTLY_MS, true, true, false, MAKES_ONE },
    [TRAFFIC_SERVE] = { &schema_traffic, SQLITE_OPEN_READWRITE, WAIT_BRIEFLY_MS,
                        true, true, false, MAKES_ONE },
};

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
    if (!store_open(&traffic->store, &way, path))
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

/* One statement, which finds the topic by its name and is its own
 * transaction: no row goes in when there is none. */
bool
traffic_append(struct traffic *traffic, const struct traffic_message *message,
               bool *has_topic)
{
    const struct store_value values[] = {
        store_text(message->topic),
        store_number(station_now_ms()),
        store_number((int64_t)message->num_id),
        store_text(message->device->project),
        store_text(message->device->location),
        store_text(message->device->registry),
        store_text(message->device->device),
        store_text(message->subfolder),
        store_text(message->gateway),
        store_bytes(message->data != NULL ? message->data : "",
                    message->length),
        { .kind = STORE_END },
    };
    int changes = 0;

    *has_topic = false;
    if (!store_run(&traffic->store, STATEMENT_MESSAGE_INSERT, values, &changes))
        return false;
    *has_topic = changes == 1;
    return true;
}
