// SPDX-License-Identifier: Apache-2.0
/*
 * What a signature is to be. The one place that knows which schemes, hashes
 * and salts a TPM can do with which key; sign.c does it (TPM 2.0 Part 1 Annex
 * B.7, C.4; Part 2 §11.2.1; RFC 8017 §8; EVP_PKEY_CTX_ctrl(3) for the names).
 */
#include "scheme.h"

#include "algid.h"
#include "error.h"
#include "provider.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    TPM2_ALG_ID id;
    int number;
    const char *name;
} paddings[] = {
    { TPM2_ALG_RSASSA, RSA_PKCS1_PADDING, OSSL_PKEY_RSA_PAD_MODE_PKCSV15 },
    { TPM2_ALG_RSAPSS, RSA_PKCS1_PSS_PADDING, OSSL_PKEY_RSA_PAD_MODE_PSS },
};

enum { PADDINGS = sizeof paddings / sizeof *paddings };

static const struct tpm_hash *
fixed_hash(const struct tpm_key *key)
{
    return tpm_fixed_hash(&key->area.publicArea);
}

CHECKED static int
may_sign(const struct tpm_key *key)
{
    TPMA_OBJECT attributes = key->area.publicArea.objectAttributes;
    char subject[TPM_KEY_SUBJECT_MAX];

    tpm_key_subject(key, subject);
    if ((attributes & TPMA_OBJECT_SIGN_ENCRYPT) == 0) {
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "%s was not made for signing: its attribute `sign` is clear",
                  subject);
        return 0;
    }
    return 1;
}

int
scheme_init(struct scheme *scheme, const struct tpm_key *key)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    TPM2_ALG_ID fixed = tpm_fixed_scheme(area);

    scheme->hash = fixed_hash(key);
    scheme->mask = NULL;
    scheme->salt = RSA_PSS_SALTLEN_DIGEST;
    if (!may_sign(key))
        return 0;
    if (fixed != TPM2_ALG_NULL)
        scheme->id = fixed;
    else
        scheme->id =
            area->type == TPM2_ALG_RSA ? TPM2_ALG_RSASSA : TPM2_ALG_ECDSA;
    if (scheme->id == TPM2_ALG_RSASSA || scheme->id == TPM2_ALG_RSAPSS ||
        scheme->id == TPM2_ALG_ECDSA)
        return 1;
    tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
              "a key with the fixed scheme 0x%x cannot sign here: RSASSA, "
              "RSAPSS and ECDSA can",
              fixed);
    return 0;
}

int
scheme_is_restricted(const struct tpm_key *key)
{
    return (key->area.publicArea.objectAttributes & TPMA_OBJECT_RESTRICTED) !=
           0;
}

int
scheme_set_hash(struct scheme *scheme, const struct tpm_key *key,
                const char *name)
{
    const struct tpm_hash *fixed = fixed_hash(key);
    const struct tpm_hash *hash = NULL;

    if (name == NULL || *name == '\0') {
        if (scheme->hash == NULL)
            scheme->hash = tpm_hash_by_id(TPM2_ALG_SHA256);
        return 1;
    }
    hash = provider_hash_by_name(key->prov, name);
    if (hash == NULL) {
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "a TPM key does not sign with %s: SHA256, SHA384, SHA512 and "
                  "SHA1 are what there is",
                  name);
        return 0;
    }
    if (fixed != NULL && fixed != hash) {
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "the key is made for %s alone, it cannot sign with %s",
                  fixed->name, hash->name);
        return 0;
    }
    scheme->hash = hash;
    return 1;
}

CHECKED static int
take_padding(struct scheme *scheme, const struct tpm_key *key,
             const OSSL_PARAM *param)
{
    TPM2_ALG_ID fixed = tpm_fixed_scheme(&key->area.publicArea);
    TPM2_ALG_ID id = TPM2_ALG_NULL;
    const char *name = NULL;
    int number = 0;
    int is_number = OSSL_PARAM_get_int(param, &number);

    if (!is_number && !OSSL_PARAM_get_utf8_string_ptr(param, &name))
        return 0;
    for (size_t i = 0; i < PADDINGS; i++)
        if (is_number ? paddings[i].number == number
                      : strcmp(paddings[i].name, name) == 0)
            id = paddings[i].id;
    if (id != TPM2_ALG_NULL && (fixed == TPM2_ALG_NULL || fixed == id)) {
        scheme->id = id;
        return 1;
    }
    tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
              fixed == TPM2_ALG_NULL
                  ? "a TPM signs with the paddings pkcs1 and pss alone"
                  : "the key is made for another padding than this one");
    return 0;
}

/* OpenSSL's words; it is looked at when the hash is known. */
CHECKED static int
take_salt(struct scheme *scheme, const struct tpm_key *key,
          const OSSL_PARAM *param)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {
        { OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST },
        { OSSL_PKEY_RSA_PSS_SALT_LEN_MAX, RSA_PSS_SALTLEN_MAX },
        { OSSL_PKEY_RSA_PSS_SALT_LEN_AUTO, RSA_PSS_SALTLEN_DIGEST },
        { "auto-digestmax", RSA_PSS_SALTLEN_DIGEST },
    };
    enum { AUTO_DIGEST_MAX = -4 };
    const char *name = NULL;
    long number = 0;
    char *end = NULL;

    if (!OSSL_PARAM_get_long(param, &number)) {
        if (!OSSL_PARAM_get_utf8_string_ptr(param, &name) || name == NULL)
            return 0;
        number = strtol(name, &end, 10);
        if (end == name || *end != '\0')
            number = INT_MIN;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strcmp(names[i].name, name) == 0)
                number = names[i].number;
    }
    if (number == RSA_PSS_SALTLEN_AUTO || number == AUTO_DIGEST_MAX)
        number = RSA_PSS_SALTLEN_DIGEST;
    if (number >= RSA_PSS_SALTLEN_MAX && number <= TPM2_MAX_RSA_KEY_BYTES &&
        number != RSA_PSS_SALTLEN_AUTO) {
        scheme->salt = (int)number;
        return 1;
    }
    tpm_raise(key->prov, TPM_R_BAD_PARAMETER,
              "the salt of PSS is `digest`, `max`, `auto` or a number of "
              "bytes");
    return 0;
}

int
scheme_is_bare(const struct scheme *scheme, const struct tpm_key *key)
{
    return key->area.publicArea.type == TPM2_ALG_RSA &&
           scheme->id == TPM2_ALG_RSASSA && scheme->hash == NULL;
}

int
scheme_salt(const struct scheme *scheme, const struct tpm_key *key, int *salt)
{
    int bits = key->area.publicArea.parameters.rsaDetail.keyBits;
    int longest = 0;

    if (scheme->hash == NULL)
        return 0;
    longest = (bits - 1 + 7) / 8 - (int)scheme->hash->size - 2;
    *salt = scheme->salt;
    if (scheme->salt == RSA_PSS_SALTLEN_MAX)
        *salt = longest;
    if (scheme->salt == RSA_PSS_SALTLEN_DIGEST)
        *salt = (int)scheme->hash->size <= longest ? (int)scheme->hash->size
                                                   : longest;
    return *salt >= 0 && *salt <= longest;
}

CHECKED static int
take_mask(struct scheme *scheme, const struct tpm_key *key,
          const OSSL_PARAM *param)
{
    const char *name = NULL;

    scheme->mask = NULL;
    return (OSSL_PARAM_get_utf8_string_ptr(param, &name) && name != NULL &&
            *name == '\0') ||
           provider_take_hash(key->prov, param, "MGF1", &scheme->mask);
}

int
scheme_set_params(struct scheme *scheme, const struct tpm_key *key,
                  const OSSL_PARAM params[])
{
    int is_rsa = key->area.publicArea.type == TPM2_ALG_RSA;
    const OSSL_PARAM *p = NULL;
    const char *name = NULL;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
    if (p != NULL && (!OSSL_PARAM_get_utf8_string_ptr(p, &name) ||
                      !scheme_set_hash(scheme, key, name)))
        return 0;
    if (!is_rsa)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
    if (p != NULL && !take_padding(scheme, key, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    if (p != NULL && !take_salt(scheme, key, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
    return p == NULL || take_mask(scheme, key, p);
}

CHECKED static int
answer_padding(const struct scheme *scheme, OSSL_PARAM *param)
{
    for (size_t i = 0; i < PADDINGS; i++)
        if (paddings[i].id == scheme->id)
            return param->data_type == OSSL_PARAM_UTF8_STRING
                       ? OSSL_PARAM_set_utf8_string(param, paddings[i].name)
                       : OSSL_PARAM_set_int(param, paddings[i].number);
    return 0;
}

CHECKED static int
answer_algid(const struct scheme *scheme, const struct tpm_key *key,
             OSSL_PARAM *param)
{
    struct tpm_algid_pss pss = { 0 };
    unsigned char *der = NULL;
    size_t len = 0;
    int ok = 0;

    if (scheme->hash == NULL)
        return 0;
    if (scheme->id == TPM2_ALG_RSAPSS) {
        pss.mask = (scheme->mask != NULL ? scheme->mask : scheme->hash)->id;
        if (!scheme_salt(scheme, key, &pss.salt))
            return 0;
    }
    if (!tpm_algid_encode(scheme->id, scheme->hash->id,
                          scheme->id == TPM2_ALG_RSAPSS ? &pss : NULL, &der,
                          &len))
        return 0;
    ok = OSSL_PARAM_set_octet_string(param, der, len);
    OPENSSL_free(der);
    return ok;
}

/* The names where there are names, numbers where there are none. */
CHECKED static int
answer_salt(const struct scheme *scheme, OSSL_PARAM *param)
{
    char number[16];

    if (param->data_type != OSSL_PARAM_UTF8_STRING)
        return OSSL_PARAM_set_int(param, scheme->salt);
    (void)snprintf(number, sizeof number, "%d", scheme->salt);
    return OSSL_PARAM_set_utf8_string(param,
                                      scheme->salt == RSA_PSS_SALTLEN_DIGEST
                                          ? OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST
                                      : scheme->salt == RSA_PSS_SALTLEN_MAX
                                          ? OSSL_PKEY_RSA_PSS_SALT_LEN_MAX
                                          : number);
}

int
scheme_get_params(const struct scheme *scheme, const struct tpm_key *key,
                  OSSL_PARAM params[])
{
    const char *hash = scheme->hash == NULL ? "" : scheme->hash->name;
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
    if (p != NULL && !answer_algid(scheme, key, p))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(p, hash))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
    if (p != NULL && !answer_padding(scheme, p))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(
                         p, scheme->mask != NULL ? scheme->mask->name : hash))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
    return p == NULL || answer_salt(scheme, p);
}

/* ECDSA signs a number, the leftmost bits of the digest. So a digest of any
 * length can be given as one of the length of a hash that the TPM has: cut to
 * the curve's width, or with zeros in front (field.md P18, P19). */
static const struct tpm_hash *
fit_to_curve(const struct tpm_curve *curve, const unsigned char *digest,
             size_t len, TPM2B_DIGEST *tbs)
{
    const struct tpm_hash *label = NULL;
    size_t width = len < curve->bytes ? len : curve->bytes;
    size_t pad = 0;

    for (size_t i = TPM_HASHES; i > 1; i--) /* from the longest, no SHA-1 */
        if (tpm_hashes[i - 1].size >= width)
            label = &tpm_hashes[i - 1];
    if (len == 0 || label == NULL)
        return NULL;
    /* Zeros in front are right only where no bit will be cut off again. */
    pad = label->size <= curve->bytes ? label->size - width : 0;
    if (pad == 0 && label->size != width)
        return NULL;
    memset(tbs->buffer, 0, pad);
    memcpy(tbs->buffer + pad, digest, width);
    tbs->size = (UINT16)label->size;
    return label;
}

CHECKED static int
copy_digest(const struct tpm_key *key, const struct tpm_hash *hash,
            const unsigned char *digest, size_t len, TPM2B_DIGEST *tbs)
{
    if (len != hash->size) {
        tpm_raise(key->prov, TPM_R_BAD_PARAMETER,
                  "a digest of %zu bytes is not one of %s: give the digest of "
                  "the data and its name, as -pkeyopt digest:sha256",
                  len, hash->name);
        return 0;
    }
    memcpy(tbs->buffer, digest, len);
    tbs->size = (UINT16)len;
    return 1;
}

int
scheme_resolve(const struct scheme *scheme, const struct tpm_key *key,
               const unsigned char *digest, size_t len, TPMT_SIG_SCHEME *out,
               TPM2B_DIGEST *tbs)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    const struct tpm_hash *label = scheme->hash;

    out->scheme = scheme->id;
    if (label != NULL && len != label->size)
        return copy_digest(key, label, digest, len, tbs); /* which refuses */
    if (scheme->id == TPM2_ALG_ECDSA && fixed_hash(key) == NULL) {
        label =
            fit_to_curve(tpm_curve_by_id(area->parameters.eccDetail.curveID),
                         digest, len, tbs);
        if (label != NULL) {
            out->details.any.hashAlg = label->id;
            return 1;
        }
        label = scheme->hash;
    }
    if (label == NULL && scheme->id == TPM2_ALG_RSAPSS) {
        tpm_raise(key->prov, TPM_R_BAD_PARAMETER,
                  "PSS needs to know of which hash a digest is: name it, as "
                  "-pkeyopt digest:sha256");
        return 0;
    }
    if (label == NULL)
        label = tpm_hash_by_id(TPM2_ALG_SHA256);
    out->details.any.hashAlg = label->id;
    return copy_digest(key, label, digest, len, tbs);
}
