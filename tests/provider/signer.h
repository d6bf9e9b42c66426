// SPDX-License-Identifier: Apache-2.0
/*
 * What the test programs of tests/provider share: a key by URI through whatever
 * providers are configured, and signatures that are checked without them.
 */
#ifndef PROVIDER_TEST_SIGNER_H
#define PROVIDER_TEST_SIGNER_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#define CHECKED __attribute__((warn_unused_result))

/* The private key at a URI, from a context (NULL: the default one); NULL, with
 * OpenSSL's errors printed, when there is none. */
EVP_PKEY *
signer_key_load(OSSL_LIB_CTX *libctx, const char *uri);

/* The same, of a key with a password. */
EVP_PKEY *
signer_key_load_by(OSSL_LIB_CTX *libctx, const char *uri, const char *password);

/* The same; `password` may be NULL, and why there is none stays in OpenSSL's
 * queue. */
EVP_PKEY *
signer_key_find(OSSL_LIB_CTX *libctx, const char *uri, const char *password);

struct signature {
    unsigned char bytes[1024];
    size_t size;
};

/* Signs something that depends on seed; errors stay in the queue. */
bool CHECKED
signer_make(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed,
            struct signature *signature);

/* Who verifies, with the public half of a key, in a context that knows only
 * `default`; may be shared by threads. */
struct judge *
judge_new(EVP_PKEY *key);

void
judge_free(struct judge **judge);

bool CHECKED
judge_accepts(const struct judge *judge, unsigned seed,
              const struct signature *signature);

/* So many signatures, which one judge finds good; the seeds count up. Prints
 * errors. */
bool CHECKED
signer_sign_many(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed, int times);

/* Signs and has it verified by a judge of its own. Prints errors. */
bool CHECKED
signer_sign(OSSL_LIB_CTX *libctx, EVP_PKEY *key, unsigned seed);

#endif
