// SPDX-License-Identifier: Apache-2.0
/*
 * Holds many devices connected and does nothing with them, for whoever wants
 * to know what that costs: connects them over TLS 1.3, has each subscribe to
 * its configuration and commands, prints how many were admitted and refused
 * and the seconds that it took, acknowledges configurations, and keeps them
 * until its input ends.
 *
 *     mqtt-hold PORT CAFILE FILE DEVICES SECONDS
 *
 * Its limits: at most 16384 devices and 600 seconds; loopback only.  It raises
 * its limit of open files as far as it may; the broker's is the caller's.
 */
#include "mqtt-client.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum {
    MOST_DEVICES = 16384,
    MOST_SECONDS = 600,
    THREADS = 4,
    KEEPALIVE = 1200, // seconds: nobody needs to say that it is still there
};

static struct {
    struct mqtt_client client;
    struct mqtt_device devices[MOST_DEVICES];
    SSL *held[MOST_DEVICES];
    size_t count;
} all;

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Every THREADS-th device from the one that FIRST points to.
static void *
connect_share(void *first)
{
    size_t start = (size_t)((SSL **)first - all.held);

    for (size_t i = start; i < all.count; i += THREADS) {
        SSL *tls = mqtt_client_connect(&all.client, &all.devices[i]);

        if (tls != NULL && !mqtt_client_subscribe(tls, &all.devices[i])) {
            mqtt_client_disconnect(tls);
            tls = NULL;
        }
        all.held[i] = tls;
    }
    return NULL;
}

static void
connect_all(void)
{
    pthread_t threads[THREADS];
    int started = 0;

    while (started < THREADS - 1 &&
           pthread_create(&threads[started], NULL, connect_share,
                          &all.held[started]) == 0)
        started++;
    for (int i = started; i < THREADS; i++)
        connect_share(&all.held[i]);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

// Answers what is sent to anybody until nothing has come for a second.
static void
answer_all(void)
{
    double quiet = now();

    while (now() < quiet + 1)
        for (size_t i = 0; i < all.count; i++) {
            struct pollfd one = { .events = POLLIN };

            if (all.held[i] == NULL)
                continue;
            one.fd = SSL_get_fd(all.held[i]);
            if (poll(&one, 1, 0) != 1)
                continue;
            quiet = now();
            if (mqtt_client_answer(all.held[i]))
                continue;
            mqtt_client_disconnect(all.held[i]);
            all.held[i] = NULL;
        }
}

static size_t
count_held(void)
{
    size_t held = 0;

    for (size_t i = 0; i < all.count; i++)
        held += all.held[i] != NULL;
    return held;
}

static void
raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        perror("mqtt-hold: limit of open files");
}

// A number from 1 to most, or 0.
static long
number(const char *text, long most)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *end == '\0' && value > 0 && value <= most ? value : 0;
}

int
main(int argc, char **argv)
{
    struct pollfd input = { .fd = 0, .events = POLLIN };
    long devices = argc == 6 ? number(argv[4], MOST_DEVICES) : 0;
    long seconds = argc == 6 ? number(argv[5], MOST_SECONDS) : 0;
    double before, took;

    if (devices == 0 || seconds == 0 || number(argv[1], 65535) == 0) {
        fputs("usage: mqtt-hold PORT CAFILE FILE DEVICES SECONDS\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    raise_limit();
    all.client.port = (int)number(argv[1], 65535);
    all.client.keepalive = KEEPALIVE;
    all.count = mqtt_client_read(argv[3], all.devices, (size_t)devices);
    if (all.count == 0 || !mqtt_client_open(&all.client, argv[2])) {
        fputs("mqtt-hold: certificates or devices cannot be read\n", stderr);
        return 1;
    }
    before = now();
    connect_all();
    took = now() - before;
    answer_all();
    printf("%zu %zu %.3f\n", count_held(), all.count - count_held(), took);
    fflush(stdout);
    poll(&input, 1, (int)seconds * 1000);
    for (size_t i = 0; i < all.count; i++)
        mqtt_client_disconnect(all.held[i]);
    mqtt_client_close(&all.client);
    return 0;
}
