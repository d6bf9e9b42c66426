// SPDX-License-Identifier: Apache-2.0
/*
 * Keys to verify with: a public key out of its record, bound to the algorithm
 * that the record names (RFC 8725 section 3.1).  Whether a certificate is to
 * be trusted is decided elsewhere.
 */
#include "key.h"

#include "error.h"
#include "p256.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

enum { BYTES_MAX = 65536 };

/* The key of a certificate that fills all LENGTH bytes; NULL for others. */
static EVP_PKEY *
key_of_certificate(const unsigned char *der, long length, OSSL_LIB_CTX *libctx,
                   const char *propquery)
{
    X509 *certificate = X509_new_ex(libctx, propquery);
    const unsigned char *end = der;
    EVP_PKEY *key = NULL;

    if (certificate != NULL && d2i_X509(&certificate, &end, length) != NULL &&
        end == der + length)
        key = X509_get_pubkey(certificate);
    X509_free(certificate);
    return key;
}

/* The same for a SubjectPublicKeyInfo. */
static EVP_PKEY *
key_of_info(const unsigned char *der, long length, OSSL_LIB_CTX *libctx,
            const char *propquery)
{
    const unsigned char *end = der;
    EVP_PKEY *key = d2i_PUBKEY_ex(NULL, &end, length, libctx, propquery);

    if (key != NULL && end != der + length) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* The same for the one shape that nearly all keys for ES256 have (p256.h). */
static EVP_PKEY *
key_of_point(const unsigned char *der, long length, OSSL_LIB_CTX *libctx,
             const char *propquery)
{
    static const unsigned char head[] = IOTJWT_P256_HEAD;
    char group[] = SN_X9_62_prime256v1;
    unsigned char point[65];
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
                                          sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = NULL;
    EVP_PKEY *key = NULL;

    if (length != (long)(sizeof head - 1 + sizeof point) ||
        memcmp(der, head, sizeof head) != 0)
        return NULL;
    memcpy(point, der + sizeof head - 1, sizeof point);
    context = EVP_PKEY_CTX_new_from_name(libctx, "EC", propquery);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *
key_of_der(const unsigned char *der, long length, OSSL_LIB_CTX *libctx,
           const char *propquery, struct iotjwt_error *error)
{
    EVP_PKEY *key = key_of_point(der, length, libctx, propquery);

    if (key == NULL)
        key = key_of_info(der, length, libctx, propquery);
    if (key == NULL)
        key = key_of_certificate(der, length, libctx, propquery);
    if (key == NULL)
        iotjwt_error_set(error, IOTJWT_KEY_UNREADABLE,
                         "neither a public key nor a certificate that can "
                         "be read");
    return key;
}

static bool
is_public_label(const char *label)
{
    return strcmp(label, PEM_STRING_PUBLIC) == 0 ||
           strcmp(label, PEM_STRING_X509) == 0;
}

/* The first block of PEM in BYTES, or all of them as DER. */
static EVP_PKEY *
key_of_bytes(const void *bytes, size_t length, OSSL_LIB_CTX *libctx,
             const char *propquery, struct iotjwt_error *error)
{
    BIO *bio = BIO_new_mem_buf(bytes, (int)length);
    char *label = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long size = 0;
    EVP_PKEY *key = NULL;

    if (bio == NULL)
        iotjwt_error_memory(error);
    else if (!PEM_read_bio(bio, &label, &header, &der, &size))
        key = key_of_der(bytes, (long)length, libctx, propquery, error);
    else if (is_public_label(label))
        key = key_of_der(der, size, libctx, propquery, error);
    else
        iotjwt_error_set(error, IOTJWT_KEY_UNREADABLE,
                         "a PEM of \"%.40s\": a public key or a certificate "
                         "is needed",
                         label);
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, (size_t)size);
    BIO_free(bio);
    return key;
}

static bool
is_sane(const struct iotjwt_row *row, const void *bytes, size_t length,
        struct iotjwt_error *error)
{
    if (row == NULL)
        return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                                "no such algorithm: RS256 and ES256 are there");
    if (bytes != NULL && length > 0 && length <= BYTES_MAX)
        return true;
    return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                            "a public key has 1 to %d bytes, not %zu",
                            BYTES_MAX, length);
}

struct iotjwt_key *
iotjwt_key_new(enum iotjwt_algorithm algorithm, const void *bytes,
               size_t length, OSSL_LIB_CTX *libctx, const char *propquery,
               struct iotjwt_error *error)
{
    const struct iotjwt_row *row = iotjwt_row_find(algorithm);
    struct iotjwt_key *key = NULL;
    bool ok = false;

    iotjwt_error_clear(error);
    ERR_set_mark();
    if (!is_sane(row, bytes, length, error))
        goto out;
    key = OPENSSL_zalloc(sizeof *key);
    if (key == NULL || (propquery != NULL &&
                        (key->propquery = OPENSSL_strdup(propquery)) == NULL)) {
        iotjwt_error_memory(error);
        goto out;
    }
    if (!EVP_Q_digest(libctx, "SHA256", propquery, bytes, length, key->digest,
                      NULL)) {
        iotjwt_error_set(error, IOTJWT_NO_MEMORY, "OpenSSL has no SHA-256");
        goto out;
    }
    key->row = row;
    key->libctx = libctx;
    key->pkey = key_of_bytes(bytes, length, libctx, propquery, error);
    ok = key->pkey != NULL && iotjwt_row_fits(row, key->pkey, error);
out:
    if (!ok)
        iotjwt_key_free(&key);
    ERR_pop_to_mark();
    return key;
}

enum iotjwt_algorithm
iotjwt_key_algorithm(const struct iotjwt_key *key)
{
    return key->row->algorithm;
}

void
iotjwt_key_free(struct iotjwt_key **key)
{
    if (key == NULL || *key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey);
    OPENSSL_free((*key)->propquery);
    OPENSSL_free(*key);
    *key = NULL;
}
