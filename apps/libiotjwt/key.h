// SPDX-License-Identifier: Apache-2.0
/*
 * What is inside a key to verify with.
 */
#ifndef IOTJWT_KEY_H
#define IOTJWT_KEY_H

#include "algorithm.h"

struct iotjwt_key {
    const struct iotjwt_row *row;
    EVP_PKEY *pkey;
    OSSL_LIB_CTX *libctx;
    char *propquery;
    unsigned char digest[32]; /* SHA-256 of the bytes that it was read from */
};

#endif
