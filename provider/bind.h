/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a key's use is bound to: a boot state, or whatever states a signer
 * approves of; from the words of a person to the policy of a key file
 * (draft-bottomley-tpm2-keys §4, §5).
 */
#ifndef PROVIDER_BIND_H
#define PROVIDER_BIND_H

#include "key.h"
#include "keyfile.h"
#include "tpm.h"

#include <openssl/types.h>

/* Reads "sha256:0,2,7", PCRs as the TPM has them, or "sha256:7=HEX,8=HEX",
 * which tells their values. 0 when it is neither; raises nothing. */
CHECKED int
bind_read_pcrs(const char *text, struct tpm_bond *bond);

/* Reads a public key in PEM from a file: RSA, or EC on a curve that TPMs know.
 * 0 with an error raised. */
CHECKED int
bind_read_signer(struct provider *prov, const char *path, TPM2B_PUBLIC *area);

/* Makes the policy of a new key, and sets what of its template follows from
 * it; nothing changes when it is bound to nothing. Clear the policy with
 * tpm_policy_clear(). */
CHECKED int
bind_new(struct tpm *tpm, const struct tpm_bond *bond, int has_password,
         struct tpm_policy *policy, TPMT_PUBLIC *template);

/* The PolicyPCR of a bond, in policy->steps[policy->count++]; `tpm` may be NULL
 * when the bond has values. */
CHECKED int
bind_add_pcrs(const struct provider *prov, struct tpm *tpm,
              const struct tpm_bond *bond, TPM2_ALG_ID hash,
              struct tpm_policy *policy);

/* A PolicyAuthorize, likewise; of sigAlg TPM2_ALG_NULL for one that is left to
 * signed policies. */
CHECKED int
bind_add_signer(const TPM2B_PUBLIC *signer, const TPM2B_NONCE *reference,
                const TPMT_SIGNATURE *signature, struct tpm_policy *policy);

/* Room for so many commands in an empty policy. */
CHECKED int
bind_make_room(struct tpm_policy *policy, size_t count);

/* The public area of a software key, as a signer's. */
CHECKED int
bind_signer_area(const EVP_PKEY *pkey, TPMT_PUBLIC *area);

#endif
