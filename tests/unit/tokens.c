// SPDX-License-Identifier: Apache-2.0
/*
 * Tokens for tests.  What is odd about a token is decided by the test.
 */
#include "tokens.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
need(bool is_so, const char *what)
{
    if (is_so)
        return;
    fprintf(stderr, "the test cannot go on: %s\n", what);
    exit(99);
}

/* RFC 7515 appendix A.2.1 */
static const char rsa_n[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
    "-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
    "vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
    "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
    "G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
    "PAcDTW9gb54h4FRWyuXpoQ";
static const char rsa_d[] =
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_G"
    "Q5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKV"
    "RUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9J"
    "YanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoF"
    "aFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjn"
    "czT0QU91p1DhOVRuOopznQ";

size_t
tokens_bytes(const char *text, unsigned char *bytes)
{
    char padded[2048];
    size_t length = strlen(text);

    need(length % 4 != 1 && length < sizeof padded - 4, "base64url");
    snprintf(padded, sizeof padded, "%s==", text);
    padded[(length + 3) / 4 * 4] = '\0';
    for (char *c = padded; *c != '\0'; c++)
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    EVP_DecodeBlock((unsigned char *)padded, (unsigned char *)padded,
                    (int)strlen(padded));
    memcpy(bytes, padded, length * 3 / 4);
    return length * 3 / 4;
}

EVP_PKEY *
tokens_key_of(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY *key = NULL;

    need(EVP_PKEY_fromdata_init(context) == 1 &&
             EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params) == 1,
         "a key of parts");
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Making an RSA key takes a minute under valgrind: so it is the RFC's, or, in
 * other sizes, one that has the size and no more. */
static EVP_PKEY *
rsa_key(const char *type, size_t bits, bool is_random)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    unsigned char bytes[1024];
    BIGNUM *n = BN_new();
    BIGNUM *d = BN_bin2bn(bytes, (int)tokens_bytes(rsa_d, bytes), NULL);
    EVP_PKEY *key = NULL;

    if (bits == 2048 && strcmp(type, "RSA") == 0 && !is_random)
        BN_bin2bn(bytes, (int)tokens_bytes(rsa_n, bytes), n);
    else
        BN_rand(n, (int)bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    OSSL_PARAM_BLD_push_BN(build, "n", n);
    OSSL_PARAM_BLD_push_BN(build, "d", d);
    OSSL_PARAM_BLD_push_uint(build, "e", 65537);
    key = tokens_key_of(type, build);
    BN_free(n);
    BN_free(d);
    return key;
}

EVP_PKEY *
tokens_key(const char *type, size_t bits, const char *curve)
{
    EVP_PKEY *key = NULL;

    if (strncmp(type, "RSA", 3) == 0)
        return rsa_key(type, bits, curve != NULL);
    key = curve != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, type, curve)
                        : EVP_PKEY_Q_keygen(NULL, NULL, type);
    need(key != NULL, "key generation");
    return key;
}

char *
tokens_public_pem(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    char *pem = NULL;
    long size = 0;

    need(bio != NULL && PEM_write_bio_PUBKEY(bio, key), "a public key");
    size = BIO_get_mem_data(bio, &bytes);
    pem = calloc(1, (size_t)size + 1);
    need(pem != NULL, "memory");
    memcpy(pem, bytes, (size_t)size);
    BIO_free(bio);
    return pem;
}

struct iotjwt_key *
tokens_public(EVP_PKEY *key, enum iotjwt_algorithm algorithm)
{
    struct iotjwt_error error;
    char *pem = tokens_public_pem(key);
    struct iotjwt_key *public =
        iotjwt_key_new(algorithm, pem, strlen(pem), NULL, NULL, &error);

    free(pem);
    need(public != NULL, error.text);
    return public;
}

char *
tokens_base64url(const void *bytes, size_t size)
{
    char *text = malloc(size / 3 * 4 + 5);

    need(text != NULL, "memory");
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
    text[strcspn(text, "=")] = '\0';
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return text;
}

/* r and s of a DER signature, 32 bytes each. */
static void
flatten(const unsigned char *der, size_t size, unsigned char raw[64])
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)size);

    need(pair != NULL, "an ECDSA signature");
    need(BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32) == 32 &&
             BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32) == 32,
         "32 bytes");
    ECDSA_SIG_free(pair);
}

static char *
sign(EVP_PKEY *key, const char *text)
{
    unsigned char signature[1024];
    unsigned char raw[64];
    size_t size = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    need(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
             EVP_DigestSign(context, signature, &size,
                            (const unsigned char *)text, strlen(text)) == 1,
         "a signature");
    EVP_MD_CTX_free(context);
    if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_bits(key) != 256)
        return tokens_base64url(signature, size);
    flatten(signature, size, raw);
    return tokens_base64url(raw, sizeof raw);
}

/* A and B with a dot between, to be freed. */
static char *
join(const char *a, const char *b)
{
    size_t room = strlen(a) + strlen(b) + 2;
    char *text = malloc(room);

    need(text != NULL, "memory");
    snprintf(text, room, "%s.%s", a, b);
    return text;
}

char *
tokens_raw_parts(EVP_PKEY *key, const char *header, const char *payload)
{
    char *text = join(header, payload);
    char *signature = key == NULL ? strdup("") : sign(key, text);
    char *token = join(text, signature);

    free(text);
    free(signature);
    return token;
}

char *
tokens_raw(EVP_PKEY *key, const char *header, const char *payload)
{
    char *first = tokens_base64url(header, strlen(header));
    char *second = tokens_base64url(payload, strlen(payload));
    char *token = tokens_raw_parts(key, first, second);

    free(first);
    free(second);
    return token;
}

enum iotjwt_code
tokens_verify(const char *token, const struct iotjwt_key *key, int64_t now,
              struct iotjwt_error *error)
{
    struct iotjwt_policy policy = {
        .audience = "p1", .now = now, .skew = 600, .longest = 86400
    };
    struct iotjwt_claims *claims =
        iotjwt_verify(token, strlen(token), key, &policy, error);

    need((claims != NULL) == (error->code == IOTJWT_OK), "a result or a code");
    need((claims == NULL) == (error->text[0] != '\0'), "a result or a text");
    iotjwt_claims_free(&claims);
    return error->code;
}
