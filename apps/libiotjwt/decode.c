// SPDX-License-Identifier: Apache-2.0
/*
 * Looking at a token without believing it: its parts as JSON, and its name
 * for a log.  Nothing here takes a key.
 */
#include "claims.h"
#include "error.h"
#include "token.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/* What the caller sees, with what its strings point into. */
struct shown {
    struct iotjwt_unverified unverified;
    json_t *header, *payload;
    char *header_text, *payload_text;
};

/* Reads both parts into SHOWN, which frees them whether this fails or not. */
static bool
read_parts(const struct iotjwt_token *cut, struct shown *shown,
           struct iotjwt_error *error)
{
    struct iotjwt_unverified *unverified = &shown->unverified;

    shown->header = iotjwt_token_object(&cut->header, error);
    if (shown->header == NULL)
        return false;
    shown->payload = iotjwt_token_object(&cut->payload, error);
    if (shown->payload == NULL)
        return false;
    shown->header_text = iotjwt_json_text(shown->header);
    shown->payload_text = iotjwt_json_text(shown->payload);
    if (shown->header_text == NULL || shown->payload_text == NULL)
        return iotjwt_error_memory(error);
    unverified->header = shown->header_text;
    unverified->payload = shown->payload_text;
    unverified->algorithm =
        json_string_value(json_object_get(shown->header, "alg"));
    return true;
}

struct iotjwt_unverified *
iotjwt_decode_unverified(const char *token, size_t length,
                         struct iotjwt_error *error)
{
    struct shown *shown = OPENSSL_zalloc(sizeof *shown);
    struct iotjwt_unverified *unverified = NULL;
    struct iotjwt_token cut;

    iotjwt_error_clear(error);
    if (shown == NULL) {
        iotjwt_error_memory(error);
        return NULL;
    }
    unverified = &shown->unverified;
    if (token == NULL) {
        iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT, "a token is needed");
        iotjwt_unverified_free(&unverified);
    } else if (!iotjwt_token_cut(token, length, &cut, error) ||
               !read_parts(&cut, shown, error))
        iotjwt_unverified_free(&unverified);
    else
        /* what is missing or wrong is shown as such, and no reason to stop */
        iotjwt_claims_read(shown->payload, &unverified->claims, NULL);
    return unverified;
}

void
iotjwt_unverified_free(struct iotjwt_unverified **unverified)
{
    struct shown *shown = NULL;

    if (unverified == NULL || *unverified == NULL)
        return;
    shown = (struct shown *)*unverified;
    json_decref(shown->header);
    json_decref(shown->payload);
    OPENSSL_free(shown->header_text);
    OPENSSL_free(shown->payload_text);
    OPENSSL_free(shown);
    *unverified = NULL;
}

bool
iotjwt_fingerprint(const char *token, size_t length, OSSL_LIB_CTX *libctx,
                   const char *propquery, char text[IOTJWT_FINGERPRINT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    bool ok = false;

    text[0] = '\0';
    ERR_set_mark();
    ok = token != NULL &&
         EVP_Q_digest(libctx, "SHA256", propquery, token, length, digest, NULL);
    ERR_pop_to_mark();
    if (!ok)
        return false;
    for (size_t i = 0; i < IOTJWT_FINGERPRINT_SIZE / 2; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[IOTJWT_FINGERPRINT_SIZE - 1] = '\0';
    return true;
}
