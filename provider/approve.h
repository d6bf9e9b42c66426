/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed policies: one more boot state in which a key can be used that was
 * left to a signer (draft-bottomley-tpm2-keys §5).
 */
#ifndef PROVIDER_APPROVE_H
#define PROVIDER_APPROVE_H

#include "key.h"

/* What is approved of, and by whom. */
struct tpm_approval {
    struct tpm_bond bond; /* its PCRs; values that are not told are read */
    char *signer;         /* path of the signer's private key in PEM */
    char *name;           /* of the policy, for people; or NULL */
};

/* A copy of a key with one more signed policy in its file, before the others.
 * The TPM is asked only for PCRs whose values are not told. NULL with an error
 * raised when the key is not left to this signer. */
CHECKED struct tpm_key *
tpm_key_approve(struct provider *prov, const struct tpm_key *key,
                const struct tpm_approval *approval);

#endif
