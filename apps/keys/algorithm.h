// SPDX-License-Identifier: Apache-2.0
/*
 * The kinds of keys that iot-key makes, by the names that it has for them.
 */
#ifndef KEYS_ALGORITHM_H
#define KEYS_ALGORITHM_H

#include "base/checked.h"

#include <openssl/types.h>

/* What OpenSSL must be told to make such a key. */
struct algorithm {
    const char *name;
    const char *type;
    unsigned int bits; /* of an RSA key */
    const char *group; /* of an EC key */
};

/* A constant; NULL, logged, when there is none of that name. */
CHECKED const struct algorithm *
algorithm_find(const char *name);

/* "rsa2048", or whatever else the key is, in OpenSSL's words. */
const char *
algorithm_name(const EVP_PKEY *pkey);

#endif
