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

EVP_PKEY *
tokens_key(const char *type, size_t bits, const char *curve)
{
    EVP_PKEY *key = NULL;

    if (strcmp(type, "RSA") == 0)
        key = EVP_PKEY_Q_keygen(NULL, NULL, type, bits);
    else if (curve != NULL)
        key = EVP_PKEY_Q_keygen(NULL, NULL, type, curve);
    else
        key = EVP_PKEY_Q_keygen(NULL, NULL, type);
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
    pem = strndup(bytes, (size_t)size);
    need(pem != NULL, "memory");
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
