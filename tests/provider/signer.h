// SPDX-License-Identifier: Apache-2.0
/*
 * What the test programs of tests/provider share: a key by URI through whatever
 * providers are configured, and signatures that are checked without them.
 */
#ifndef PROVIDER_TEST_SIGNER_H
#define PROVIDER_TEST_SIGNER_H

#include <openssl/evp.h>
#include <stdbool.h>

#define CHECKED __attribute__((warn_unused_result))

/* The private key at a URI, from a context (NULL: the default one); NULL, with
 * OpenSSL's errors printed, when there is none. */
EVP_PKEY *
signer_key_load(OSSL_LIB_CTX *libctx, const char *uri);

/* The same, of a key with a password. */
EVP_PKEY *
signer_key_load_by(OSSL_LIB_CTX *libctx, const char *uri, const char *password);

/* Signs something that depends on seed and verifies it with the public half
 * in a context that knows only `default`. Prints errors. */
bool CHECKED
signer_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed);

#endif
