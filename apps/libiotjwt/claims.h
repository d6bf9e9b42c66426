// SPDX-License-Identifier: Apache-2.0
/*
 * Claims as a structure and as a JSON object, both ways.
 */
#ifndef IOTJWT_CLAIMS_H
#define IOTJWT_CLAIMS_H

#include "iotjwt.h"

#include <jansson.h>

/*
 * The JSON object of CLAIMS, to be released with json_decref.  NULL with
 * IOTJWT_BAD_ARGUMENT or IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED json_t *
iotjwt_claims_write(const struct iotjwt_claims *claims,
                    struct iotjwt_error *error);

/*
 * Fills in *CLAIMS with what PAYLOAD, an object, has of them: strings are
 * borrowed from it, extra is left NULL.  False with IOTJWT_CLAIM when aud,
 * iat or exp is missing or of a wrong type; what there is has then been
 * filled in, and -1 and NULL stand for the rest.
 */
bool
iotjwt_claims_read(const json_t *payload, struct iotjwt_claims *claims,
                   struct iotjwt_error *error);

/*
 * CLAIMS as read from PAYLOAD, with the other members of it as extra, for
 * iotjwt_claims_free.  Takes a reference of its own to PAYLOAD.  NULL with
 * IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED struct iotjwt_claims *
iotjwt_claims_new(const struct iotjwt_claims *claims, json_t *payload,
                  struct iotjwt_error *error);

/*
 * JSON on one line in ASCII, to be freed with OPENSSL_free.  NULL without
 * memory.
 */
IOTJWT_CHECKED char *
iotjwt_json_text(const json_t *value);

#endif
