// SPDX-License-Identifier: Apache-2.0
/*
 * What cannot be minted: claims that make no sense, tokens too long, keys
 * that do not sign; each beside what can.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000 };

static const struct row {
    struct iotjwt_claims claims;
    enum iotjwt_code code;
} rows[] = {
    { { "p1", NOW, NOW + 60, NULL, NULL }, IOTJWT_OK },
    { { NULL, NOW, NOW + 60, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "", NOW, NOW + 60, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "\xff", NOW, NOW + 60, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "\xc3\xa9", NOW, NOW + 60, NULL, NULL }, IOTJWT_OK },
    { { "p1", NOW, NOW, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 1, NULL, NULL }, IOTJWT_OK },
    { { "p1", NOW, NOW - 1, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", -1, NOW, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", 0, NOW, NULL, NULL }, IOTJWT_OK },
    { { "p1", NOW, IOTJWT_LATEST, NULL, NULL }, IOTJWT_OK },
    { { "p1", NOW, IOTJWT_LATEST + 1, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, INT64_MAX, NULL, NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, "\xff", NULL }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, "", NULL }, IOTJWT_OK },
    { { "p1", NOW, NOW + 60, NULL, "{}" }, IOTJWT_OK },
    { { "p1", NOW, NOW + 60, NULL, "{\"a\":1,\"b\":[]}" }, IOTJWT_OK },
    { { "p1", NOW, NOW + 60, NULL, "" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "[]" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"a\":1" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"a\":1,\"a\":1}" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"aud\":1}" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"iat\":1}" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"exp\":1}" }, IOTJWT_BAD_ARGUMENT },
    { { "p1", NOW, NOW + 60, NULL, "{\"sub\":1}" }, IOTJWT_BAD_ARGUMENT },
};

static enum iotjwt_code
mint(EVP_PKEY *key, const struct iotjwt_claims *claims)
{
    struct iotjwt_error error;
    char *token = iotjwt_mint(key, claims, NULL, NULL, &error);

    CHECK((token != NULL) == (error.code == IOTJWT_OK));
    CHECK((token != NULL) == (error.text[0] == '\0'));
    CHECK(token == NULL || strlen(token) <= IOTJWT_TOKEN_MAX);
    iotjwt_free(&token);
    return error.code;
}

/* The longest audience that fits makes a token that is still looked at. */
static void
check_longest(EVP_PKEY *key)
{
    char audience[IOTJWT_TOKEN_MAX];
    struct iotjwt_claims claims = { audience, NOW, NOW + 60, NULL, NULL };
    struct iotjwt_policy policy = { audience, NOW, 0, 60 };
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);
    struct iotjwt_claims *verified = NULL;
    size_t length = 5900;
    char *token = NULL;
    char *longest = NULL;

    memset(audience, 'a', sizeof audience);
    for (;; length++) {
        audience[length] = '\0';
        token = iotjwt_mint(key, &claims, NULL, NULL, NULL);
        audience[length] = 'a';
        if (token == NULL)
            break;
        iotjwt_free(&longest);
        longest = token;
    }
    CHECK(longest != NULL && strlen(longest) > IOTJWT_TOKEN_MAX - 2);
    audience[length] = '\0';
    CHECK(mint(key, &claims) == IOTJWT_TOO_LONG);
    audience[length - 1] = '\0';
    verified = iotjwt_verify(longest, strlen(longest), public, &policy, NULL);
    CHECK(verified != NULL);
    audience[sizeof audience - 1] = '\0';
    memset(audience, 'a', sizeof audience - 1);
    CHECK(mint(key, &claims) == IOTJWT_TOO_LONG);
    iotjwt_claims_free(&verified);
    iotjwt_key_free(&public);
    iotjwt_free(&longest);
}

/* A public key cannot sign; why is left on OpenSSL's queue, for who asks. */
static void
check_public_key(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    const unsigned char *at = der;
    EVP_PKEY *public = d2i_PUBKEY(NULL, &at, size);

    CHECK(ERR_peek_error() == 0);
    CHECK(mint(public, &rows[0].claims) == IOTJWT_SIGNING_FAILED);
    CHECK(ERR_peek_error() != 0);
    ERR_clear_error();
    CHECK(mint(key, &rows[0].claims) == IOTJWT_OK);
    CHECK(ERR_peek_error() == 0);
    EVP_PKEY_free(public);
    OPENSSL_free(der);
}

int
main(void)
{
    EVP_PKEY *key = tokens_key("EC", 0, "P-256");
    struct iotjwt_error error;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK(mint(key, &rows[i].claims) == rows[i].code))
            fprintf(stderr, "  row %zu\n", i);
    CHECK(mint(NULL, &rows[0].claims) == IOTJWT_BAD_ARGUMENT);
    CHECK(mint(key, NULL) == IOTJWT_BAD_ARGUMENT);
    CHECK(iotjwt_mint(key, &rows[0].claims, NULL, "provider=none", &error) ==
          NULL);
    CHECK(error.code == IOTJWT_SIGNING_FAILED);
    ERR_clear_error();
    check_longest(key);
    check_public_key(key);
    EVP_PKEY_free(key);
    return check_end();
}
