// SPDX-License-Identifier: Apache-2.0
/*
 * The compact serialization: a token cut into its three parts and read.
 */
#ifndef IOTJWT_TOKEN_H
#define IOTJWT_TOKEN_H

#include "iotjwt.h"

#include <jansson.h>

/* Bytes of some part of a token, borrowed from it, still in base64url. */
struct iotjwt_part {
    const char *name, *verb; /* for sentences: "claims", "are" */
    const char *text;
    size_t length;
};

struct iotjwt_token {
    struct iotjwt_part header, payload, signature;
    const char *signed_text; /* header and payload as received */
    size_t signed_length;
};

/*
 * Cuts LENGTH bytes of TEXT, which are borrowed, at its two dots.  False with
 * IOTJWT_TOO_LONG or IOTJWT_MALFORMED.
 */
IOTJWT_CHECKED bool
iotjwt_token_cut(const char *text, size_t length, struct iotjwt_token *token,
                 struct iotjwt_error *error);

/*
 * Decodes a part to *SIZE bytes of BYTES.  False with IOTJWT_MALFORMED.
 */
IOTJWT_CHECKED bool
iotjwt_token_bytes(const struct iotjwt_part *part,
                   unsigned char bytes[IOTJWT_TOKEN_MAX], size_t *size,
                   struct iotjwt_error *error);

/*
 * Reads a part as a JSON object with no member twice, to be released with
 * json_decref.  NULL with IOTJWT_MALFORMED.
 */
IOTJWT_CHECKED json_t *
iotjwt_token_object(const struct iotjwt_part *part, struct iotjwt_error *error);

#endif
