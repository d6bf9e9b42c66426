// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures: the data is hashed here, the digest signed in the TPM. Leaves
 * the choice of scheme to scheme.c, the TPM to key.c and verification to the
 * default provider (provider-signature(7); RFC 3279 §2.2.3 for ECDSA's DER).
 */
#include "sign.h"

#include "dispatch.h"
#include "error.h"
#include "keytype.h"
#include "provider.h"
#include "rsasign.h"
#include "scheme.h"
#include "verify.h"

#include <openssl/buffer.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <string.h>

struct sign {
    struct provider *prov;
    struct tpm_key *key; /* a reference of our own */
    struct scheme scheme;
    EVP_MD_CTX *md;        /* NULL: the digest is given to us */
    struct verify *verify; /* NULL: this context signs */
    BUF_MEM *data; /* instead, for a restricted key: the TPM hashes it */
};

/* As much as such a key is given in one go; a TPM hashes some 100 KB/s. */
enum { RESTRICTED_DATA_MAX = 16 * 1024 * 1024 };

static OSSL_FUNC_signature_newctx_fn new_context;
static OSSL_FUNC_signature_freectx_fn free_context;
static OSSL_FUNC_signature_dupctx_fn dup_context;
static OSSL_FUNC_signature_sign_init_fn sign_init;
static OSSL_FUNC_signature_sign_fn sign;
static OSSL_FUNC_signature_verify_init_fn check_init;
static OSSL_FUNC_signature_verify_fn check;
static OSSL_FUNC_signature_digest_verify_init_fn digest_check_init;
static OSSL_FUNC_signature_digest_verify_update_fn digest_check_update;
static OSSL_FUNC_signature_digest_verify_final_fn digest_check_final;
static OSSL_FUNC_signature_digest_sign_init_fn digest_sign_init;
static OSSL_FUNC_signature_digest_sign_update_fn digest_sign_update;
static OSSL_FUNC_signature_digest_sign_final_fn digest_sign_final;
static OSSL_FUNC_signature_digest_sign_fn digest_sign;
static OSSL_FUNC_signature_get_ctx_params_fn get_params;
static OSSL_FUNC_signature_gettable_ctx_params_fn gettable_params;
static OSSL_FUNC_signature_set_ctx_params_fn set_params;
static OSSL_FUNC_signature_settable_ctx_params_fn settable_rsa_params;
static OSSL_FUNC_signature_settable_ctx_params_fn settable_ecdsa_params;
static OSSL_FUNC_signature_get_ctx_md_params_fn get_md_params;
static OSSL_FUNC_signature_gettable_ctx_md_params_fn gettable_md_params;
static OSSL_FUNC_signature_set_ctx_md_params_fn set_md_params;
static OSSL_FUNC_signature_settable_ctx_md_params_fn settable_md_params;

static void *
new_context(void *context, const char *propq)
{
    struct sign *op = OPENSSL_zalloc(sizeof *op);

    (void)propq; /* what we need comes from our own library context */
    if (op != NULL)
        op->prov = context;
    return op;
}

static void
free_context(void *context)
{
    struct sign *op = context;

    if (op == NULL)
        return;
    EVP_MD_CTX_free(op->md);
    BUF_MEM_free(op->data);
    verify_free(&op->verify);
    tpm_key_free(&op->key);
    OPENSSL_free(op);
}

CHECKED static int
take_data(struct sign *op, const void *data, size_t len)
{
    size_t before = op->data->length;

    if (len > RESTRICTED_DATA_MAX - before) {
        tpm_raise(op->prov, TPM_R_NOT_SUPPORTED,
                  "a restricted key is given 16 MiB at most: the TPM has to "
                  "hash them");
        return 0;
    }
    if (BUF_MEM_grow(op->data, before + len) != before + len)
        return 0;
    if (len > 0)
        memcpy(op->data->data + before, data, len);
    return 1;
}

static void *
dup_context(void *context)
{
    const struct sign *op = context;
    struct sign *copy = NULL;

    copy = OPENSSL_memdup(op, sizeof *op);
    if (copy == NULL)
        return NULL;
    copy->md = NULL;
    copy->data = NULL;
    copy->verify = NULL;
    if (copy->key != NULL)
        tpm_key_up_ref(copy->key);
    if (op->md != NULL)
        copy->md = EVP_MD_CTX_new();
    if (op->data != NULL)
        copy->data = BUF_MEM_new();
    if (op->verify != NULL)
        copy->verify = verify_dup(op->verify);
    if ((op->verify == NULL) == (copy->verify == NULL) &&
        (op->md == NULL ||
         (copy->md != NULL && EVP_MD_CTX_copy_ex(copy->md, op->md))) &&
        (op->data == NULL ||
         (copy->data != NULL &&
          take_data(copy, op->data->data, op->data->length))))
        return copy;
    free_context(copy);
    return NULL;
}

/* Without a key a context is begun anew with the one that it has. */
CHECKED static int
hold_key(struct sign *op, struct tpm_key *key)
{
    EVP_MD_CTX_free(op->md);
    op->md = NULL;
    BUF_MEM_free(op->data);
    op->data = NULL;
    verify_free(&op->verify);
    if (key == NULL)
        return op->key != NULL;
    tpm_key_up_ref(key);
    tpm_key_free(&op->key);
    op->key = key;
    return 1;
}

CHECKED static int
take_key(struct sign *op, struct tpm_key *key)
{
    return hold_key(op, key) &&
           (key == NULL || scheme_init(&op->scheme, op->key));
}

static int
check_init(void *context, void *key, const OSSL_PARAM params[])
{
    struct sign *op = context;

    return hold_key(op, key) && (op->verify = verify_new(op->key)) != NULL &&
           verify_begin(op->verify, params);
}

static int
digest_check_init(void *context, const char *name, void *key,
                  const OSSL_PARAM params[])
{
    struct sign *op = context;

    return hold_key(op, key) && (op->verify = verify_new(op->key)) != NULL &&
           verify_begin_data(op->verify, name, params);
}

static int
check(void *context, const unsigned char *sig, size_t len,
      const unsigned char *digest, size_t digest_len)
{
    struct sign *op = context;

    return op->verify != NULL &&
           verify_digest(op->verify, sig, len, digest, digest_len);
}

static int
digest_check_update(void *context, const unsigned char *data, size_t len)
{
    struct sign *op = context;

    return op->verify != NULL && verify_update(op->verify, data, len);
}

static int
digest_check_final(void *context, const unsigned char *sig, size_t len)
{
    struct sign *op = context;

    return op->verify != NULL && verify_data(op->verify, sig, len);
}

static int
sign_init(void *context, void *key, const OSSL_PARAM params[])
{
    struct sign *op = context;

    return take_key(op, key) && set_params(op, params);
}

static int
digest_sign_init(void *context, const char *name, void *key,
                 const OSSL_PARAM params[])
{
    struct sign *op = context;

    if (!take_key(op, key) || !scheme_set_hash(&op->scheme, op->key, name) ||
        !set_params(op, params))
        return 0;
    if (scheme_is_restricted(op->key)) {
        op->data = BUF_MEM_new();
        return op->data != NULL;
    }
    op->md = EVP_MD_CTX_new();
    return op->md != NULL &&
           EVP_DigestInit_ex2(
               op->md, provider_digest(op->prov, op->scheme.hash->id), NULL);
}

static int
digest_sign_update(void *context, const unsigned char *data, size_t len)
{
    struct sign *op = context;

    if (op->data != NULL)
        return take_data(op, data, len);
    return op->md != NULL && EVP_DigestUpdate(op->md, data, len);
}

static size_t
longest_signature(const struct sign *op)
{
    return (size_t)keytype_of(op->key)->max_size(&op->key->area.publicArea);
}

/* Only what was asked for, of the right size, leaves here. */
CHECKED static int
put_signature(const struct sign *op, const TPMT_SIGNATURE *from,
              unsigned char *sig, size_t *len, size_t room)
{
    const TPMU_SIGNATURE *value = &from->signature;
    size_t longest = longest_signature(op);

    if (from->sigAlg == op->scheme.id && from->sigAlg == TPM2_ALG_ECDSA) {
        if (tpm_put_ecdsa(&value->ecdsa, sig, len,
                          room < longest ? room : longest))
            return 1;
    } else if (from->sigAlg == op->scheme.id &&
               value->rsassa.sig.size == longest) {
        if (tpm_put_rsa(&value->rsassa.sig, sig, len, room))
            return 1;
    }
    tpm_raise(op->prov, TPM_R_BAD_ANSWER,
              "the TPM gave a signature of another kind or size than the one "
              "asked for");
    return 0;
}

static void
refuse_digest(const struct sign *op)
{
    char subject[TPM_KEY_SUBJECT_MAX];

    tpm_key_subject(op->key, subject);
    tpm_raise(op->prov, TPM_R_NOT_SUPPORTED,
              "%s is restricted (an attestation key): it signs only what the "
              "TPM has hashed itself, and this is a digest; give it the data "
              "(openssl dgst or req, pkeyutl -rawin)",
              subject);
}

static int
sign(void *context, unsigned char *sig, size_t *len, size_t room,
     const unsigned char *digest, size_t digest_len)
{
    struct sign *op = context;
    TPMT_SIGNATURE signature = { 0 };
    TPMT_SIG_SCHEME scheme = { 0 };
    TPM2B_DIGEST tbs = { 0 };

    if (op->key == NULL)
        return 0;
    if (sig == NULL) {
        *len = longest_signature(op);
        return 1;
    }
    if (scheme_is_restricted(op->key)) {
        refuse_digest(op);
        return 0;
    }
    if (scheme_is_bare(&op->scheme, op->key))
        return rsasign_bare(op->key, digest, digest_len, &signature) &&
               put_signature(op, &signature, sig, len, room);
    return scheme_resolve(&op->scheme, op->key, digest, digest_len, &scheme,
                          &tbs) &&
           rsasign(&op->scheme, op->key, &tbs, &scheme, &signature) &&
           put_signature(op, &signature, sig, len, room);
}

static int
digest_sign_final(void *context, unsigned char *sig, size_t *len, size_t room)
{
    struct sign *op = context;
    TPMT_SIGNATURE signature = { 0 };
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;

    if (op->md == NULL && op->data == NULL)
        return 0;
    if (sig == NULL)
        return sign(op, NULL, len, 0, NULL, 0);
    if (op->data != NULL)
        return rsasign_data(&op->scheme, op->key,
                            (const unsigned char *)op->data->data,
                            op->data->length, &signature) &&
               put_signature(op, &signature, sig, len, room);
    return EVP_DigestFinal_ex(op->md, digest, &digest_len) &&
           sign(op, sig, len, room, digest, digest_len);
}

static int
digest_sign(void *context, unsigned char *sig, size_t *len, size_t room,
            const unsigned char *data, size_t data_len)
{
    if (sig == NULL)
        return sign(context, NULL, len, 0, NULL, 0);
    return digest_sign_update(context, data, data_len) &&
           digest_sign_final(context, sig, len, room);
}

static int
get_params(void *context, OSSL_PARAM params[])
{
    const struct sign *op = context;

    if (op->verify != NULL)
        return verify_get_params(op->verify, params);
    return op->key != NULL && scheme_get_params(&op->scheme, op->key, params);
}

static const OSSL_PARAM *
gettable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

static int
set_params(void *context, const OSSL_PARAM params[])
{
    struct sign *op = context;

    if (params == NULL)
        return 1;
    if (op->verify != NULL)
        return verify_set_params(op->verify, params);
    return op->key != NULL && scheme_set_params(&op->scheme, op->key, params);
}

static const OSSL_PARAM *
settable_rsa_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_PROPERTIES, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

static const OSSL_PARAM *
settable_ecdsa_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PROPERTIES, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

static int
get_md_params(void *context, OSSL_PARAM params[])
{
    struct sign *op = context;

    return op->md != NULL && EVP_MD_CTX_get_params(op->md, params);
}

static const OSSL_PARAM *
gettable_md_params(void *context)
{
    struct sign *op = context;

    return op->md == NULL
               ? NULL
               : EVP_MD_gettable_ctx_params(EVP_MD_CTX_get0_md(op->md));
}

static int
set_md_params(void *context, const OSSL_PARAM params[])
{
    struct sign *op = context;

    return op->md != NULL && EVP_MD_CTX_set_params(op->md, params);
}

static const OSSL_PARAM *
settable_md_params(void *context)
{
    struct sign *op = context;

    return op->md == NULL
               ? NULL
               : EVP_MD_settable_ctx_params(EVP_MD_CTX_get0_md(op->md));
}

/* What both kinds of keys have. */
#define SIGNATURE_FUNCTIONS                                                    \
    DISPATCH(OSSL_FUNC_SIGNATURE_NEWCTX, new_context),                         \
        DISPATCH(OSSL_FUNC_SIGNATURE_FREECTX, free_context),                   \
        DISPATCH(OSSL_FUNC_SIGNATURE_DUPCTX, dup_context),                     \
        DISPATCH(OSSL_FUNC_SIGNATURE_SIGN_INIT, sign_init),                    \
        DISPATCH(OSSL_FUNC_SIGNATURE_SIGN, sign),                              \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_sign_init),      \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, digest_sign_update),  \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, digest_sign_final),    \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, digest_sign),                \
        DISPATCH(OSSL_FUNC_SIGNATURE_VERIFY_INIT, check_init),                 \
        DISPATCH(OSSL_FUNC_SIGNATURE_VERIFY, check),                           \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, digest_check_init),   \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE,                     \
                 digest_check_update),                                         \
        DISPATCH(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, digest_check_final), \
        DISPATCH(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, get_params),              \
        DISPATCH(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, gettable_params),    \
        DISPATCH(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),              \
        DISPATCH(OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS, get_md_params),        \
        DISPATCH(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS,                   \
                 gettable_md_params),                                          \
        DISPATCH(OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS, set_md_params),        \
        DISPATCH(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS,                   \
                 settable_md_params)

const OSSL_DISPATCH tpm_rsa_signature_functions[] = {
    SIGNATURE_FUNCTIONS,
    DISPATCH(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_rsa_params),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_ecdsa_signature_functions[] = {
    SIGNATURE_FUNCTIONS,
    DISPATCH(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_ecdsa_params),
    { 0, NULL },
};
