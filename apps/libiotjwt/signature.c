// SPDX-License-Identifier: Apache-2.0
/*
 * Signing and verifying, and between them the two shapes of an ECDSA
 * signature: DER in OpenSSL, r and s side by side in a JWS, each as long as
 * the curve whatever its value (RFC 7518 section 3.4).
 */
#include "signature.h"

#include "error.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

/* The sentence of the newest entry in OpenSSL's queue: the provider's, as
 * EVP_DigestSign adds none of its own. */
static bool
signing_failed(struct iotjwt_error *error)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long code = ERR_peek_last_error_data(&data, &flags);
    const char *reason = ERR_reason_error_string(code);

    if (data == NULL || !(flags & ERR_TXT_STRING))
        data = "";
    return iotjwt_error_set(error, IOTJWT_SIGNING_FAILED,
                            "the key would not sign: %s%s%s",
                            reason == NULL ? "no reason given" : reason,
                            *data == '\0' ? "" : ": ", data);
}

/* A TPM key may have another padding as its own default; RS256 is never
 * anything but PKCS#1 v1.5 (RFC 7518 section 3.3). */
static bool
set_padding(const struct iotjwt_row *row, EVP_PKEY_CTX *context)
{
    return row->coordinate != 0 ||
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
}

/* A key in a device can only be used by the provider that it lives in, but
 * OpenSSL asks whichever comes first, and some hand it the public half. */
static const char *
prefer_provider(const EVP_PKEY *key, const char *propquery, char query[128])
{
    const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);

    if (propquery != NULL || provider == NULL)
        return propquery;
    snprintf(query, 128, "?provider=%s", OSSL_PROVIDER_get0_name(provider));
    return query;
}

/* Turns *SIZE bytes of DER into r and s in place. */
static bool
from_der(const struct iotjwt_row *row, unsigned char *signature, size_t *size)
{
    const unsigned char *der = signature;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)*size);
    int each = (int)row->coordinate;
    bool ok = false;

    if (pair == NULL || der != signature + *size)
        goto out;
    if (BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, each) != each ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + each, each) != each)
        goto out;
    *size = 2 * row->coordinate;
    ok = true;
out:
    ECDSA_SIG_free(pair);
    return ok;
}

/* The one size of a signature: RFC 8017 section 8.2.1, RFC 7518 section 3.4.
 * Not EVP_PKEY_get_size: of a key in a device some providers say the most. */
static size_t
right_size(const struct iotjwt_row *row, const EVP_PKEY *key)
{
    return row->coordinate != 0 ? 2 * row->coordinate
                                : ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
}

/* Without memory OpenSSL 3.0 may report success and a size of -1. */
static bool
to_jws(const struct iotjwt_row *row, const EVP_PKEY *key,
       unsigned char *signature, size_t *size)
{
    return *size <= IOTJWT_SIGNATURE_MAX &&
           (row->coordinate == 0 || from_der(row, signature, size)) &&
           *size == right_size(row, key);
}

bool
iotjwt_signature_make(const struct iotjwt_row *row, EVP_PKEY *key,
                      OSSL_LIB_CTX *libctx, const char *propquery,
                      const char *text, size_t length,
                      unsigned char signature[IOTJWT_SIGNATURE_MAX],
                      size_t *size, struct iotjwt_error *error)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pkey_context = NULL;
    char query[128];
    bool ok = false;

    *size = IOTJWT_SIGNATURE_MAX;
    memset(signature, 0, IOTJWT_SIGNATURE_MAX);
    if (context == NULL) {
        iotjwt_error_memory(error);
        goto out;
    }
    if (EVP_DigestSignInit_ex(context, &pkey_context, row->digest, libctx,
                              prefer_provider(key, propquery, query), key,
                              NULL) <= 0 ||
        !set_padding(row, pkey_context) ||
        EVP_DigestSign(context, signature, size, (const unsigned char *)text,
                       length) <= 0) {
        signing_failed(error);
        goto out;
    }
    if (!to_jws(row, key, signature, size)) {
        iotjwt_error_set(error, IOTJWT_SIGNING_FAILED,
                         "the key's provider made something that is no "
                         "%s signature",
                         row->name);
        goto out;
    }
    ok = true;
out:
    EVP_MD_CTX_free(context);
    return ok;
}

/* Turns r and s into DER, to be freed with OPENSSL_free; 0 without memory. */
static size_t
to_der(const struct iotjwt_row *row, const unsigned char *signature,
       unsigned char **der)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    int each = (int)row->coordinate;
    BIGNUM *r = BN_bin2bn(signature, each, NULL);
    BIGNUM *s = BN_bin2bn(signature + each, each, NULL);
    int size = 0;

    if (pair == NULL || r == NULL || s == NULL || !ECDSA_SIG_set0(pair, r, s))
        goto out;
    r = NULL;
    s = NULL;
    size = i2d_ECDSA_SIG(pair, der);
out:
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return size < 0 ? 0 : (size_t)size;
}

bool
iotjwt_signature_check(const struct iotjwt_row *row, EVP_PKEY *key,
                       OSSL_LIB_CTX *libctx, const char *propquery,
                       const char *text, size_t length,
                       const unsigned char *signature, size_t size,
                       struct iotjwt_error *error)
{
    EVP_MD_CTX *context = NULL;
    EVP_PKEY_CTX *pkey_context = NULL;
    unsigned char *der = NULL;
    bool ok = false;

    if (size != right_size(row, key))
        return iotjwt_error_set(error, IOTJWT_SIGNATURE,
                                "a signature of %zu bytes is none of "
                                "this key's",
                                size);
    if (row->coordinate != 0) {
        size = to_der(row, signature, &der);
        signature = der;
    }
    context = EVP_MD_CTX_new();
    if (context == NULL || size == 0 ||
        EVP_DigestVerifyInit_ex(context, &pkey_context, row->digest, libctx,
                                propquery, key, NULL) <= 0 ||
        !set_padding(row, pkey_context)) {
        iotjwt_error_set(error, IOTJWT_NO_MEMORY, "OpenSSL cannot verify %s",
                         row->name);
        goto out;
    }
    ok = EVP_DigestVerify(context, signature, size, (const unsigned char *)text,
                          length) == 1;
    if (!ok)
        iotjwt_error_set(error, IOTJWT_SIGNATURE,
                         "the signature is not this key's over this token");
out:
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return ok;
}
