// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures in the form that a JWS carries them.
 */
#ifndef IOTJWT_SIGNATURE_H
#define IOTJWT_SIGNATURE_H

#include "algorithm.h"

/* A signature of the largest key there is, in bytes. */
enum { IOTJWT_SIGNATURE_MAX = 1024 };

/*
 * Signs LENGTH bytes of TEXT with KEY, which fits ROW.  *SIZE bytes are put in
 * SIGNATURE.  False with IOTJWT_SIGNING_FAILED or IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED bool
iotjwt_signature_make(const struct iotjwt_row *row, EVP_PKEY *key,
                      OSSL_LIB_CTX *libctx, const char *propquery,
                      const char *text, size_t length,
                      unsigned char signature[IOTJWT_SIGNATURE_MAX],
                      size_t *size, struct iotjwt_error *error);

/*
 * Is SIGNATURE, SIZE bytes, one by KEY over LENGTH bytes of TEXT?  False with
 * IOTJWT_SIGNATURE or IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED bool
iotjwt_signature_check(const struct iotjwt_row *row, EVP_PKEY *key,
                       OSSL_LIB_CTX *libctx, const char *propquery,
                       const char *text, size_t length,
                       const unsigned char *signature, size_t size,
                       struct iotjwt_error *error);

#endif
