/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification with the public half of a TPM key: by the default provider, in
 * our own library context. The TPM never hears of it (DESIGN.md, rule 7).
 */
#ifndef PROVIDER_VERIFY_H
#define PROVIDER_VERIFY_H

#include "checked.h"
#include "key.h"

#include <openssl/params.h>

struct verify;

/* NULL when there is no memory. */
CHECKED struct verify *
verify_new(const struct tpm_key *key);

/* One that goes on from the same state; NULL when there is no memory. */
CHECKED struct verify *
verify_dup(const struct verify *verify);

void
verify_free(struct verify **verify);

/* Begins with a digest to be given, or with data to be hashed by `hash`, NULL
 * for the key's own. */
CHECKED int
verify_begin(struct verify *verify, const OSSL_PARAM params[]);
CHECKED int
verify_begin_data(struct verify *verify, const char *hash,
                  const OSSL_PARAM params[]);

CHECKED int
verify_update(struct verify *verify, const unsigned char *data, size_t len);

/* 1 when the signature is good, of the data so far or of the digest. */
CHECKED int
verify_data(struct verify *verify, const unsigned char *sig, size_t len);
CHECKED int
verify_digest(struct verify *verify, const unsigned char *sig, size_t len,
              const unsigned char *digest, size_t digest_len);

CHECKED int
verify_set_params(struct verify *verify, const OSSL_PARAM params[]);
CHECKED int
verify_get_params(struct verify *verify, OSSL_PARAM params[]);

#endif
