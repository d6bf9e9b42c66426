// SPDX-License-Identifier: Apache-2.0
/*
 * Tables that turn TPM algorithm ids into OpenSSL's names, and the small
 * conversions of numbers and points. Leaves fetching to provider.c and
 * templates to template.c (TPM 2.0 Part 2 §6.3, §6.4; SEC 1 §2.3.3).
 */
#include "convert.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <string.h>

const struct tpm_hash tpm_hashes[TPM_HASHES] = {
    { TPM2_ALG_SHA1, NID_sha1, 20, "SHA1", "sha1" },
    { TPM2_ALG_SHA256, NID_sha256, 32, "SHA2-256", "sha256" },
    { TPM2_ALG_SHA384, NID_sha384, 48, "SHA2-384", "sha384" },
    { TPM2_ALG_SHA512, NID_sha512, 64, "SHA2-512", "sha512" },
};

static const struct tpm_curve curves[] = {
    { TPM2_ECC_NIST_P256, NID_X9_62_prime256v1, 256, 32, 128, "prime256v1",
      "P-256" },
    { TPM2_ECC_NIST_P384, NID_secp384r1, 384, 48, 192, "secp384r1", "P-384" },
    { TPM2_ECC_NIST_P521, NID_secp521r1, 521, 66, 256, "secp521r1", "P-521" },
};

enum { CURVES = sizeof curves / sizeof *curves };

const struct tpm_hash *
tpm_hash_by_id(TPM2_ALG_ID id)
{
    for (size_t i = 0; i < TPM_HASHES; i++)
        if (tpm_hashes[i].id == id)
            return &tpm_hashes[i];
    return NULL;
}

const struct tpm_curve *
tpm_curve_by_id(TPM2_ECC_CURVE id)
{
    for (size_t i = 0; i < CURVES; i++)
        if (curves[i].id == id)
            return &curves[i];
    return NULL;
}

const struct tpm_curve *
tpm_curve_by_name(const char *name)
{
    for (size_t i = 0; i < CURVES; i++)
        if (OPENSSL_strcasecmp(curves[i].name, name) == 0 ||
            OPENSSL_strcasecmp(curves[i].nist, name) == 0)
            return &curves[i];
    return OPENSSL_strcasecmp(name, "secp256r1") == 0 ? &curves[0] : NULL;
}

static int
put_coordinate(unsigned char *out, size_t width,
               const TPM2B_ECC_PARAMETER *coordinate)
{
    if (coordinate->size > width)
        return 0;
    memset(out, 0, width - coordinate->size);
    memcpy(out + width - coordinate->size, coordinate->buffer,
           coordinate->size);
    return 1;
}

int
tpm_point_encode(const struct tpm_curve *curve, const TPMS_ECC_POINT *point,
                 unsigned char out[TPM_POINT_MAX], size_t *len)
{
    if (!put_coordinate(out + 1, curve->bytes, &point->x) ||
        !put_coordinate(out + 1 + curve->bytes, curve->bytes, &point->y))
        return 0;
    out[0] = 0x04; /* uncompressed, SEC 1 §2.3.3 */
    *len = 1 + 2 * curve->bytes;
    return 1;
}

uint32_t
tpm_rsa_exponent(const TPMT_PUBLIC *area)
{
    uint32_t exponent = area->parameters.rsaDetail.exponent;

    return exponent == 0 ? 65537 : exponent; /* Part 2 §12.2.3.5 */
}

TPM2_ALG_ID
tpm_fixed_scheme(const TPMT_PUBLIC *area)
{
    return area->parameters.asymDetail.scheme.scheme;
}

const struct tpm_hash *
tpm_fixed_hash(const TPMT_PUBLIC *area)
{
    const TPMT_ASYM_SCHEME *scheme = &area->parameters.asymDetail.scheme;

    return scheme->scheme == TPM2_ALG_NULL
               ? NULL
               : tpm_hash_by_id(scheme->details.anySig.hashAlg);
}

void
tpm_reverse(unsigned char *to, const unsigned char *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = from[len - 1 - i];
}

int
tpm_param_set_number(OSSL_PARAM *param, const unsigned char *number, size_t len)
{
    BIGNUM *bn = NULL;
    int ok = 0;

    bn = len <= INT_MAX ? BN_bin2bn(number, (int)len, NULL) : NULL;
    ok = bn != NULL && OSSL_PARAM_set_BN(param, bn);
    BN_free(bn);
    return ok;
}

int
tpm_put_rsa(const TPM2B_PUBLIC_KEY_RSA *from, unsigned char *sig, size_t *len,
            size_t room)
{
    if (from->size > room)
        return 0;
    memcpy(sig, from->buffer, from->size);
    *len = from->size;
    return 1;
}

int
tpm_put_ecdsa(const TPMS_SIGNATURE_ECDSA *from, unsigned char *sig, size_t *len,
              size_t room)
{
    ECDSA_SIG *pair = NULL;
    BIGNUM *r = NULL;
    BIGNUM *s = NULL;
    int written = 0;

    pair = ECDSA_SIG_new();
    r = BN_bin2bn(from->signatureR.buffer, from->signatureR.size, NULL);
    s = BN_bin2bn(from->signatureS.buffer, from->signatureS.size, NULL);
    if (pair == NULL || r == NULL || s == NULL || !ECDSA_SIG_set0(pair, r, s))
        goto out;
    r = NULL; /* the pair's now */
    s = NULL;
    written = i2d_ECDSA_SIG(pair, NULL);
    if (written <= 0 || (size_t)written > room) {
        written = 0;
        goto out;
    }
    written = i2d_ECDSA_SIG(pair, &sig);
    *len = (size_t)written;
out:
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return written > 0;
}
