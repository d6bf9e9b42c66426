// SPDX-License-Identifier: Apache-2.0
/*
 * What it takes to keep a message: "append WAY FILE COUNT BYTES [power]" prints
 * microseconds a message at the mean, the median, the 99th percentile and the
 * worst.  WAY is "intake", as the MQTT bridge does it, or "database", one
 * transaction a message.
 */
#include "base/log.h"
#include "traffic/intake.h"
#include "traffic/topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOPIC "projects/p/topics/telemetry"

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
by_size(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* Where messages go: either of the two is NULL. */
struct way {
    struct traffic *traffic;
    struct intake *intake;
};

static bool
append(const struct way *way, const struct traffic_message *message)
{
    bool has_topic = false;

    if (way->intake != NULL)
        return intake_message(way->intake, message);
    return traffic_append(way->traffic, message, &has_topic) && has_topic;
}

static bool
append_all(const struct way *way, int64_t *taken, size_t count, size_t bytes)
{
    static char data[4096];
    static const struct names_path device = { "p", "l", "registry-1",
                                              "device-1" };
    struct traffic_message message = { .topic = TOPIC,
                                       .data = data,
                                       .length = bytes,
                                       .device = &device,
                                       .num_id = 7,
                                       .subfolder = "" };

    for (size_t i = 0; i < count; i++) {
        int64_t before = now_ns();

        if (!append(way, &message))
            return false;
        taken[i] = now_ns() - before;
    }
    return true;
}

static bool
open_way(struct way *way, const char *name, const char *path,
         enum traffic_durability durability)
{
    struct traffic_topic topic = { .name = TOPIC, .retention = 60 };

    way->traffic = traffic_open(path, TRAFFIC_CREATE, durability);
    if (way->traffic == NULL || !traffic_topic_create(way->traffic, &topic))
        return false;
    if (strcmp(name, "intake") == 0)
        way->intake = intake_open(path, durability, 0);
    return way->intake != NULL || strcmp(name, "database") == 0;
}

static void
print(int64_t *taken, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += taken[i];
    qsort(taken, count, sizeof *taken, by_size);
    printf("%.1f %.1f %.1f %.1f\n", (double)sum / (double)count / 1000,
           (double)taken[count / 2] / 1000,
           (double)taken[count / 100 * 99] / 1000,
           (double)taken[count - 1] / 1000);
}

int
main(int argc, char **argv)
{
    size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    size_t bytes = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    int64_t *taken = calloc(count + 1, sizeof *taken);
    struct way way = { NULL, NULL };
    bool ok;

    log_open("append", NULL);
    ok = count > 0 && bytes <= 4096 && taken != NULL &&
         open_way(&way, argv[1], argv[2],
                  argc > 5 ? TRAFFIC_SURVIVES_POWER : TRAFFIC_SURVIVES_KILL) &&
         append_all(&way, taken, count, bytes);
    if (ok)
        print(taken, count);
    intake_close(&way.intake);
    traffic_close(&way.traffic);
    free(taken);
    return ok ? 0 : 1;
}
