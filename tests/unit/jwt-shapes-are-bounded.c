// SPDX-License-Identifier: Apache-2.0
/*
 * Tokens as bytes: dots, lengths, alphabets, padding.  What devices really
 * send is read (cloud-iot-core reference, section 1.7), and nothing is looked
 * at beyond its length.
 */
#include "check.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, MEGABYTE = 1000000 };

#define H "{\"alg\":\"ES256\"}"
#define P "{\"aud\":\"p1\",\"iat\":1795287000,\"exp\":1795290600}"

static EVP_PKEY *key;
static struct iotjwt_key *public;

static enum iotjwt_code
verify(const char *token)
{
    struct iotjwt_error error;

    return tokens_verify(token, public, NOW, &error);
}

/* Verifies LENGTH bytes that end where their memory ends. */
static enum iotjwt_code
verify_bytes(const char *bytes, size_t length)
{
    struct iotjwt_policy policy = { "p1", NOW, 600, 86400 };
    struct iotjwt_error error;
    char *copy = malloc(length + (length == 0));
    struct iotjwt_claims *claims = NULL;

    memcpy(copy, bytes, length);
    claims = iotjwt_verify(copy, length, public, &policy, &error);
    iotjwt_claims_free(&claims);
    free(copy);
    return error.code;
}

static void
check_cuts(void)
{
    char *token = tokens_raw(key, H, P);
    size_t length = strlen(token);

    CHECK(verify_bytes(token, length) == IOTJWT_OK);
    for (size_t i = 0; i < length; i++)
        CHECK(verify_bytes(token, i) != IOTJWT_OK);
    for (size_t i = 0; i < length; i++)
        CHECK(verify_bytes(token + i + 1, length - i - 1) != IOTJWT_OK);
    free(token);
}

static void
check_dots(void)
{
    static const char *const shapes[] = {
        "", ".", "..", "...", "a", "a.b", "a.b.c.d", "....", "a..b", ".a.b",
    };
    char *token = tokens_raw(key, H, P);
    char five[1024];

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        CHECK(verify(shapes[i]) == IOTJWT_MALFORMED);
    CHECK(verify(token) == IOTJWT_OK);
    snprintf(five, sizeof five, "%s.x", token);
    CHECK(verify(five) == IOTJWT_MALFORMED);
    snprintf(five, sizeof five, "%s.", token);
    CHECK(verify(five) == IOTJWT_MALFORMED);
    snprintf(five, sizeof five, ".%s", token);
    CHECK(verify(five) == IOTJWT_MALFORMED);
    free(token);
}

/* White space, NUL and the like are in neither alphabet. */
static void
check_characters(void)
{
    static const char wrong[] = "\0 \t\r\n=!~\"\\,:;@[`{\x7f\x80\xff";
    char *token = tokens_raw(key, H, P);
    size_t length = strlen(token);

    for (size_t i = 0; i < sizeof wrong - 1; i++)
        for (size_t at = 0; at < length; at += 7) {
            char kept = token[at];

            token[at] = wrong[i];
            CHECK(verify_bytes(token, length) != IOTJWT_OK);
            token[at] = kept;
        }
    CHECK(verify_bytes(token, length) == IOTJWT_OK);
    free(token);
}

/* Claims with SIZE bytes of "x" in them. */
static char *
payload_with(size_t size)
{
    char *payload = malloc(size + 128);
    int head = sprintf(payload, "%.*s,\"x\":\"", (int)strlen(P) - 1, P);

    memset(payload + head, 'x', size);
    strcpy(payload + head + size, "\"}");
    return payload;
}

/* A token of exactly LENGTH characters, if there is one. */
static char *
token_of(size_t length)
{
    for (size_t size = length / 2; size < length; size++) {
        char *payload = payload_with(size);
        char *token = tokens_raw(NULL, H, payload);
        size_t unsigned_length = strlen(token);

        free(token);
        if (unsigned_length + 86 == length) {
            token = tokens_raw(key, H, payload);
            free(payload);
            return token;
        }
        free(payload);
    }
    return NULL;
}

static void
check_lengths(void)
{
    char *longest = token_of(IOTJWT_TOKEN_MAX);
    char *longer = token_of(IOTJWT_TOKEN_MAX + 1);
    char *huge = malloc(MEGABYTE + 1);

    if (longer == NULL)
        longer = token_of(IOTJWT_TOKEN_MAX + 2);
    CHECK(longest != NULL && verify(longest) == IOTJWT_OK);
    CHECK(longer != NULL && verify(longer) == IOTJWT_TOO_LONG);
    memset(huge, 'A', MEGABYTE);
    huge[MEGABYTE] = '\0';
    CHECK(verify(huge) == IOTJWT_TOO_LONG);
    huge[10] = huge[1000] = '.';
    CHECK(verify(huge) == IOTJWT_TOO_LONG);
    CHECK(iotjwt_decode_unverified(huge, MEGABYTE, NULL) == NULL);
    huge[IOTJWT_TOKEN_MAX] = '\0';
    CHECK(verify(huge) == IOTJWT_MALFORMED);
    free(longest);
    free(longer);
    free(huge);
}

/* 8 kB of brackets are no way to the end of the stack. */
static void
check_depth(void)
{
    char payload[6000];
    char *token = NULL;

    memset(payload, '[', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    token = tokens_raw(key, H, payload);
    CHECK(verify(token) == IOTJWT_MALFORMED);
    free(token);
}

/* TEXT with padding as base64 demands it, to be freed. */
static char *
pad(const char *text)
{
    char *padded = malloc(strlen(text) + 4);

    strcpy(padded, text);
    while (strlen(padded) % 4 != 0)
        strcat(padded, "=");
    return padded;
}

/* Padding in one, two or all parts, as Google's Embedded-C SDK sends it; it is
 * among the bytes that are signed. */
static void
check_padding(void)
{
    static const char *const payloads[] = {
        P,
        P " ",
        P "  ",
    };

    for (size_t i = 0; i < 3; i++) {
        char *header = tokens_base64url(H, strlen(H));
        char *payload = tokens_base64url(payloads[i], strlen(payloads[i]));
        char *padded = pad(payload);
        char *token = tokens_raw_parts(key, header, padded);
        char *all = pad(strrchr(token, '.') + 1);
        char both[1024];

        CHECK(verify(token) == IOTJWT_OK);
        memcpy(both, token, strlen(token));
        strcpy(both + (strrchr(token, '.') + 1 - token), all);
        CHECK(strlen(both) == strlen(token) + 2);
        CHECK(verify(both) == IOTJWT_OK);
        both[strlen(both) - 1] = '\0';
        CHECK(verify(both) == IOTJWT_MALFORMED);
        snprintf(both, sizeof both, "%s====", token);
        CHECK(verify(both) == IOTJWT_MALFORMED);
        free(header);
        free(payload);
        free(padded);
        free(token);
        free(all);
    }
}

/* + and / for - and _, as old Arduino code sends them. */
static void
check_standard_alphabet(void)
{
    char *header = tokens_base64url(H, strlen(H));
    static const char text[] = "{\"aud\":\"p1\",\"iat\":1795287000,"
                               "\"exp\":1795290600,"
                               "\"x\":\"~?>~?>~~~>>>~?>?>?>\"}";
    char *payload = NULL;
    char *token = NULL;
    int changed = 0;

    payload = tokens_base64url(text, strlen(text));
    for (char *c = payload; *c != '\0'; c++) {
        changed += *c == '-' || *c == '_';
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    }
    CHECK(changed > 0);
    token = tokens_raw_parts(key, header, payload);
    CHECK(verify(token) == IOTJWT_OK);
    for (char *c = strrchr(token, '.'); *c != '\0'; c++)
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    CHECK(verify(token) == IOTJWT_OK);
    free(token);
    free(header);
    free(payload);
}

/* Bits left over must be zero: a token has one form for each alphabet. */
static void
check_left_over_bits(void)
{
    char *token = tokens_raw(key, H, P);
    char *last = token + strlen(token) - 1;
    char kept = *last;
    int accepted = 0;

    for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                         "0123456789-_";
         *c != '\0'; c++) {
        *last = *c;
        accepted += verify(token) == IOTJWT_OK;
    }
    CHECK(accepted == 1);
    *last = kept;
    CHECK(verify(token) == IOTJWT_OK);
    free(token);
}

int
main(void)
{
    key = tokens_key("EC", 0, "P-256");
    public = tokens_public(key, IOTJWT_ES256);
    check_cuts();
    check_dots();
    check_characters();
    check_lengths();
    check_depth();
    check_padding();
    check_standard_alphabet();
    check_left_over_bits();
    iotjwt_key_free(&public);
    EVP_PKEY_free(key);
    return check_end();
}
