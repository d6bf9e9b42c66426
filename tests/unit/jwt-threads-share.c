// SPDX-License-Identifier: Apache-2.0
/*
 * Threads that share one source, one key to sign and one to verify with: all
 * get good tokens, and each age of the source has one token for all of them.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, THREADS = 8, AGES = 20, LIFE = 1000 };

static EVP_PKEY *key;
static struct iotjwt_key *public;
static struct iotjwt_source *source;
static pthread_barrier_t barrier;

struct work {
    pthread_t thread;
    char *tokens[AGES];
    int bad;
};

static bool
is_good(const char *token, int64_t now)
{
    struct iotjwt_error error;

    return token != NULL &&
           tokens_verify(token, public, now, &error) == IOTJWT_OK;
}

static void *
work(void *data)
{
    struct work *mine = data;

    for (int age = 0; age < AGES; age++) {
        int64_t now = NOW + age * LIFE;
        struct iotjwt_claims claims = { "p1", now, now + 1, NULL, NULL };
        char *own = NULL;

        pthread_barrier_wait(&barrier);
        mine->tokens[age] = iotjwt_source_get(source, now, NULL, NULL);
        own = iotjwt_mint(key, &claims, NULL, NULL, NULL);
        mine->bad += !is_good(mine->tokens[age], now) || !is_good(own, now);
        iotjwt_free(&own);
    }
    return NULL;
}

int
main(void)
{
    struct work works[THREADS] = { 0 };

    key = tokens_key("EC", 0, "P-256");
    public = tokens_public(key, IOTJWT_ES256);
    source = iotjwt_source_new(key, "p1", LIFE, NULL, NULL, NULL);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&works[i].thread, NULL, work, &works[i]) == 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(works[i].thread, NULL);
        CHECK(works[i].bad == 0);
    }
    for (int age = 0; age < AGES; age++)
        for (int i = 0; i < THREADS; i++)
            CHECK(works[i].tokens[age] != NULL &&
                  strcmp(works[i].tokens[age], works[0].tokens[age]) == 0);
    for (int age = 1; age < AGES; age++)
        CHECK(strcmp(works[0].tokens[age], works[0].tokens[age - 1]) != 0);
    for (int i = 0; i < THREADS * AGES; i++)
        iotjwt_free(&works[i / AGES].tokens[i % AGES]);
    pthread_barrier_destroy(&barrier);
    iotjwt_source_free(&source);
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    return check_end();
}
