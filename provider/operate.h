/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TPM key does, one function an operation: it is loaded, does the one
 * thing, and nothing stays in the TPM. All fail before they send anything
 * when the key has a password that nobody gave: a guess would count towards
 * the TPM's lockout. All try the whole once more when the TPM was reset.
 */
#ifndef PROVIDER_OPERATE_H
#define PROVIDER_OPERATE_H

#include "key.h"

/* Signs a digest that was made on the host. With `lacks`, a TPM that does not
 * have the scheme or its hash is no error: 0, *lacks set, nothing raised. */
CHECKED int
tpm_key_sign(struct tpm_key *key, const TPM2B_DIGEST *digest,
             const TPMT_SIG_SCHEME *scheme, TPMT_SIGNATURE *signature,
             int *lacks);

/* Hashes the data in the TPM and signs it there, as restricted keys want it;
 * the digest comes back too. */
CHECKED int
tpm_key_sign_data(struct tpm_key *key, const unsigned char *data, size_t len,
                  const TPMT_SIG_SCHEME *scheme, TPM2B_DIGEST *digest,
                  TPMT_SIGNATURE *signature);

/* The bare private operation of RSA on a block that the host has padded. */
CHECKED int
tpm_key_apply(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *block,
              TPM2B_PUBLIC_KEY_RSA *result);

/* Decrypts with RSA; the message is the caller's to wipe. 0 and *is_wrong,
 * with nothing raised, when it was not encrypted like that for this key. */
CHECKED int
tpm_key_decrypt(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *cipher,
                const TPMT_RSA_DECRYPT *scheme, const TPM2B_DATA *label,
                TPM2B_PUBLIC_KEY_RSA *message, int *is_wrong);

/* Comes to the same point as the peer does with our public point; the secret
 * is the caller's to wipe. */
CHECKED int
tpm_key_agree(struct tpm_key *key, const TPM2B_ECC_POINT *peer,
              TPM2B_ECC_POINT *secret);

#endif
