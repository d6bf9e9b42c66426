// SPDX-License-Identifier: Apache-2.0
/*
 * What appending a message to the traffic costs: "append FILE COUNT BYTES
 * [power]" prints microseconds a message at the mean, the median, the 99th
 * percentile and the worst.
 */
#include "base/log.h"
#include "registry/topics.h"

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

static bool
append_all(struct traffic *traffic, int64_t *taken, size_t count, size_t bytes)
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
        bool has_topic;

        if (!traffic_append(traffic, &message, &has_topic) || !has_topic)
            return false;
        taken[i] = now_ns() - before;
    }
    return true;
}

int
main(int argc, char **argv)
{
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    size_t bytes = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    struct traffic_topic topic = { .name = TOPIC, .retention = 60 };
    struct traffic *traffic = NULL;
    int64_t *taken = calloc(count + 1, sizeof *taken);
    int64_t sum = 0;
    bool ok = false;

    log_open("append", NULL);
    if (count > 0 && bytes <= 4096 && taken != NULL)
        traffic = traffic_open(argv[1], TRAFFIC_SERVE,
                               argc > 4 ? TRAFFIC_SURVIVES_POWER
                                        : TRAFFIC_SURVIVES_KILL);
    ok = traffic != NULL && traffic_topic_create(traffic, &topic) &&
         append_all(traffic, taken, count, bytes);
    traffic_close(&traffic);
    for (size_t i = 0; ok && i < count; i++)
        sum += taken[i];
    if (ok) {
        qsort(taken, count, sizeof *taken, by_size);
        printf("%.1f %.1f %.1f %.1f\n", (double)sum / (double)count / 1000,
               (double)taken[count / 2] / 1000,
               (double)taken[count / 100 * 99] / 1000,
               (double)taken[count - 1] / 1000);
    }
    free(taken);
    return ok ? 0 : 1;
}
