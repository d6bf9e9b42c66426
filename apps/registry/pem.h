// SPDX-License-Identifier: Apache-2.0
/*
 * One PEM object out of untrusted text: a certificate or a public key, and
 * nothing else.  What may be admitted is credential.c's.
 */
#ifndef REGISTRY_PEM_H
#define REGISTRY_PEM_H

#include "base/checked.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* One of the three is there, and its DER as it was read. */
struct pem_object {
    X509 *certificate;
    EVP_PKEY *key;
    bool is_p256; /* a point of P-256, written as nearly all are: no KEY */
    unsigned char *der;
    long length;
};

/*
 * Reads TEXT, at most REGISTRY_PEM_MOST bytes: whatever prose, one object,
 * white space (RFC 7468 section 2).  False, logged: no object, several, a
 * private key, something else, rubbish inside.
 */
CHECKED bool
pem_read(const char *text, struct pem_object *object);

void
pem_object_free(struct pem_object *object);

/* The object as PEM, for free(); NULL, logged, when memory is short. */
CHECKED char *
pem_write(const struct pem_object *object);

#endif
