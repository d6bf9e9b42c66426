// SPDX-License-Identifier: Apache-2.0
/*
 * What devices.c and registries.c ask of registries.c and certificates.c.
 */
#ifndef REGISTRY_REGISTRIES_H
#define REGISTRY_REGISTRIES_H

#include "registry.h"
#include "store/store.h"

/* The row of the registry of PATH.  False, logged, when there is none. */
CHECKED bool
registries_key(struct store *store, const struct names_path *path,
               int64_t *key);

/* Checks a CA certificate and adds it, within a write transaction. */
CHECKED bool
registries_insert_certificate(struct store *store, int64_t key,
                              const char *pem);

/* Its certificates, to be released with registries_free_certificates also
 * after a failure. */
CHECKED bool
registries_certificates(struct store *store, int64_t key,
                        char *certificates[REGISTRY_CERTIFICATES_MOST],
                        size_t *count);

void
registries_free_certificates(char *certificates[REGISTRY_CERTIFICATES_MOST]);

#endif
