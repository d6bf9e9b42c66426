// SPDX-License-Identifier: Apache-2.0
/*
 * ECDH: the point is made in the TPM, its X is the secret (SEC 1 §3.3.1); the
 * KDF of X9.63 that CMS asks for is the default provider's. Leaves the TPM to
 * operate.c (provider-keyexch(7); TPM 2.0 Part 3 §14.5; RFC 5753 §7.2).
 */
#include "exchange.h"

#include "dispatch.h"
#include "error.h"
#include "operate.h"
#include "provider.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <string.h>

struct exchange {
    struct provider *prov;
    struct tpm_key *key; /* references of our own */
    struct tpm_key *peer;
    int has_kdf; /* X9.63; else the secret itself */
    const struct tpm_hash *hash;
    unsigned char *ukm;
    size_t ukm_len;
    size_t out_len;
};

static OSSL_FUNC_keyexch_newctx_fn new_context;
static OSSL_FUNC_keyexch_freectx_fn free_context;
static OSSL_FUNC_keyexch_dupctx_fn dup_context;
static OSSL_FUNC_keyexch_init_fn init;
static OSSL_FUNC_keyexch_set_peer_fn set_peer;
static OSSL_FUNC_keyexch_derive_fn derive;
static OSSL_FUNC_keyexch_set_ctx_params_fn set_params;
static OSSL_FUNC_keyexch_settable_ctx_params_fn settable_params;
static OSSL_FUNC_keyexch_get_ctx_params_fn get_params;
static OSSL_FUNC_keyexch_gettable_ctx_params_fn gettable_params;

static void *
new_context(void *context)
{
    struct exchange *op = OPENSSL_zalloc(sizeof *op);

    if (op != NULL)
        op->prov = context;
    return op;
}

static void
free_context(void *context)
{
    struct exchange *op = context;

    if (op == NULL)
        return;
    tpm_key_free(&op->key);
    tpm_key_free(&op->peer);
    OPENSSL_clear_free(op->ukm, op->ukm_len);
    OPENSSL_free(op);
}

static void *
dup_context(void *context)
{
    const struct exchange *op = context;
    struct exchange *copy = OPENSSL_memdup(op, sizeof *op);

    if (copy == NULL)
        return NULL;
    copy->ukm = NULL;
    if (copy->key != NULL)
        tpm_key_up_ref(copy->key);
    if (copy->peer != NULL)
        tpm_key_up_ref(copy->peer);
    if (op->ukm != NULL)
        copy->ukm = OPENSSL_memdup(op->ukm, op->ukm_len);
    if ((copy->ukm == NULL) == (op->ukm == NULL))
        return copy;
    free_context(copy);
    return NULL;
}

/* The attributes say it before the TPM has to (Part 2 §8.3). */
CHECKED static int
may_agree(const struct tpm_key *key)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    TPM2_ALG_ID scheme = tpm_fixed_scheme(area);
    char subject[TPM_KEY_SUBJECT_MAX];

    if ((area->objectAttributes &
         (TPMA_OBJECT_DECRYPT | TPMA_OBJECT_RESTRICTED)) ==
            TPMA_OBJECT_DECRYPT &&
        (scheme == TPM2_ALG_NULL || scheme == TPM2_ALG_ECDH))
        return 1;
    tpm_key_subject(key, subject);
    tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
              "%s was not made for key agreement: that takes the attribute "
              "`decrypt`, without `restricted`, and no scheme for signatures",
              subject);
    return 0;
}

static int
init(void *context, void *provider_key, const OSSL_PARAM params[])
{
    struct exchange *op = context;
    struct tpm_key *key = provider_key;

    if (key == NULL || !may_agree(key))
        return 0;
    tpm_key_up_ref(key);
    tpm_key_free(&op->key);
    tpm_key_free(&op->peer);
    op->key = key;
    op->has_kdf = 0;
    return set_params(op, params);
}

static const struct tpm_curve *
curve_of(const struct tpm_key *key)
{
    return tpm_curve_by_id(key->area.publicArea.parameters.eccDetail.curveID);
}

static int
set_peer(void *context, void *provider_key)
{
    struct exchange *op = context;
    struct tpm_key *peer = provider_key;

    if (op->key == NULL || peer == NULL ||
        peer->area.publicArea.type != TPM2_ALG_ECC)
        return 0;
    if (curve_of(op->key) != curve_of(peer)) {
        tpm_raise(op->prov, TPM_R_BAD_PARAMETER,
                  "the peer's key is on another curve than ours");
        return 0;
    }
    tpm_key_up_ref(peer);
    tpm_key_free(&op->peer);
    op->peer = peer;
    return 1;
}

/* Z, as wide as the curve (SEC 1 §2.3.5). */
CHECKED static int
agree(const struct exchange *op, unsigned char secret[TPM_POINT_MAX],
      size_t width)
{
    TPM2B_ECC_POINT peer = { .point = op->peer->area.publicArea.unique.ecc };
    TPM2B_ECC_POINT z = { 0 };
    unsigned char point[TPM_POINT_MAX];
    size_t len = 0;
    int ok = 0;

    ok = tpm_key_agree(op->key, &peer, &z) &&
         tpm_point_encode(curve_of(op->key), &z.point, point, &len);
    if (ok)
        memcpy(secret, point + 1, width);
    OPENSSL_cleanse(&z, sizeof z);
    OPENSSL_cleanse(point, sizeof point);
    return ok;
}

CHECKED static int
stretch(const struct exchange *op, const unsigned char *secret, size_t width,
        unsigned char *out)
{
    EVP_KDF *kdf = EVP_KDF_fetch(op->prov->libctx, "X963KDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[4];
    size_t count = 0;
    int ok = 0;

    params[count++] = OSSL_PARAM_construct_utf8_string(
        OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)op->hash->name, 0);
    params[count++] = OSSL_PARAM_construct_octet_string(
        OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret, width);
    if (op->ukm_len > 0)
        params[count++] = OSSL_PARAM_construct_octet_string(
            OSSL_KDF_PARAM_INFO, op->ukm, op->ukm_len);
    params[count] = OSSL_PARAM_construct_end();
    ok = ctx != NULL && EVP_KDF_derive(ctx, out, op->out_len, params) > 0;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return ok;
}

static int
derive(void *context, unsigned char *out, size_t *len, size_t room)
{
    const struct exchange *op = context;
    unsigned char secret[TPM_POINT_MAX];
    size_t width = 0;
    size_t wanted = 0;
    int ok = 0;

    if (op->key == NULL || op->peer == NULL)
        return 0;
    width = curve_of(op->key)->bytes;
    wanted = op->has_kdf ? op->out_len : width;
    *len = wanted;
    if (out == NULL)
        return 1;
    if (room < wanted || (op->has_kdf && op->hash == NULL)) {
        tpm_raise(op->prov, TPM_R_BAD_PARAMETER,
                  "there is no room for the secret, or no hash for its KDF");
        return 0;
    }
    ok = agree(op, secret, width);
    if (ok && op->has_kdf)
        ok = stretch(op, secret, width, out);
    else if (ok)
        memcpy(out, secret, width);
    OPENSSL_cleanse(secret, sizeof secret);
    return ok;
}

CHECKED static int
take_kdf(struct exchange *op, const OSSL_PARAM *param)
{
    const char *name = NULL;

    if (!OSSL_PARAM_get_utf8_string_ptr(param, &name) || name == NULL)
        return 0;
    op->has_kdf = strcmp(name, OSSL_KDF_NAME_X963KDF) == 0;
    if (op->has_kdf || *name == '\0')
        return 1;
    tpm_raise(op->prov, TPM_R_NOT_SUPPORTED,
              "ECDH is followed by X963KDF or by nothing, not by %.40s", name);
    return 0;
}

CHECKED static int
take_ukm(struct exchange *op, const OSSL_PARAM *param)
{
    void *ukm = NULL;
    size_t len = 0;

    if (!OSSL_PARAM_get_octet_string(param, &ukm, 0, &len))
        return 0;
    OPENSSL_clear_free(op->ukm, op->ukm_len);
    op->ukm = ukm;
    op->ukm_len = len;
    return 1;
}

/* The curves of a TPM have a cofactor of one, so its mode means nothing. */
static int
set_params(void *context, const OSSL_PARAM params[])
{
    struct exchange *op = context;
    const OSSL_PARAM *p = NULL;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
    if (p != NULL && !take_kdf(op, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
    if (p != NULL && !provider_take_hash(op->prov, p, "X963KDF", &op->hash))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
    if (p != NULL && !OSSL_PARAM_get_size_t(p, &op->out_len))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
    return p == NULL || take_ukm(op, p);
}

static const OSSL_PARAM *
settable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST_PROPS, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

static int
get_params(void *context, OSSL_PARAM params[])
{
    struct exchange *op = context;
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE);
    if (p != NULL && !OSSL_PARAM_set_int(p, 0))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(
                         p, op->has_kdf ? OSSL_KDF_NAME_X963KDF : ""))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
    if (p != NULL &&
        !OSSL_PARAM_set_utf8_string(p, op->hash != NULL ? op->hash->name : ""))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
    if (p != NULL && !OSSL_PARAM_set_size_t(p, op->out_len))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
    return p == NULL || OSSL_PARAM_set_octet_ptr(p, op->ukm, op->ukm_len);
}

static const OSSL_PARAM *
gettable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_octet_ptr(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

const OSSL_DISPATCH tpm_ecdh_functions[] = {
    DISPATCH(OSSL_FUNC_KEYEXCH_NEWCTX, new_context),
    DISPATCH(OSSL_FUNC_KEYEXCH_FREECTX, free_context),
    DISPATCH(OSSL_FUNC_KEYEXCH_DUPCTX, dup_context),
    DISPATCH(OSSL_FUNC_KEYEXCH_INIT, init),
    DISPATCH(OSSL_FUNC_KEYEXCH_SET_PEER, set_peer),
    DISPATCH(OSSL_FUNC_KEYEXCH_DERIVE, derive),
    DISPATCH(OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS, set_params),
    DISPATCH(OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS, settable_params),
    DISPATCH(OSSL_FUNC_KEYEXCH_GET_CTX_PARAMS, get_params),
    DISPATCH(OSSL_FUNC_KEYEXCH_GETTABLE_CTX_PARAMS, gettable_params),
    { 0, NULL },
};
