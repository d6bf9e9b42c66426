// SPDX-License-Identifier: Apache-2.0
/*
 * Making a token: header, claims, signature (RFC 7515 section 5.1).  The key
 * may live anywhere; all that is asked of it is EVP_DigestSign.
 */
#include "algorithm.h"
#include "base64url.h"
#include "claims.h"
#include "error.h"
#include "signature.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

void
iotjwt_free(char **token)
{
    if (token == NULL || *token == NULL)
        return;
    OPENSSL_clear_free(*token, strlen(*token));
    *token = NULL;
}

/* Adds SIZE bytes in base64url, behind a dot unless they are the first, to the
 * text, which is *LENGTH long and has room for IOTJWT_TOKEN_MAX and a NUL. */
static bool
add(char *text, size_t *length, const void *bytes, size_t size,
    struct iotjwt_error *error)
{
    size_t dot = *length == 0 ? 0 : 1;

    if (dot + iotjwt_base64url_length(size) > IOTJWT_TOKEN_MAX - *length)
        return iotjwt_error_set(error, IOTJWT_TOO_LONG,
                                "the token would be longer than %d bytes",
                                IOTJWT_TOKEN_MAX);
    if (dot != 0)
        text[(*length)++] = '.';
    *length += iotjwt_base64url_encode(bytes, size, text + *length);
    text[*length] = '\0';
    return true;
}

static bool
add_header(char *text, size_t *length, const struct iotjwt_row *row,
           struct iotjwt_error *error)
{
    char header[64];
    int size = snprintf(header, sizeof header,
                        "{\"alg\":\"%s\",\"typ\":\"JWT\"}", row->name);

    return add(text, length, header, (size_t)size, error);
}

static bool
add_claims(char *text, size_t *length, const struct iotjwt_claims *claims,
           struct iotjwt_error *error)
{
    json_t *object = iotjwt_claims_write(claims, error);
    char *json = NULL;
    bool ok = false;

    if (object == NULL)
        goto out;
    json = iotjwt_json_text(object);
    if (json == NULL) {
        iotjwt_error_memory(error);
        goto out;
    }
    ok = add(text, length, json, strlen(json), error);
out:
    OPENSSL_free(json);
    json_decref(object);
    return ok;
}

/* Leaves OpenSSL's queue as it was, unless it tells why signing failed. */
static void
leave_queue(const struct iotjwt_error *error)
{
    if (error->code == IOTJWT_SIGNING_FAILED)
        ERR_clear_last_mark();
    else
        ERR_pop_to_mark();
}

char *
iotjwt_mint(EVP_PKEY *key, const struct iotjwt_claims *claims,
            OSSL_LIB_CTX *libctx, const char *propquery,
            struct iotjwt_error *error)
{
    struct iotjwt_error own;
    char text[IOTJWT_TOKEN_MAX + 1];
    unsigned char signature[IOTJWT_SIGNATURE_MAX];
    const struct iotjwt_row *row = NULL;
    char *token = NULL;
    size_t length = 0;
    size_t size = 0;

    error = error == NULL ? &own : error;
    iotjwt_error_clear(error);
    ERR_set_mark();
    if (key == NULL) {
        iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT, "a token needs a key");
        goto out;
    }
    row = iotjwt_row_for_key(key, error);
    if (row == NULL || !add_header(text, &length, row, error) ||
        !add_claims(text, &length, claims, error) ||
        !iotjwt_signature_make(row, key, libctx, propquery, text, length,
                               signature, &size, error) ||
        !add(text, &length, signature, size, error))
        goto out;
    token = OPENSSL_strdup(text);
    if (token == NULL)
        iotjwt_error_memory(error);
out:
    OPENSSL_cleanse(text, sizeof text);
    leave_queue(error);
    return token;
}
