/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature is to be: scheme, hash, padding and salt, from OpenSSL's
 * parameters and the key's own restrictions to what the TPM is told. Sends
 * nothing and signs nothing.
 */
#ifndef PROVIDER_SCHEME_H
#define PROVIDER_SCHEME_H

#include "checked.h"
#include "convert.h"
#include "key.h"

#include <openssl/params.h>

struct scheme {
    TPM2_ALG_ID id;              /* RSASSA, RSAPSS or ECDSA */
    const struct tpm_hash *hash; /* NULL: not chosen yet */
    const struct tpm_hash *mask; /* of PSS; NULL: the same */
    int salt;                    /* of PSS: bytes, or RSA_PSS_SALTLEN_* */
};

/* Starts from what the key demands, or its type's default; fails for a key
 * that may not sign what we could give it. */
CHECKED int
scheme_init(struct scheme *scheme, const struct tpm_key *key);

/* Whether the key signs only what the TPM has hashed itself (Part 1 §25.2). */
int
scheme_is_restricted(const struct tpm_key *key);

/* Chooses the hash by OpenSSL's name; NULL chooses the key's own, else
 * SHA-256, unless one has been chosen before. */
CHECKED int
scheme_set_hash(struct scheme *scheme, const struct tpm_key *key,
                const char *name);

/* Takes and answers the parameters of a signature context. */
CHECKED int
scheme_set_params(struct scheme *scheme, const struct tpm_key *key,
                  const OSSL_PARAM params[]);
CHECKED int
scheme_get_params(const struct scheme *scheme, const struct tpm_key *key,
                  OSSL_PARAM params[]);

/* Whether a signature is asked for of bytes that are no digest of a named hash:
 * RSA with PKCS #1, as the default provider makes it then (RFC 8017 §9.2
 * without the DigestInfo). */
int
scheme_is_bare(const struct scheme *scheme, const struct tpm_key *key);

/* The salt that a PSS signature is to have, bytes; fails when there is no room
 * for it. Whoever did not say gets one as long as the digest. */
CHECKED int
scheme_salt(const struct scheme *scheme, const struct tpm_key *key, int *salt);

/* What the TPM is told, and the digest as it has to be for that: ECDSA cuts
 * or pads it to the width of the curve (SEC 1 §4.1.3 step 5). */
CHECKED int
scheme_resolve(const struct scheme *scheme, const struct tpm_key *key,
               const unsigned char *digest, size_t len, TPMT_SIG_SCHEME *out,
               TPM2B_DIGEST *tbs);

#endif
