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

static int
give_password(char *buffer, int size, int is_new, void *password)
{
    (void)is_new;
    return snprintf(buffer, (size_t)size, "%s", (const char *)password);
}

EVP_PKEY *
signer_key_load_by(OSSL_LIB_CTX *libctx, const char *uri, const char *password)
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

static bool CHECKED
verify(EVP_PKEY *key, const unsigned char *signature, size_t size,
       const unsigned char *data, size_t data_size)
{
    bool ok = false;
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *plain = NULL;
    EVP_PKEY *half = NULL;
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    if (libctx == NULL || md == NULL)
        goto out;
    plain = OSSL_PROVIDER_load(libctx, "default");
    if (plain == NULL)
        goto out;
    half = public_half(key, libctx);
    if (half == NULL)
        goto out;
    ok = EVP_DigestVerifyInit_ex(md, NULL, "SHA256", libctx, NULL, half,
                                 NULL) == 1 &&
         EVP_DigestVerify(md, signature, size, data, data_size) == 1;
out:
    EVP_PKEY_free(half);
    EVP_MD_CTX_free(md);
    OSSL_PROVIDER_unload(plain);
    OSSL_LIB_CTX_free(libctx);
    return ok;
}

bool
signer_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed)
{
    bool ok = false;
    unsigned char data[64], signature[1024];
    size_t size = sizeof(signature);
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (unsigned char)(seed >> (i % 4 * 8));
    ok = md != NULL &&
         EVP_DigestSignInit_ex(md, NULL, "SHA256", libctx, NULL, key, NULL) ==
             1 &&
         EVP_DigestSign(md, signature, &size, data, sizeof(data)) == 1 &&
         verify(key, signature, size, data, sizeof(data));
    EVP_MD_CTX_free(md);
    if (!ok) {
        fprintf(stderr, "signature %u failed\n", seed);
        ERR_print_errors_fp(stderr);
    }
    return ok;
}
