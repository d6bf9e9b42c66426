// SPDX-License-Identifier: Apache-2.0
/*
 * A test program: threads that share one key, threads that load it for
 * themselves, and threads with a library context of their own in which the
 * provider is loaded and unloaded. Exits with 0 when every signature verifies.
 *
 *     sign-in-threads URI THREADS SIGNATURES
 */
#include "signer.h"

#include <err.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MAX = 64 };

struct task {
    const char *uri;
    EVP_PKEY *shared;
    int kind; /* 0 shares, 1 loads, 2 has its own context */
    int times;
    unsigned seed;
    bool ok;
};

static bool CHECKED
sign_many(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const struct task *task)
{
    return signer_sign_many(libctx, key, task->seed, task->times);
}

static bool CHECKED
load_and_sign(OSSL_LIB_CTX *libctx, const struct task *task)
{
    EVP_PKEY *key = signer_key_load(libctx, task->uri);
    bool ok = key != NULL && sign_many(libctx, key, task);

    EVP_PKEY_free(key);
    return ok;
}

static bool CHECKED
sign_in_own_context(const struct task *task)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *plain = OSSL_PROVIDER_load(libctx, "default");
    OSSL_PROVIDER *ours = OSSL_PROVIDER_load(libctx, "tpm2");
    bool ok = plain != NULL && ours != NULL && load_and_sign(libctx, task);

    OSSL_PROVIDER_unload(ours);
    OSSL_PROVIDER_unload(plain);
    OSSL_LIB_CTX_free(libctx);
    return ok;
}

static void *
run(void *arg)
{
    struct task *task = arg;

    if (task->kind == 0)
        task->ok = sign_many(NULL, task->shared, task);
    else if (task->kind == 1)
        task->ok = load_and_sign(NULL, task);
    else
        task->ok = sign_in_own_context(task);
    return NULL;
}

int
main(int argc, char **argv)
{
    struct task tasks[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    EVP_PKEY *key;
    int count, failed = 0;

    if (argc != 4)
        errx(2, "usage: sign-in-threads URI THREADS SIGNATURES");
    count = atoi(argv[2]);
    if (count < 1 || count > THREADS_MAX)
        errx(2, "1 to %d threads", THREADS_MAX);
    key = signer_key_load(NULL, argv[1]);
    if (key == NULL)
        return 1;
    for (int i = 0; i < count; i++) {
        tasks[i] = (struct task){
            argv[1], key, i % 3, atoi(argv[3]), (unsigned)i * 100000, false
        };
        if (pthread_create(&threads[i], NULL, run, &tasks[i]) != 0)
            errx(1, "no thread");
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        failed += tasks[i].ok ? 0 : 1;
    }
    EVP_PKEY_free(key);
    if (failed > 0)
        errx(1, "%d of %d threads failed", failed, count);
    return 0;
}
