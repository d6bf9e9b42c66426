// SPDX-License-Identifier: Apache-2.0
/*
 * Posts one body to one address, again and again, on connections that are kept:
 * libcurl in threads, one connection each.  It shares the machine with what it
 * measures, so its figures are lower bounds.  For tests/bench/http-publish.sh.
 *
 *     http-load URL CAFILE TOKEN BODY CONNECTIONS REQUESTS
 *
 * prints: requests a second, the median and the 99 % of milliseconds.
 */
#include <curl/curl.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECTIONS_MOST = 256, REQUESTS_MOST = 10000000 };

struct load {
    const char *url;
    const char *cafile;
    const char *body;
    struct curl_slist *headers;
    size_t requests; /* of each connection */
};

struct worker {
    pthread_t thread;
    const struct load *load;
    double *taken; /* milliseconds of each request */
    bool ok;
};

static double
milliseconds(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t
throw_away(char *data, size_t size, size_t count, void *context)
{
    (void)data, (void)context;
    return size * count;
}

static bool
post(CURL *curl, double *taken)
{
    long status = 0;
    double start = milliseconds();

    if (curl_easy_perform(curl) != CURLE_OK)
        return false;
    *taken = milliseconds() - start;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        fprintf(stderr, "http-load: the answer is %ld\n", status);
    return status == 200;
}

static void *
work(void *context)
{
    struct worker *worker = context;
    const struct load *load = worker->load;
    CURL *curl = curl_easy_init();

    worker->ok = curl != NULL;
    if (curl == NULL)
        return NULL;
    curl_easy_setopt(curl, CURLOPT_URL, load->url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, load->cafile);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, load->headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, load->body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, throw_away);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    for (size_t i = 0; worker->ok && i < load->requests; i++)
        worker->ok = post(curl, &worker->taken[i]);
    curl_easy_cleanup(curl);
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;

    return (*left > *right) - (*left < *right);
}

/* Runs all workers; false when a request failed. */
static bool
run(struct worker *workers, size_t count, double *seconds)
{
    double start = milliseconds();
    size_t started = 0;
    bool ok = true;

    while (started < count && pthread_create(&workers[started].thread, NULL,
                                             work, &workers[started]) == 0)
        started++;
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        ok = ok && workers[i].ok;
    }
    *seconds = (milliseconds() - start) / 1e3;
    return ok && started == count;
}

int
main(int argc, char **argv)
{
    static struct worker workers[CONNECTIONS_MOST];
    struct load load = { 0 };
    char header[8300];
    size_t count = argc == 7 ? strtoul(argv[5], NULL, 10) : 0;
    size_t total = argc == 7 ? strtoul(argv[6], NULL, 10) : 0;
    double *taken = calloc(total > 0 ? total : 1, sizeof *taken);
    double seconds;

    if (count < 1 || count > CONNECTIONS_MOST || total < count ||
        total > REQUESTS_MOST || taken == NULL) {
        fprintf(stderr, "usage: http-load URL CAFILE TOKEN BODY CONNECTIONS "
                        "REQUESTS\n");
        return 2;
    }
    snprintf(header, sizeof header, "Authorization: Bearer %s", argv[3]);
    load = (struct load){ argv[1], argv[2], argv[4], NULL, total / count };
    load.headers = curl_slist_append(NULL, header);
    load.headers =
        curl_slist_append(load.headers, "Content-Type: application/json");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < count; i++) {
        workers[i].load = &load;
        workers[i].taken = taken + i * load.requests;
    }
    if (!run(workers, count, &seconds))
        return 1;
    total = load.requests * count;
    qsort(taken, total, sizeof *taken, compare);
    printf("%.0f %.2f %.2f\n", (double)total / seconds, taken[total / 2],
           taken[total * 99 / 100]);
    return 0;
}
