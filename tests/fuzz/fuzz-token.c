// SPDX-License-Identifier: Apache-2.0
/*
 * Tokens: the bytes as a token, and as the claims of a token that is signed,
 * so that what comes behind the signature is reached too.  Whatever the bytes,
 * there is a result or a reason, and what is verified keeps to the policy.
 */
#include "algorithm.h"
#include "base64url.h"
#include "iotjwt.h"
#include "signature.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000 };

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static EVP_PKEY *pkey;
static struct iotjwt_key *public;

static void
insist(int is_so)
{
    if (!is_so)
        abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    unsigned char *der = NULL;
    int size;

    (void)argc;
    (void)argv;
    pkey = EVP_EC_gen("P-256");
    size = i2d_PUBKEY(pkey, &der);
    insist(size > 0);
    public = iotjwt_key_new(IOTJWT_ES256, der, (size_t)size, NULL, NULL, NULL);
    insist(public != NULL);
    OPENSSL_free(der);
    return 0;
}

/* No byte of TEXT is before the space or behind LAST. */
static bool
is_line(const char *text, char last)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > last)
            return false;
    return true;
}

static void
verify(const char *token, size_t size)
{
    static const struct iotjwt_policy policy = { "p1", NOW, 600, 86400 };
    struct iotjwt_error error;
    struct iotjwt_claims *claims =
        iotjwt_verify(token, size, public, &policy, &error);

    insist((claims != NULL) == (error.code == IOTJWT_OK));
    insist((claims != NULL) == (error.text[0] == '\0'));
    insist(is_line(error.text, '~'));
    if (claims != NULL)
        insist(strcmp(claims->audience, "p1") == 0 &&
               claims->issued_at <= NOW + 600 &&
               claims->expires_at >= NOW - 600 &&
               claims->expires_at >= claims->issued_at &&
               claims->expires_at - claims->issued_at <= 87000);
    iotjwt_claims_free(&claims);
}

static void
show(const char *token, size_t size)
{
    struct iotjwt_error error;
    struct iotjwt_unverified *shown =
        iotjwt_decode_unverified(token, size, &error);

    insist((shown != NULL) == (error.code == IOTJWT_OK));
    insist(is_line(error.text, '~'));
    if (shown != NULL)
        insist(is_line(shown->header, '\x7f') &&
               is_line(shown->payload, '\x7f'));
    iotjwt_unverified_free(&shown);
}

/* Signs PAYLOAD as the claims of a token and verifies that. */
static void
verify_claims(const uint8_t *payload, size_t size)
{
    static const char header[] = "eyJhbGciOiJFUzI1NiJ9.";
    const struct iotjwt_row *row = iotjwt_row_find(IOTJWT_ES256);
    unsigned char signature[IOTJWT_SIGNATURE_MAX];
    size_t signature_size = 0;
    size_t length = strlen(header);
    char *token = malloc(length + 2 * size + 128);

    insist(token != NULL);
    memcpy(token, header, length);
    length += iotjwt_base64url_encode(payload, size, token + length);
    insist(iotjwt_signature_make(row, pkey, NULL, NULL, token, length,
                                 signature, &signature_size, NULL));
    token[length++] = '.';
    length +=
        iotjwt_base64url_encode(signature, signature_size, token + length);
    verify(token, length);
    show(token, length);
    free(token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    verify((const char *)data, size);
    show((const char *)data, size);
    verify_claims(data, size);
    insist(ERR_peek_error() == 0);
    return 0;
}
