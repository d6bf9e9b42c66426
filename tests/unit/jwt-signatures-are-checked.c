// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures: every bit counts, every length but one is wrong, another key's
 * is refused, a public key is never a secret, and r and s keep their zeros.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, TRIES = 4000 };

static const char payload[] =
    "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":1795290600}";

/* The head of TOKEN with other bytes for a signature, to be freed. */
static char *
with_signature(const char *token, const unsigned char *bytes, size_t size)
{
    size_t head = (size_t)(strrchr(token, '.') + 1 - token);
    char *text = tokens_base64url(bytes, size);
    char *other = malloc(head + strlen(text) + 1);

    memcpy(other, token, head);
    strcpy(other + head, text);
    free(text);
    return other;
}

static enum iotjwt_code
verify_with(const char *token, const unsigned char *bytes, size_t size,
            const struct iotjwt_key *key)
{
    struct iotjwt_error error;
    char *other = with_signature(token, bytes, size);
    enum iotjwt_code code = tokens_verify(other, key, NOW, &error);

    free(other);
    return code;
}

/* The bytes of the signature of TOKEN. */
static size_t
signature_of(const char *token, unsigned char bytes[1024])
{
    return tokens_bytes(strrchr(token, '.') + 1, bytes);
}

static void
check_bits(const char *token, const struct iotjwt_key *key)
{
    unsigned char bytes[1024] = { 0 };
    size_t size = signature_of(token, bytes);
    size_t accepted = 0;

    CHECK(verify_with(token, bytes, size, key) == IOTJWT_OK);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        accepted += verify_with(token, bytes, size, key) != IOTJWT_SIGNATURE;
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    CHECK(accepted == 0);
    CHECK(verify_with(token, bytes, size - 1, key) == IOTJWT_SIGNATURE);
    CHECK(verify_with(token, bytes, size + 1, key) == IOTJWT_SIGNATURE);
    CHECK(verify_with(token, bytes, size / 2, key) == IOTJWT_SIGNATURE);
    CHECK(verify_with(token, bytes, 0, key) == IOTJWT_SIGNATURE);
    CHECK(verify_with(token, bytes, 1024, key) == IOTJWT_SIGNATURE);
    memset(bytes, 0, size);
    CHECK(verify_with(token, bytes, size, key) == IOTJWT_SIGNATURE);
    memset(bytes, 0xFF, size);
    CHECK(verify_with(token, bytes, size, key) == IOTJWT_SIGNATURE);
}

/* Every character of what was signed counts too. */
static void
check_text(const char *token, const struct iotjwt_key *key)
{
    struct iotjwt_error error;
    char *other = strdup(token);
    size_t length = (size_t)(strrchr(token, '.') - token);

    CHECK(tokens_verify(other, key, NOW, &error) == IOTJWT_OK);
    for (size_t i = 0; i < length; i++) {
        other[i] = token[i] == 'A' ? 'B' : 'A';
        CHECK(tokens_verify(other, key, NOW, &error) != IOTJWT_OK);
        other[i] = token[i];
    }
    free(other);
}

static void
check_other_key(const char *token, const struct iotjwt_key *right,
                const struct iotjwt_key *wrong)
{
    struct iotjwt_error error;

    CHECK(tokens_verify(token, wrong, NOW, &error) == IOTJWT_SIGNATURE);
    CHECK(tokens_verify(token, right, NOW, &error) == IOTJWT_OK);
}

static void
check_kind(EVP_PKEY *key, EVP_PKEY *other, enum iotjwt_algorithm algorithm,
           const char *header)
{
    struct iotjwt_key *right = tokens_public(key, algorithm);
    struct iotjwt_key *wrong = tokens_public(other, algorithm);
    char *token = tokens_raw(key, header, payload);

    check_bits(token, right);
    check_text(token, right);
    check_other_key(token, right, wrong);
    free(token);
    iotjwt_key_free(&right);
    iotjwt_key_free(&wrong);
}

/* The classic: HS256 with the public key's own bytes as the secret, under
 * either name. */
static void
check_confusion(EVP_PKEY *key, enum iotjwt_algorithm algorithm,
                const char *header, enum iotjwt_code code)
{
    struct iotjwt_key *public = tokens_public(key, algorithm);
    char *pem = tokens_public_pem(key);
    char *token = tokens_raw(NULL, header, payload);
    size_t length = strlen(token) - 1;
    unsigned char mac[32];
    unsigned size = sizeof mac;

    HMAC(EVP_sha256(), pem, (int)strlen(pem), (unsigned char *)token, length,
         mac, &size);
    CHECK(verify_with(token, mac, size, public) == code);
    free(token);
    free(pem);
    iotjwt_key_free(&public);
}

/* DER is what OpenSSL makes and a JWS must not have (RFC 7518 §3.4). */
static void
check_der(EVP_PKEY *key)
{
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);
    char *token = tokens_raw(NULL, "{\"alg\":\"ES256\"}", payload);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[80];
    size_t size = sizeof der;

    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key);
    CHECK(EVP_DigestSign(context, der, &size, (unsigned char *)token,
                         strlen(token) - 1) == 1);
    CHECK(verify_with(token, der, size, public) == IOTJWT_SIGNATURE);
    EVP_MD_CTX_free(context);
    free(token);
    iotjwt_key_free(&public);
}

/* One r in 256 begins with a zero byte, and so does one s; it stays there. */
static void
check_leading_zeros(EVP_PKEY *key)
{
    struct iotjwt_claims claims = { .audience = "p1",
                                    .issued_at = NOW,
                                    .expires_at = NOW + 60 };
    struct iotjwt_key *public = tokens_public(key, IOTJWT_ES256);
    struct iotjwt_error error;
    unsigned char bytes[1024];
    bool short_r = false;
    bool short_s = false;
    int tries = 0;

    for (; tries < TRIES && !(short_r && short_s); tries++) {
        char *token = iotjwt_mint(key, &claims, NULL, NULL, NULL);

        if (!CHECK(token != NULL) || !CHECK(signature_of(token, bytes) == 64))
            break;
        if (bytes[0] == 0 || bytes[32] == 0)
            CHECK(tokens_verify(token, public, NOW, &error) == IOTJWT_OK);
        short_r = short_r || bytes[0] == 0;
        short_s = short_s || bytes[32] == 0;
        iotjwt_free(&token);
    }
    CHECK(short_r && short_s);
    iotjwt_key_free(&public);
}

int
main(void)
{
    EVP_PKEY *rsa = tokens_key("RSA", 2048, NULL);
    EVP_PKEY *other_rsa = tokens_key("RSA", 2048, "random");
    EVP_PKEY *ec = tokens_key("EC", 0, "P-256");
    EVP_PKEY *other_ec = tokens_key("EC", 0, "P-256");

    check_kind(rsa, other_rsa, IOTJWT_RS256, "{\"alg\":\"RS256\"}");
    check_kind(ec, other_ec, IOTJWT_ES256, "{\"alg\":\"ES256\"}");
    check_confusion(rsa, IOTJWT_RS256, "{\"alg\":\"HS256\"}", IOTJWT_ALGORITHM);
    check_confusion(rsa, IOTJWT_RS256, "{\"alg\":\"RS256\"}", IOTJWT_SIGNATURE);
    check_confusion(ec, IOTJWT_ES256, "{\"alg\":\"HS256\"}", IOTJWT_ALGORITHM);
    check_confusion(ec, IOTJWT_ES256, "{\"alg\":\"ES256\"}", IOTJWT_SIGNATURE);
    check_der(ec);
    check_leading_zeros(ec);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(other_rsa);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(other_ec);
    return check_end();
}
