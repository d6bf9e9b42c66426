// SPDX-License-Identifier: Apache-2.0
/*
 * What iotjwt_mint makes with each algorithm, iotjwt_verify accepts, and it
 * says what it was told to say; in any library context.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000 };

static const struct row {
    enum iotjwt_algorithm algorithm;
    const char *name;
    const char *header;
    const char *type;
    size_t bits;
    const char *curve;
    size_t signature; /* base64url characters */
} rows[] = {
    { IOTJWT_RS256, "RS256", "{\"alg\":\"RS256\",\"typ\":\"JWT\"}", "RSA", 2048,
      NULL, 342 },
    { IOTJWT_ES256, "ES256", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "EC", 0,
      "P-256", 86 },
};

static const struct iotjwt_claims plain = { .audience = "p1",
                                            .issued_at = NOW,
                                            .expires_at = NOW + 3600 };

static void
check_claims(const char *token, const struct iotjwt_key *key,
             const struct iotjwt_claims *expected)
{
    struct iotjwt_policy policy = {
        .audience = "p1", .now = NOW, .skew = 0, .longest = 86400
    };
    struct iotjwt_error error;
    struct iotjwt_claims *claims =
        iotjwt_verify(token, strlen(token), key, &policy, &error);

    if (!CHECK(claims != NULL)) {
        fprintf(stderr, "  %s\n", error.text);
        return;
    }
    CHECK(error.code == IOTJWT_OK && error.text[0] == '\0');
    CHECK(strcmp(claims->audience, expected->audience) == 0);
    CHECK(claims->issued_at == expected->issued_at);
    CHECK(claims->expires_at == expected->expires_at);
    CHECK(expected->subject == NULL
              ? claims->subject == NULL
              : strcmp(claims->subject, expected->subject) == 0);
    CHECK(expected->extra == NULL
              ? claims->extra == NULL
              : strcmp(claims->extra, expected->extra) == 0);
    iotjwt_claims_free(&claims);
    CHECK(claims == NULL);
}

static void
check_shown(const char *token, const struct row *row)
{
    struct iotjwt_unverified *shown =
        iotjwt_decode_unverified(token, strlen(token), NULL);

    if (!CHECK(shown != NULL))
        return;
    CHECK(strcmp(shown->header, row->header) == 0);
    CHECK(strcmp(shown->payload, "{\"aud\":\"p1\",\"iat\":1795287000,"
                                 "\"exp\":1795290600}") == 0);
    CHECK(strcmp(shown->algorithm, row->name) == 0);
    CHECK(shown->claims.issued_at == NOW);
    CHECK(shown->claims.expires_at == NOW + 3600);
    iotjwt_unverified_free(&shown);
    CHECK(shown == NULL);
}

static void
check_row(const struct row *row, OSSL_LIB_CTX *libctx)
{
    const struct iotjwt_claims rich = {
        .audience = "p1",
        .issued_at = NOW - 7,
        .expires_at = NOW + 1,
        .subject = "na\xc3\xafve",
        .extra = "{\"list\":[1,2,{}],\"z\":null}",
    };
    EVP_PKEY *key = tokens_key(row->type, row->bits, row->curve);
    char *pem = tokens_public_pem(key);
    struct iotjwt_error error;
    struct iotjwt_key *public =
        iotjwt_key_new(row->algorithm, pem, strlen(pem), libctx, NULL, &error);
    char *token = iotjwt_mint(key, &plain, NULL, NULL, &error);
    char *other = iotjwt_mint(key, &rich, NULL, NULL, &error);

    if (CHECK(public != NULL) && CHECK(token != NULL)) {
        CHECK(iotjwt_key_algorithm(public) == row->algorithm);
        CHECK(strlen(strrchr(token, '.') + 1) == row->signature);
        CHECK(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
              strlen(token));
        check_claims(token, public, &plain);
        check_shown(token, row);
    }
    if (CHECK(other != NULL))
        check_claims(other, public, &rich);
    iotjwt_free(&token);
    CHECK(token == NULL);
    iotjwt_free(&other);
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    free(pem);
}

static void
check_names(void)
{
    CHECK(strcmp(iotjwt_algorithm_name(IOTJWT_RS256), "RS256") == 0);
    CHECK(strcmp(iotjwt_algorithm_name(IOTJWT_ES256), "ES256") == 0);
    CHECK(iotjwt_algorithm_name((enum iotjwt_algorithm)0) == NULL);
    CHECK(iotjwt_algorithm_find("RS256") == IOTJWT_RS256);
    CHECK(iotjwt_algorithm_find("ES256") == IOTJWT_ES256);
    CHECK(iotjwt_algorithm_find("es256") == 0);
    CHECK(iotjwt_algorithm_find("HS256") == 0);
    CHECK(iotjwt_algorithm_find("none") == 0);
    CHECK(iotjwt_algorithm_find(NULL) == 0);
}

static void
check_fingerprint(void)
{
    char text[IOTJWT_FINGERPRINT_SIZE];

    CHECK(iotjwt_fingerprint("abc", 3, NULL, NULL, text));
    CHECK(strcmp(text, "ba7816bf8f01cfea") == 0); /* FIPS 180-2 B.1 */
    CHECK(!iotjwt_fingerprint("abc", 3, NULL, "provider=none", text));
    CHECK(text[0] == '\0');
}

/* What is freed may be nothing at all. */
static void
check_freeing_nothing(void)
{
    char *token = NULL;

    iotjwt_free(NULL);
    iotjwt_free(&token);
    iotjwt_key_free(NULL);
    iotjwt_claims_free(NULL);
    iotjwt_source_free(NULL);
    iotjwt_unverified_free(NULL);
    CHECK(token == NULL);
}

int
main(void)
{
    OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i], NULL);
        check_row(&rows[i], libctx);
    }
    check_names();
    check_fingerprint();
    check_freeing_nothing();
    OSSL_LIB_CTX_free(libctx);
    return check_end();
}
