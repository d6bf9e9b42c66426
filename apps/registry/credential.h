// SPDX-License-Identifier: Apache-2.0
/*
 * Which public keys a registry takes: the rules of section 5.5, on PEM text
 * and a clock.  Knows no database.
 */
#ifndef REGISTRY_CREDENTIAL_H
#define REGISTRY_CREDENTIAL_H

#include "registry.h"

/* A credential that passed, as it is stored. */
struct credential_checked {
    char *pem;           /* the one object, without what stood around it */
    unsigned char *spki; /* SubjectPublicKeyInfo, DER */
    size_t spki_length;
};

/* What a format means. */
struct credential_format {
    enum registry_format format;
    enum registry_algorithm algorithm;
    bool is_certificate;
};

/* NULL for a number that is no format. */
const struct credential_format *
credential_format(int number);

/*
 * Checks a device's new credential against the COUNT certificates of its
 * registry, at the time NOW.  False, logged, with the rule that refused.
 * On true, *CHECKED_ONE is to be released with credential_checked_free.
 */
CHECKED bool
credential_check(const struct registry_credential *credential,
                 char *const *certificates, size_t count, int64_t now,
                 struct credential_checked *checked_one);

/* Checks a registry's new CA certificate; *CLEAN gets its PEM alone, for
 * free(). */
CHECKED bool
credential_check_authority(const char *pem, int64_t now, char **clean);

void
credential_checked_free(struct credential_checked *checked_one);

#endif
