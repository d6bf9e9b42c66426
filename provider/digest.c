// SPDX-License-Identifier: Apache-2.0
/*
 * Digests in software: each call goes on to the same digest of the private
 * library context. For those who load tpm2 and nothing else; the TPM hashes
 * nothing here (DESIGN.md, rule 7; provider-digest(7)).
 */
#include "digest.h"

#include "dispatch.h"
#include "provider.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static OSSL_FUNC_digest_newctx_fn new_sha1, new_sha256, new_sha384, new_sha512;
static OSSL_FUNC_digest_get_params_fn get_sha1, get_sha256, get_sha384,
    get_sha512;
static OSSL_FUNC_digest_freectx_fn digest_free;
static OSSL_FUNC_digest_dupctx_fn digest_dup;
static OSSL_FUNC_digest_init_fn digest_init;
static OSSL_FUNC_digest_update_fn digest_update;
static OSSL_FUNC_digest_final_fn digest_final;
static OSSL_FUNC_digest_gettable_params_fn digest_gettable;

/* The context is libcrypto's own, which knows its digest from here on. */
static void *
digest_new(const struct provider *prov, TPM2_ALG_ID id)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context != NULL &&
        !EVP_DigestInit_ex2(context, provider_digest(prov, id), NULL)) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    return context;
}

static void *
new_sha1(void *context)
{
    return digest_new(context, TPM2_ALG_SHA1);
}

static void *
new_sha256(void *context)
{
    return digest_new(context, TPM2_ALG_SHA256);
}

static void *
new_sha384(void *context)
{
    return digest_new(context, TPM2_ALG_SHA384);
}

static void *
new_sha512(void *context)
{
    return digest_new(context, TPM2_ALG_SHA512);
}

static void
digest_free(void *context)
{
    EVP_MD_CTX_free(context);
}

static void *
digest_dup(void *context)
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();

    if (copy != NULL && !EVP_MD_CTX_copy_ex(copy, context)) {
        EVP_MD_CTX_free(copy);
        copy = NULL;
    }
    return copy;
}

static int
digest_init(void *context, const OSSL_PARAM params[])
{
    return EVP_DigestInit_ex2(context, NULL, params);
}

static int
digest_update(void *context, const unsigned char *data, size_t size)
{
    return EVP_DigestUpdate(context, data, size);
}

static int
digest_final(void *context, unsigned char *out, size_t *size, size_t room)
{
    unsigned int made = 0;

    if (room < (size_t)EVP_MD_CTX_get_size(context) ||
        !EVP_DigestFinal_ex(context, out, &made))
        return 0;
    *size = made;
    return 1;
}

static const OSSL_PARAM *
digest_gettable(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_BLOCK_SIZE, NULL),
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_SIZE, NULL),
        OSSL_PARAM_int(OSSL_DIGEST_PARAM_XOF, NULL),
        OSSL_PARAM_int(OSSL_DIGEST_PARAM_ALGID_ABSENT, NULL),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

/* FIPS 180-4 §1 (figure 1); the AlgorithmIdentifiers of SHA-2 have no
 * parameters (RFC 5754 §2). */
CHECKED static int
digest_get(OSSL_PARAM params[], size_t block, size_t size)
{
    OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_BLOCK_SIZE);

    if (p != NULL && !OSSL_PARAM_set_size_t(p, block))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_SIZE);
    if (p != NULL && !OSSL_PARAM_set_size_t(p, size))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_XOF);
    if (p != NULL && !OSSL_PARAM_set_int(p, 0))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_DIGEST_PARAM_ALGID_ABSENT);
    return p == NULL || OSSL_PARAM_set_int(p, 1);
}

static int
get_sha1(OSSL_PARAM params[])
{
    return digest_get(params, 64, TPM2_SHA1_DIGEST_SIZE);
}

static int
get_sha256(OSSL_PARAM params[])
{
    return digest_get(params, 64, TPM2_SHA256_DIGEST_SIZE);
}

static int
get_sha384(OSSL_PARAM params[])
{
    return digest_get(params, 128, TPM2_SHA384_DIGEST_SIZE);
}

static int
get_sha512(OSSL_PARAM params[])
{
    return digest_get(params, 128, TPM2_SHA512_DIGEST_SIZE);
}

/* What they have in common, which is all that follows the first call. */
#define DIGEST_FUNCTIONS                                         \
    DISPATCH(OSSL_FUNC_DIGEST_GETTABLE_PARAMS, digest_gettable), \
        DISPATCH(OSSL_FUNC_DIGEST_FREECTX, digest_free),         \
        DISPATCH(OSSL_FUNC_DIGEST_DUPCTX, digest_dup),           \
        DISPATCH(OSSL_FUNC_DIGEST_INIT, digest_init),            \
        DISPATCH(OSSL_FUNC_DIGEST_UPDATE, digest_update),        \
        DISPATCH(OSSL_FUNC_DIGEST_FINAL, digest_final)

const OSSL_DISPATCH tpm_digest_sha1_functions[] = {
    DIGEST_FUNCTIONS,
    DISPATCH(OSSL_FUNC_DIGEST_NEWCTX, new_sha1),
    DISPATCH(OSSL_FUNC_DIGEST_GET_PARAMS, get_sha1),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_digest_sha256_functions[] = {
    DIGEST_FUNCTIONS,
    DISPATCH(OSSL_FUNC_DIGEST_NEWCTX, new_sha256),
    DISPATCH(OSSL_FUNC_DIGEST_GET_PARAMS, get_sha256),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_digest_sha384_functions[] = {
    DIGEST_FUNCTIONS,
    DISPATCH(OSSL_FUNC_DIGEST_NEWCTX, new_sha384),
    DISPATCH(OSSL_FUNC_DIGEST_GET_PARAMS, get_sha384),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_digest_sha512_functions[] = {
    DIGEST_FUNCTIONS,
    DISPATCH(OSSL_FUNC_DIGEST_NEWCTX, new_sha512),
    DISPATCH(OSSL_FUNC_DIGEST_GET_PARAMS, get_sha512),
    { 0, NULL },
};
