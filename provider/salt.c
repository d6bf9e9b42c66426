// SPDX-License-Identifier: Apache-2.0
/*
 * The salt of a session or the seed of an import: random, and encrypted for
 * the key that is to have it. What becomes of it is session.c's and import.c's
 * (TPM 2.0 Part 1 §19.6.12, §23.3.2.3, Annexes B.4, B.10, C.6.1).
 */
#include "salt.h"

#include "provider.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/* The longest label, its zero with it. */
enum { LABEL_MAX = sizeof "DUPLICATE" };

/* KDFe, Annex C.6.1: one block is the whole digest. */
CHECKED static int
kdfe(const EVP_MD *digest, const char *label, const unsigned char *z,
     size_t width, const unsigned char *ours, const unsigned char *theirs,
     TPM2B_DIGEST *salt)
{
    static const unsigned char counter[] = { 0, 0, 0, 1 };
    unsigned char message[sizeof counter + LABEL_MAX + 3 * TPM_POINT_MAX];
    size_t label_len = strlen(label) + 1; /* its zero counts */
    size_t len = sizeof counter;
    int ok = 0;

    if (label_len > LABEL_MAX)
        return 0;
    memcpy(message, counter, len);
    memcpy(message + len, z, width);
    len += width;
    memcpy(message + len, label, label_len);
    len += label_len;
    memcpy(message + len, ours, width);
    len += width;
    memcpy(message + len, theirs, width);
    len += width;
    salt->size = (UINT16)EVP_MD_get_size(digest);
    ok = EVP_Digest(message, len, salt->buffer, NULL, digest, NULL);
    OPENSSL_cleanse(message, sizeof message);
    return ok;
}

static EVP_PKEY *
new_public_key(const struct provider *prov, const char *type,
               OSSL_PARAM params[])
{
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *pkey = NULL;

    ctx = EVP_PKEY_CTX_new_from_name(prov->libctx, type, NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* Z of an ephemeral key of ours and the salt key (Annex C.6.1). */
CHECKED static int
agree(const struct provider *prov, EVP_PKEY *ours, EVP_PKEY *theirs,
      unsigned char *z, size_t *len)
{
    EVP_PKEY_CTX *ctx = NULL;
    int ok = 0;

    ctx = EVP_PKEY_CTX_new_from_pkey(prov->libctx, ours, NULL);
    ok = ctx != NULL && EVP_PKEY_derive_init(ctx) > 0 &&
         EVP_PKEY_derive_set_peer(ctx, theirs) > 0 &&
         EVP_PKEY_derive(ctx, z, len) > 0;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

/* TPMS_ECC_POINT, marshalled: that is the encrypted salt (Part 2 §11.4.2). */
static void
put_point(const unsigned char *x, size_t width, TPM2B_ENCRYPTED_SECRET *secret)
{
    unsigned char *p = secret->secret;

    for (int i = 0; i < 2; i++) {
        *p++ = (unsigned char)(width >> 8);
        *p++ = (unsigned char)width;
        memcpy(p, x + (size_t)i * width, width);
        p += width;
    }
    secret->size = (UINT16)(2 * (2 + width));
}

CHECKED static int
make_ecc_salt(const struct provider *prov, const TPMT_PUBLIC *area,
              const char *label, TPM2B_DIGEST *salt,
              TPM2B_ENCRYPTED_SECRET *secret)
{
    const EVP_MD *digest = provider_digest(prov, area->nameAlg);
    const struct tpm_curve *curve = NULL;
    unsigned char theirs[TPM_POINT_MAX];
    unsigned char ours[TPM_POINT_MAX];
    unsigned char z[TPM_POINT_MAX];
    size_t len = 0;
    size_t z_len = sizeof z;
    EVP_PKEY *peer = NULL;
    EVP_PKEY *ephemeral = NULL;
    int ok = 0;

    curve = tpm_curve_by_id(area->parameters.eccDetail.curveID);
    if (curve == NULL || digest == NULL ||
        !tpm_point_encode(curve, &area->unique.ecc, theirs, &len))
        return 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)curve->name, 0),
        OSSL_PARAM_construct_octet_string("pub", theirs, len),
        OSSL_PARAM_construct_end(),
    };
    peer = new_public_key(prov, "EC", params);
    ephemeral = EVP_PKEY_Q_keygen(prov->libctx, NULL, "EC", curve->name);
    if (peer == NULL || ephemeral == NULL ||
        !agree(prov, ephemeral, peer, z, &z_len) || z_len != curve->bytes ||
        !EVP_PKEY_get_octet_string_param(ephemeral, "pub", ours, sizeof ours,
                                         &len) ||
        len != 1 + 2 * curve->bytes)
        goto out;
    put_point(ours + 1, curve->bytes, secret);
    ok = kdfe(digest, label, z, z_len, ours + 1, theirs + 1, salt);
out:
    OPENSSL_cleanse(z, sizeof z);
    EVP_PKEY_free(ephemeral);
    EVP_PKEY_free(peer);
    return ok;
}

/* OAEP with the name algorithm's hash and the label with its zero (Part 1
 * Annex B.4, B.10.3). */
CHECKED static int
seal_rsa(const struct provider *prov, EVP_PKEY *pkey, const char *digest,
         const char *label, const TPM2B_DIGEST *salt,
         TPM2B_ENCRYPTED_SECRET *secret)
{
    EVP_PKEY_CTX *ctx = NULL;
    size_t len = sizeof secret->secret;
    int ok = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("pad-mode", (char *)"oaep", 0),
        OSSL_PARAM_construct_utf8_string("digest", (char *)digest, 0),
        OSSL_PARAM_construct_octet_string("oaep-label", (char *)label,
                                          strlen(label) + 1),
        OSSL_PARAM_construct_end(),
    };

    ctx = EVP_PKEY_CTX_new_from_pkey(prov->libctx, pkey, NULL);
    ok = ctx != NULL && EVP_PKEY_encrypt_init_ex(ctx, params) > 0 &&
         EVP_PKEY_encrypt(ctx, secret->secret, &len, salt->buffer, salt->size) >
             0;
    secret->size = (UINT16)len;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

CHECKED static int
make_rsa_salt(const struct provider *prov, const TPMT_PUBLIC *area,
              const char *label, TPM2B_DIGEST *salt,
              TPM2B_ENCRYPTED_SECRET *secret)
{
    const struct tpm_hash *name_hash = tpm_hash_by_id(area->nameAlg);
    uint32_t exponent = tpm_rsa_exponent(area);
    unsigned char modulus[sizeof area->unique.rsa.buffer];
    size_t len = area->unique.rsa.size;
    EVP_PKEY *pkey = NULL;
    int ok = 0;

    if (name_hash == NULL || len > sizeof modulus)
        return 0;
    tpm_reverse(modulus, area->unique.rsa.buffer, len);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_BN("n", modulus, len),
        OSSL_PARAM_construct_uint32("e", &exponent),
        OSSL_PARAM_construct_end(),
    };
    salt->size = (UINT16)name_hash->size;
    pkey = new_public_key(prov, "RSA", params);
    ok = pkey != NULL &&
         RAND_priv_bytes_ex(prov->libctx, salt->buffer, salt->size, 0) > 0 &&
         seal_rsa(prov, pkey, name_hash->name, label, salt, secret);
    EVP_PKEY_free(pkey);
    return ok;
}

int
salt_make(const struct provider *prov, const TPMT_PUBLIC *area,
          const char *label, TPM2B_DIGEST *salt, TPM2B_ENCRYPTED_SECRET *secret)
{
    return area->type == TPM2_ALG_ECC
               ? make_ecc_salt(prov, area, label, salt, secret)
               : make_rsa_salt(prov, area, label, salt, secret);
}
