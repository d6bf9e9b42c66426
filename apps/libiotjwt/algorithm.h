// SPDX-License-Identifier: Apache-2.0
/*
 * The algorithms, a row each, and which of them a key is for.
 */
#ifndef IOTJWT_ALGORITHM_H
#define IOTJWT_ALGORITHM_H

#include "iotjwt.h"

struct iotjwt_row {
    enum iotjwt_algorithm algorithm;
    const char *name;   /* RFC 7518 section 3.1 */
    const char *type;   /* the key's type, as OpenSSL calls it */
    const char *group;  /* the curve's name, or NULL when it is not one */
    const char *digest; /* likewise */
    int bits_least, bits_most;
    size_t coordinate; /* bytes of r and of s in a signature that has them */
};

/* The row of an algorithm, a constant; NULL when there is none. */
const struct iotjwt_row *
iotjwt_row_find(enum iotjwt_algorithm algorithm);

/* The row that KEY signs with.  NULL with IOTJWT_KEY_UNSUPPORTED. */
IOTJWT_CHECKED const struct iotjwt_row *
iotjwt_row_for_key(const EVP_PKEY *key, struct iotjwt_error *error);

/* Is KEY one for ROW?  False with IOTJWT_KEY_UNSUPPORTED. */
IOTJWT_CHECKED bool
iotjwt_row_fits(const struct iotjwt_row *row, const EVP_PKEY *key,
                struct iotjwt_error *error);

#endif
