// SPDX-License-Identifier: Apache-2.0
/*
 * The base64url of JWS (RFC 7515 section 2 and appendix C), with what real
 * devices send instead of it.
 */
#ifndef IOTJWT_BASE64URL_H
#define IOTJWT_BASE64URL_H

#include "iotjwt.h"

/* Characters for SIZE bytes, without padding or a NUL. */
size_t
iotjwt_base64url_length(size_t size);

/*
 * Writes SIZE bytes as base64url without padding or a NUL to TEXT, which has
 * room for iotjwt_base64url_length(size) characters, and returns their number.
 */
size_t
iotjwt_base64url_encode(const unsigned char *bytes, size_t size, char *text);

/*
 * Decodes LENGTH characters to BYTES, which has room for as many bytes, and
 * puts their number in *SIZE.  Either alphabet is read, with the padding or
 * without.  False for any other character, a wrong number of them, and bits
 * left over that are not zero (RFC 4648 section 3.5).
 */
IOTJWT_CHECKED bool
iotjwt_base64url_decode(const char *text, size_t length, unsigned char *bytes,
                        size_t *size);

#endif
