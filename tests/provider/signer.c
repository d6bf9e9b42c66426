// SPDX-License-Identifier: Apache-2.0
/*
 * Loads keys and makes signatures for the test programs; who runs where and how
 * often is theirs.
 */
#include "signer.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int
give_password(char *buffer, int size, int is_new, void *password)
{
    (void)is_new;
    return snprintf(buffer, (size_t)size, "%s", (const char *)password);
}

EVP_PKEY *
signer_key_find(OSSL_LIB_CTX *libctx, const char *uri, const char *password)
{
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give_password, 0);
    OSSL_STORE_INFO *info;
    EVP_PKEY *key = NULL;
    OSSL_STORE_CTX *store =
        OSSL_STORE_open_ex(uri, libctx, NULL, password == NULL ? NULL : ui,
                           (void *)(uintptr_t)password, NULL, NULL, NULL);

    while (store != NULL && key == NULL && !OSSL_STORE_eof(store)) {
        info = OSSL_STORE_load(store);
        if (info != NULL &&
            OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
            key = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    UI_destroy_method(ui);
    return key;
}

EVP_PKEY *
signer_key_load_by(OSSL_LIB_CTX *libctx, const char *uri, const char *password)
{
    EVP_PKEY *key = signer_key_find(libctx, uri, password);

    if (key == NULL) {
        fprintf(stderr, "no key at %s\n", uri);
        ERR_print_errors_fp(stderr);
    }
    return key;
}

EVP_PKEY *
signer_key_load(OSSL_LIB_CTX *libctx, const char *uri)
{
    return signer_key_load_by(libctx, uri, NULL);
}

struct judge {
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *plain;
    EVP_PKEY *half;
};

/* The public half in another context: no provider of ours can answer there. */
static EVP_PKEY *
public_half(EVP_PKEY *key, OSSL_LIB_CTX *libctx)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    EVP_PKEY *half = NULL;
    int size = i2d_PUBKEY(key, &der);

    p = der;
    if (size > 0)
        half = d2i_PUBKEY_ex(NULL, &p, size, libctx, NULL);
    OPENSSL_free(der);
    return half;
}

struct judge *
judge_new(EVP_PKEY *key)
{
    struct judge *judge = calloc(1, sizeof(*judge));

    if (judge == NULL)
        return NULL;
    judge->libctx = OSSL_LIB_CTX_new();
    judge->plain = OSSL_PROVIDER_load(judge->libctx, "default");
    if (judge->plain != NULL)
        judge->half = public_half(key, judge->libctx);
    if (judge->half == NULL)
        judge_free(&judge);
    return judge;
}

void
judge_free(struct judge **judge)
{
    struct judge *old = *judge;

    *judge = NULL;
    if (old == NULL)
        return;
    EVP_PKEY_free(old->half);
    OSSL_PROVIDER_unload(old->plain);
    OSSL_LIB_CTX_free(old->libctx);
    free(old);
}

enum { DATA = 64 };

static void
make_data(unsigned seed, unsigned char data[DATA])
{
    for (size_t i = 0; i < DATA; i++)
        data[i] = (unsigned char)(seed >> (i % 4 * 8));
}

bool
judge_accepts(const struct judge *judge, unsigned seed,
              const struct signature *signature)
{
    unsigned char data[DATA];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok;

    make_data(seed, data);
    ok = md != NULL &&
         EVP_DigestVerifyInit_ex(md, NULL, "SHA256", judge->libctx, NULL,
                                 judge->half, NULL) == 1 &&
         EVP_DigestVerify(md, signature->bytes, signature->size, data, DATA) ==
             1;
    EVP_MD_CTX_free(md);
    return ok;
}

bool
signer_make(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed,
            struct signature *signature)
{
    unsigned char data[DATA];
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok;

    make_data(seed, data);
    signature->size = sizeof(signature->bytes);
    ok =
        md != NULL &&
        EVP_DigestSignInit_ex(md, NULL, "SHA256", libctx, NULL, key, NULL) ==
            1 &&
        EVP_DigestSign(md, signature->bytes, &signature->size, data, DATA) == 1;
    EVP_MD_CTX_free(md);
    return ok;
}

bool
signer_sign_many(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed, int times)
{
    struct signature signature;
    struct judge *judge = judge_new(key);
    bool ok = judge != NULL;

    for (int i = 0; ok && i < times; i++) {
        ok = signer_make(libctx, key, seed, &signature) &&
             judge_accepts(judge, seed, &signature);
        if (!ok)
            fprintf(stderr, "signature %u failed\n", seed);
        seed++;
    }
    judge_free(&judge);
    if (!ok)
        ERR_print_errors_fp(stderr);
    return ok;
}

bool
signer_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed)
{
    return signer_sign_many(libctx, key, seed, 1);
}
