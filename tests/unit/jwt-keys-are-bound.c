// SPDX-License-Identifier: Apache-2.0
/*
 * Keys: which are taken to mint and to verify with, in which form, and that a
 * key is for one algorithm.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000 };

static const struct iotjwt_claims claims = { .audience = "p1",
                                             .issued_at = NOW,
                                             .expires_at = NOW + 60 };

static const struct row {
    const char *type;
    size_t bits;
    const char *curve;
    enum iotjwt_algorithm algorithm; /* 0: none of ours */
    const char *text;                /* what minting says */
} rows[] = {
    { "RSA", 2048, NULL, IOTJWT_RS256, "" },
    { "RSA", 3072, NULL, IOTJWT_RS256, "" },
    { "RSA", 1024, NULL, 0,
      "RS256 needs an RSA key of 2048 to 8192 bits, not 1024" },
    { "RSA", 2047, NULL, 0,
      "RS256 needs an RSA key of 2048 to 8192 bits, not 2047" },
    { "RSA", 8192, NULL, IOTJWT_RS256, "" },
    { "RSA", 8193, NULL, 0,
      "RS256 needs an RSA key of 2048 to 8192 bits, not 8193" },
    { "RSA-PSS", 2048, NULL, 0,
      "a key of type RSA-PSS is neither for RS256 (RSA) nor for ES256 "
      "(P-256)" },
    { "EC", 0, "P-256", IOTJWT_ES256, "" },
    { "EC", 0, "P-384", 0,
      "ES256 needs a key on the curve P-256, not secp384r1" },
    { "EC", 0, "P-521", 0,
      "ES256 needs a key on the curve P-256, not secp521r1" },
    { "EC", 0, "secp256k1", 0,
      "ES256 needs a key on the curve P-256, not secp256k1" },
    { "EC", 0, "brainpoolP256r1", 0,
      "ES256 needs a key on the curve P-256, not brainpoolP256r1" },
    { "ED25519", 0, NULL, 0,
      "a key of type ED25519 is neither for RS256 (RSA) nor for ES256 "
      "(P-256)" },
};

/* Does the public half go with this algorithm, and with no other? */
static void
check_public(EVP_PKEY *key, enum iotjwt_algorithm algorithm,
             const struct row *row)
{
    struct iotjwt_error error;
    char *pem = tokens_public_pem(key);
    struct iotjwt_key *public =
        iotjwt_key_new(algorithm, pem, strlen(pem), NULL, NULL, &error);

    CHECK((public != NULL) == (row->algorithm == algorithm));
    CHECK(error.code ==
          (row->algorithm == algorithm ? IOTJWT_OK : IOTJWT_KEY_UNSUPPORTED));
    iotjwt_key_free(&public);
    free(pem);
}

static void
check_row(const struct row *row)
{
    struct iotjwt_error error;
    EVP_PKEY *key = tokens_key(row->type, row->bits, row->curve);
    char *token = iotjwt_mint(key, &claims, NULL, NULL, &error);
    struct iotjwt_source *source =
        iotjwt_source_new(key, "p1", 60, NULL, NULL, NULL);

    CHECK((token != NULL) == (row->algorithm != 0));
    CHECK(error.code == (token != NULL ? IOTJWT_OK : IOTJWT_KEY_UNSUPPORTED));
    if (!CHECK(strcmp(error.text, row->text) == 0))
        fprintf(stderr, "  %s\n", error.text);
    CHECK((source != NULL) == (row->algorithm != 0));
    check_public(key, IOTJWT_RS256, row);
    check_public(key, IOTJWT_ES256, row);
    iotjwt_source_free(&source);
    iotjwt_free(&token);
    EVP_PKEY_free(key);
}

static X509 *
certificate_of(EVP_PKEY *key)
{
    X509 *certificate = X509_new();

    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 60);
    X509_set_pubkey(certificate, key);
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

/* What a key is made of: the bytes of BIO between TEXT before and after. */
static enum iotjwt_code
code_of(BIO *bio, const char *before, const char *after, EVP_PKEY *key)
{
    struct iotjwt_error error;
    struct iotjwt_key *public = NULL;
    char *bytes = NULL;
    size_t size = (size_t)BIO_get_mem_data(bio, &bytes);
    size_t head = strlen(before);
    char *all = malloc(head + size + strlen(after));
    char *token =
        tokens_raw(key, "{\"alg\":\"ES256\"}",
                   "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":1795287060}");

    memcpy(all, before, head);
    if (size > 0) /* of an empty BIO the bytes are NULL */
        memcpy(all + head, bytes, size);
    memcpy(all + head + size, after, strlen(after));
    public = iotjwt_key_new(IOTJWT_ES256, all, head + size + strlen(after),
                            NULL, NULL, &error);
    if (public != NULL)
        CHECK(tokens_verify(token, public, NOW, &error) == IOTJWT_OK);
    iotjwt_key_free(&public);
    BIO_free(bio);
    free(token);
    free(all);
    return error.code;
}

enum form {
    INFO_PEM,
    INFO_DER,
    CERTIFICATE_PEM,
    CERTIFICATE_DER,
    PRIVATE_PEM,
    PRIVATE_DER,
    PARAMETERS_PEM,
    NOTHING
};

static BIO *
form_of(enum form form, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    X509 *certificate = certificate_of(key);
    int done = 1;

    if (form == INFO_PEM)
        done = PEM_write_bio_PUBKEY(bio, key);
    else if (form == INFO_DER)
        done = i2d_PUBKEY_bio(bio, key);
    else if (form == CERTIFICATE_PEM)
        done = PEM_write_bio_X509(bio, certificate);
    else if (form == CERTIFICATE_DER)
        done = i2d_X509_bio(bio, certificate);
    else if (form == PRIVATE_PEM)
        done = PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    else if (form == PRIVATE_DER)
        done = i2d_PrivateKey_bio(bio, key);
    else if (form == PARAMETERS_PEM)
        done = PEM_write_bio_Parameters(bio, key);
    CHECK(done > 0);
    X509_free(certificate);
    return bio;
}

static void
check_forms(void)
{
    static const struct {
        enum form form;
        const char *before, *after;
        enum iotjwt_code code;
    } forms[] = {
        { INFO_PEM, "", "", IOTJWT_OK },
        { INFO_PEM, "a remark\n", "\nanother\n", IOTJWT_OK },
        { INFO_DER, "", "", IOTJWT_OK },
        { INFO_DER, "", "x", IOTJWT_KEY_UNREADABLE },
        { INFO_DER, "x", "", IOTJWT_KEY_UNREADABLE },
        { CERTIFICATE_PEM, "", "", IOTJWT_OK },
        { CERTIFICATE_DER, "", "", IOTJWT_OK },
        { CERTIFICATE_DER, "", "x", IOTJWT_KEY_UNREADABLE },
        { PRIVATE_PEM, "", "", IOTJWT_KEY_UNREADABLE },
        { PRIVATE_DER, "", "", IOTJWT_KEY_UNREADABLE },
        { PARAMETERS_PEM, "", "", IOTJWT_KEY_UNREADABLE },
        { NOTHING, "rubbish", "", IOTJWT_KEY_UNREADABLE },
        { NOTHING, "", "", IOTJWT_BAD_ARGUMENT },
    };
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!CHECK(code_of(form_of(forms[i].form, key), forms[i].before,
                           forms[i].after, key) == forms[i].code))
            fprintf(stderr, "  form %zu\n", i);
    EVP_PKEY_free(key);
}

/* DER cut short anywhere is unreadable; PEM is bounded. */
static void
check_cuts(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    char *large = calloc(1, 65537);
    struct iotjwt_error error;

    for (int i = 1; i < size; i++) {
        CHECK(iotjwt_key_new(IOTJWT_ES256, der, (size_t)i, NULL, NULL,
                             &error) == NULL);
        CHECK(error.code == IOTJWT_KEY_UNREADABLE);
    }
    CHECK(iotjwt_key_new(IOTJWT_ES256, large, 65537, NULL, NULL, &error) ==
          NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    CHECK(iotjwt_key_new(IOTJWT_ES256, large, 65536, NULL, NULL, &error) ==
          NULL);
    CHECK(error.code == IOTJWT_KEY_UNREADABLE);
    CHECK(iotjwt_key_new((enum iotjwt_algorithm)0, der, (size_t)size, NULL,
                         NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    free(large);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
}

/* A point of P-256 however it is written verifies, and one that is not on the
 * curve is no key. */
static void
check_points(void)
{
    static const char *const ways[] = { "uncompressed", "compressed" };
    EVP_PKEY *key = EVP_EC_gen("P-256");

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        char *bytes = NULL;
        long size;

        CHECK(EVP_PKEY_set_utf8_string_param(
                  key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, ways[i]) ==
              1);
        CHECK(i2d_PUBKEY_bio(bio, key));
        size = BIO_get_mem_data(bio, &bytes);
        CHECK(size == (i == 0 ? 91 : 59));
        BIO_up_ref(bio);
        CHECK(code_of(bio, "", "", key) == IOTJWT_OK);
        bytes[size - 1] ^= 1;
        if (i == 0)
            CHECK(code_of(bio, "", "", key) == IOTJWT_KEY_UNREADABLE);
        else
            BIO_free(bio);
    }
    EVP_PKEY_free(key);
}

/* What was on OpenSSL's queue stays, and nothing of ours joins it. */
static void
check_queue(void)
{
    struct iotjwt_key *public = NULL;
    unsigned long code;

    CHECK(ERR_peek_error() == 0);
    public = iotjwt_key_new(IOTJWT_ES256, "rubbish", 7, NULL, NULL, NULL);
    CHECK(public == NULL && ERR_peek_error() == 0);
    ERR_raise(ERR_LIB_USER, 77);
    code = ERR_peek_error();
    public = iotjwt_key_new(IOTJWT_ES256, "rubbish", 7, NULL, NULL, NULL);
    CHECK(public == NULL);
    CHECK(ERR_get_error() == code);
    CHECK(ERR_get_error() == 0);
}

int
main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
    check_forms();
    check_cuts();
    check_points();
    check_queue();
    return check_end();
}
