// SPDX-License-Identifier: Apache-2.0
/*
 * The first look at a token: bounded, cut, decoded, in this order.  What the
 * parts mean is not known here.  RFC 7515 sections 3.1, 5.2 and 7.1.
 */
#include "token.h"

#include "base64url.h"
#include "error.h"

#include <string.h>

bool
iotjwt_token_cut(const char *text, size_t length, struct iotjwt_token *token,
                 struct iotjwt_error *error)
{
    const char *end = text + length;
    const char *first = NULL;
    const char *second = NULL;

    if (length > IOTJWT_TOKEN_MAX)
        return iotjwt_error_set(error, IOTJWT_TOO_LONG,
                                "a token of %zu bytes is longer than %d",
                                length, IOTJWT_TOKEN_MAX);
    first = memchr(text, '.', length);
    if (first != NULL)
        second = memchr(first + 1, '.', (size_t)(end - first - 1));
    if (second == NULL)
        return iotjwt_error_set(error, IOTJWT_MALFORMED,
                                "not a token: no three parts with dots "
                                "between");
    *token = (struct iotjwt_token){
        .header = { "header", "is", text, (size_t)(first - text) },
        .payload = { "claims", "are", first + 1, (size_t)(second - first - 1) },
        .signature = { "signature", "is", second + 1,
                       (size_t)(end - second - 1) },
        .signed_text = text,
        .signed_length = (size_t)(second - text),
    };
    return true;
}

bool
iotjwt_token_bytes(const struct iotjwt_part *part,
                   unsigned char bytes[IOTJWT_TOKEN_MAX], size_t *size,
                   struct iotjwt_error *error)
{
    if (iotjwt_base64url_decode(part->text, part->length, bytes, size))
        return true;
    return iotjwt_error_set(error, IOTJWT_MALFORMED, "its %s %s not base64url",
                            part->name, part->verb);
}

json_t *
iotjwt_token_object(const struct iotjwt_part *part, struct iotjwt_error *error)
{
    unsigned char bytes[IOTJWT_TOKEN_MAX];
    size_t size = 0;
    json_error_t reason;
    json_t *object = NULL;

    if (!iotjwt_token_bytes(part, bytes, &size, error))
        return NULL;
    object =
        json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &reason);
    if (object == NULL)
        iotjwt_error_set(error, IOTJWT_MALFORMED, "its %s %s not JSON: %.80s",
                         part->name, part->verb, reason.text);
    else if (!json_is_object(object)) {
        iotjwt_error_set(error, IOTJWT_MALFORMED, "its %s %s no JSON object",
                         part->name, part->verb);
        json_decref(object);
        object = NULL;
    }
    return object;
}
