// SPDX-License-Identifier: Apache-2.0
/*
 * The token source: one token for four fifths of its life, then another; at a
 * clock set back, another; and the old one while no other can be made.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, LIFE = 1000 };

/* The token at the time NOW + AFTER, which must be valid then. */
static char *
get(struct iotjwt_source *source, const struct iotjwt_key *public,
    int64_t after, int64_t expires_after)
{
    struct iotjwt_error error;
    struct iotjwt_policy policy = { "p1", NOW + after, 0, LIFE };
    struct iotjwt_claims *claims = NULL;
    int64_t expires_at = 0;
    char *token = iotjwt_source_get(source, NOW + after, &expires_at, &error);

    if (!CHECK(token != NULL && error.code == IOTJWT_OK))
        return strdup("");
    claims = iotjwt_verify(token, strlen(token), public, &policy, &error);
    CHECK(claims != NULL);
    CHECK(expires_at == NOW + expires_after);
    CHECK(claims != NULL && claims->expires_at == expires_at);
    iotjwt_claims_free(&claims);
    return token;
}

static void
check_life(EVP_PKEY *key, const struct iotjwt_key *public)
{
    /* when, what it expires, and whether it is the one before */
    static const struct {
        int64_t after, expires_after;
        bool is_same;
    } rows[] = {
        { 0, 1000, false },     { 0, 1000, true },       { 799, 1000, true },
        { 800, 1800, false },   { 801, 1800, true },     { 1599, 1800, true },
        { 9000, 10000, false }, { 9799, 10000, true },   { 8999, 9999, false },
        { 9798, 9999, true },   { -5000, -4000, false }, { -4201, -4000, true },
    };
    struct iotjwt_source *source =
        iotjwt_source_new(key, "p1", LIFE, NULL, NULL, NULL);
    char *before = NULL;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *token = get(source, public, rows[i].after, rows[i].expires_after);

        if (!CHECK(before == NULL ||
                   (strcmp(before, token) == 0) == rows[i].is_same))
            fprintf(stderr, "  row %zu\n", i);
        iotjwt_free(&before);
        before = token;
    }
    iotjwt_free(&before);
    iotjwt_source_free(&source);
    CHECK(source == NULL);
}

/* The source has a reference of its own to the key, and a copy of the text. */
static void
check_ownership(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);
    char audience[] = "p1";
    char properties[] = "provider=default";
    struct iotjwt_source *source =
        iotjwt_source_new(key, audience, LIFE, NULL, properties, NULL);
    char *token = NULL;

    EVP_PKEY_free(key);
    memset(audience, 'x', sizeof audience - 1);
    memset(properties, 'x', sizeof properties - 1);
    token = get(source, public, 0, LIFE);
    iotjwt_free(&token);
    iotjwt_source_free(&source);
    iotjwt_key_free(&public);
}

/* A key whose provider is taken away cannot sign any more: that is as near to
 * a TPM that went away as one comes without one. */
static void
check_failure(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(libctx, "default");
    EVP_PKEY *key = EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");
    struct iotjwt_source *source =
        iotjwt_source_new(key, "p1", LIFE, libctx, NULL, NULL);
    struct iotjwt_error error;
    int64_t expires_at = 0;
    char *first = iotjwt_source_get(source, NOW, NULL, &error);
    char *token = NULL;

    CHECK(first != NULL && error.code == IOTJWT_OK);
    CHECK(OSSL_PROVIDER_unload(provider) == 1);
    token = iotjwt_source_get(source, NOW + 799, NULL, &error);
    CHECK(token != NULL && error.code == IOTJWT_OK);
    iotjwt_free(&token);
    /* time for another, which cannot be made: the old one, and why */
    token = iotjwt_source_get(source, NOW + 800, &expires_at, &error);
    CHECK(token != NULL && strcmp(token, first) == 0);
    CHECK(expires_at == NOW + LIFE);
    CHECK(error.code == IOTJWT_SIGNING_FAILED && error.text[0] != '\0');
    iotjwt_free(&token);
    token = iotjwt_source_get(source, NOW + 999, NULL, &error);
    CHECK(token != NULL && error.code == IOTJWT_SIGNING_FAILED);
    iotjwt_free(&token);
    /* the old one has expired, or is from the future */
    CHECK(iotjwt_source_get(source, NOW + 1000, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_SIGNING_FAILED);
    CHECK(iotjwt_source_get(source, NOW - 1, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_SIGNING_FAILED);
    /* it is asked again each time, and heals by itself */
    provider = OSSL_PROVIDER_load(libctx, "default");
    token = iotjwt_source_get(source, NOW + 1000, NULL, &error);
    CHECK(token != NULL && error.code == IOTJWT_OK);
    iotjwt_free(&token);
    iotjwt_free(&first);
    iotjwt_source_free(&source);
    EVP_PKEY_free(key);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(libctx);
}

static void
check_arguments(EVP_PKEY *key)
{
    static const struct {
        const char *audience;
        int64_t lifetime;
        bool is_accepted;
    } rows[] = {
        { "p1", 1, true },          { "p1", 0, false },
        { "p1", -1, false },        { "p1", IOTJWT_LATEST, true },
        { "p1", INT64_MAX, false }, { "", 60, false },
        { NULL, 60, false },
    };
    struct iotjwt_error error;
    struct iotjwt_source *source = NULL;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        source = iotjwt_source_new(key, rows[i].audience, rows[i].lifetime,
                                   NULL, NULL, &error);
        CHECK((source != NULL) == rows[i].is_accepted);
        CHECK(error.code ==
              (rows[i].is_accepted ? IOTJWT_OK : IOTJWT_BAD_ARGUMENT));
        iotjwt_source_free(&source);
    }
    CHECK(iotjwt_source_new(NULL, "p1", 60, NULL, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    CHECK(iotjwt_source_get(NULL, NOW, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    source = iotjwt_source_new(key, "p1", 60, NULL, NULL, NULL);
    CHECK(iotjwt_source_get(source, -1, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    CHECK(iotjwt_source_get(source, IOTJWT_LATEST, NULL, &error) == NULL);
    CHECK(error.code == IOTJWT_BAD_ARGUMENT);
    iotjwt_source_free(&source);
}

int
main(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);

    check_life(key, public);
    check_ownership();
    check_failure();
    check_arguments(key);
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    return check_end();
}
