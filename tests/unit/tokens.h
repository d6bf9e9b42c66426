// SPDX-License-Identifier: Apache-2.0
/*
 * Tokens for tests, made with OpenSSL alone and nothing of libiotjwt's, so
 * that they may say what libiotjwt would never write.  A failure in here ends
 * the test: it is not what is being tested.
 */
#ifndef TESTS_UNIT_TOKENS_H
#define TESTS_UNIT_TOKENS_H

#include "libiotjwt/iotjwt.h"

#include <openssl/param_build.h>
#include <stddef.h>

/* A private key: "EC" with its curve and "ED25519" are new; "RSA" of 2048 bits
 * is that of RFC 7515 A.2; of other sizes, or "RSA-PSS", or with anything for a
 * curve, it is a random number of that many bits, which signs wrongly. */
EVP_PKEY *
tokens_key(const char *type, size_t bits, const char *curve);

/* A private key of its parts, which are freed. */
EVP_PKEY *
tokens_key_of(const char *type, OSSL_PARAM_BLD *build);

/* Its public half as PEM, to be freed. */
char *
tokens_public_pem(EVP_PKEY *key);

/* Its public half for libiotjwt. */
struct iotjwt_key *
tokens_public(EVP_PKEY *key, enum iotjwt_algorithm algorithm);

/* Bytes as base64url without padding, to be freed. */
char *
tokens_base64url(const void *bytes, size_t size);

/* The bytes of base64url without padding; how many. */
size_t
tokens_bytes(const char *text, unsigned char *bytes);

/* A token of these very texts, signed with SHA-256 by KEY in the form of a
 * JWS (or with an empty signature when there is no key), to be freed. */
char *
tokens_raw(EVP_PKEY *key, const char *header, const char *payload);

/* The same of two parts that are base64url, or what passes for it. */
char *
tokens_raw_parts(EVP_PKEY *key, const char *header, const char *payload);

/* Verifies against P1 at the time NOW with 600 s of skew and a day of life,
 * throws the claims away, and says what came out. */
enum iotjwt_code
tokens_verify(const char *token, const struct iotjwt_key *key, int64_t now,
              struct iotjwt_error *error);

#endif
