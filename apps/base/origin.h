// SPDX-License-Identifier: Apache-2.0
/*
 * Where a key lives, and what its TPM says of it, as far as the provider that
 * holds it tells.  Whether that is good enough is the program's affair.
 */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include "checked.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The object attributes that decide something here: TPM 2.0 Part 2 §8.3.2. */
enum {
    ORIGIN_FIXED_TPM = 1 << 1,
    ORIGIN_FIXED_PARENT = 1 << 4,
    ORIGIN_MADE_THERE = 1 << 5, /* sensitiveDataOrigin */
    ORIGIN_NO_DA = 1 << 10,
    ORIGIN_BOUND = ORIGIN_FIXED_TPM | ORIGIN_FIXED_PARENT | ORIGIN_MADE_THERE,
};

/* One of them, or another. */
struct origin_attribute {
    uint32_t mask;
    const char *name;
};

/* The attributes that have a name here, by number from 0; NULL behind the
 * last. */
const struct origin_attribute *
origin_attribute(size_t index);

/* Does the provider tpm2 hold the key? */
CHECKED bool
origin_is_tpm(const EVP_PKEY *pkey);

/* The object attributes of a key in a TPM.  False, silently, for any other,
 * and when its provider does not tell. */
CHECKED bool
origin_attributes(const EVP_PKEY *pkey, uint32_t *attributes);

/* What such attributes say of where the key comes from, and whether there may
 * be copies of it; a constant. */
const char *
origin_words(uint32_t attributes);

/* What has to be met to use a key in a TPM, a line each, as its provider says
 * it; "" where it says nothing.  False where there is no room for it. */
CHECKED bool
origin_policy(const EVP_PKEY *pkey, char *text, size_t room);

/* The persistent handle of a key in a TPM.  False, silently, when it has
 * none. */
CHECKED bool
origin_handle(const EVP_PKEY *pkey, uint32_t *handle);

#endif
