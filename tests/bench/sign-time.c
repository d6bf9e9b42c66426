// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures with one persistent key, by the provider through EVP and by
 * tpm2-tss's SAPI alone, the same TPM command, for the shell scripts to tell
 * what is in between and to make tables of it.
 *
 *     sign-time turns HANDLE N   N of each kind in turns; see turns.h
 *     sign-time evp HANDLE N     N through EVP, and nothing else
 *     sign-time raw HANDLE N     N through SAPI, and nothing else
 *     sign-time keys URI N       bytes of heap that each of N loaded keys takes
 *     sign-time flat HANDLE N    bytes of heap that N signatures leave behind
 */
#include "../provider/signer.h"
#include "raw-sign.h"
#include "turns.h"

#include <err.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    EVP_PKEY *key;
    struct raw raw;
};

static void
sign_raw(void *arg)
{
    struct bench *bench = arg;

    raw_sign(&bench->raw);
}

static void
sign_evp(void *arg)
{
    const struct bench *bench = arg;
    const unsigned char digest[RAW_DIGEST] = { 1 };
    unsigned char signature[512];
    size_t size = sizeof signature;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(bench->key, NULL);

    if (ctx == NULL || EVP_PKEY_sign_init(ctx) <= 0 ||
        EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) <= 0 ||
        EVP_PKEY_sign(ctx, signature, &size, digest, sizeof digest) <= 0)
        errx(1, "the provider does not sign");
    EVP_PKEY_CTX_free(ctx);
}

static const struct way ways[] = { { "evp", sign_evp }, { "raw", sign_raw } };

static void
load_keys(const char *uri, int count)
{
    EVP_PKEY **keys = calloc((size_t)count, sizeof *keys);
    size_t before;

    EVP_PKEY_free(signer_key_load(NULL, uri)); /* what is made once */
    before = mallinfo2().uordblks;
    for (int i = 0; i < count; i++)
        if ((keys[i] = signer_key_load(NULL, uri)) == NULL)
            exit(1);
    printf("%ld\n", (long)(mallinfo2().uordblks - before) / count);
    for (int i = 0; i < count; i++)
        EVP_PKEY_free(keys[i]);
    free(keys);
}

static void
stay_flat(struct bench *bench, int count)
{
    size_t before;

    for (int i = 0; i < 10; i++)
        sign_evp(bench);
    before = mallinfo2().uordblks;
    for (int i = 0; i < count; i++)
        sign_evp(bench);
    printf("%ld\n", (long)mallinfo2().uordblks - (long)before);
}

static void
open_key(struct bench *bench, const char *handle)
{
    char uri[64];

    raw_open(&bench->raw, handle);
    snprintf(uri, sizeof uri, "handle:%s", handle);
    bench->key = signer_key_load(NULL, uri);
    if (bench->key == NULL)
        exit(1);
}

int
main(int argc, char **argv)
{
    struct bench bench = { 0 };
    int count = argc == 4 ? atoi(argv[3]) : -1;

    if (count < 0 || (strcmp(argv[1], "turns") == 0 && count > TURNS_MOST))
        errx(2, "usage: sign-time turns|evp|raw|keys|flat HANDLE|URI N");
    if (strcmp(argv[1], "keys") == 0) {
        load_keys(argv[2], count);
        return 0;
    }
    open_key(&bench, argv[2]);
    if (strcmp(argv[1], "turns") == 0)
        turns_run(ways, sizeof ways / sizeof *ways, count, &bench);
    else if (strcmp(argv[1], "flat") == 0)
        stay_flat(&bench, count);
    else
        for (int i = 0; i < count; i++)
            (strcmp(argv[1], "raw") == 0 ? sign_raw : sign_evp)(&bench);
    EVP_PKEY_free(bench.key);
    raw_close(&bench.raw);
    return 0;
}
