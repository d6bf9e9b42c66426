// SPDX-License-Identifier: Apache-2.0
/*
 * Keys and certificates made by libcrypto for tests of who admits them.  A
 * failure in here ends the test.
 */
#ifndef TESTS_UNIT_CERTIFICATE_H
#define TESTS_UNIT_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>

struct wish {
    const char *subject;
    EVP_PKEY *key;
    const char *issuer;   /* NULL: itself */
    EVP_PKEY *issuer_key; /* NULL: itself */
    long start, end;      /* seconds from now; both 0: a day around now */
    bool is_ca;
    bool is_version_1;
    const EVP_MD *digest; /* NULL: SHA-256 */
};

/* PEM, for free(). */
char *
certificate_make(const struct wish *wish);
char *
certificate_bare_key(EVP_PKEY *key);
char *
certificate_private_key(EVP_PKEY *key);

/* The DER of a SubjectPublicKeyInfo, for free(). */
unsigned char *
certificate_spki(EVP_PKEY *key, size_t *length);

#endif
