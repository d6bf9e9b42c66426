/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that prove a policy, one function each, as tpm.h has the
 * others. Which of them, in what order, is prove.c's (TPM 2.0 Part 3 §23).
 */
#ifndef PROVIDER_TPM_POLICY_H
#define PROVIDER_TPM_POLICY_H

#include "policy.h"
#include "tpm.h"

/* Part 3 §23.7. `unmet` is the sentence for PCRs with other values. */
CHECKED int
tpm_policy_pcr(struct tpm *tpm, TPM2_HANDLE session,
               const struct policy_command *command, const char *unmet);

/* Part 3 §23.17: the password is to be proved with the command. */
CHECKED int
tpm_policy_auth_value(struct tpm *tpm, TPM2_HANDLE session);

/* Part 3 §23.11 */
CHECKED int
tpm_policy_command_code(struct tpm *tpm, TPM2_HANDLE session, TPM2_CC command);

/* Part 3 §23.4; `auth` is the entity's. */
CHECKED int
tpm_policy_secret(struct tpm *tpm, const struct tpm_entity *entity,
                  const struct tpm_auth *auth, TPM2_HANDLE session,
                  const TPM2B_NONCE *reference);

/* Part 3 §23.3, with a signature that does not expire. */
CHECKED int
tpm_policy_signed(struct tpm *tpm, TPM2_HANDLE signer, TPM2_HANDLE session,
                  const struct policy_command *command, const char *unmet);

/* Part 3 §23.6 */
CHECKED int
tpm_policy_or(struct tpm *tpm, TPM2_HANDLE session, const TPML_DIGEST *branches,
              const char *unmet);

/* Part 3 §23.16 */
CHECKED int
tpm_policy_authorize(struct tpm *tpm, TPM2_HANDLE session,
                     const struct policy_command *command,
                     const TPM2B_DIGEST *approved,
                     const TPMT_TK_VERIFIED *ticket);

/* Part 3 §11.2: the session forgets what has been proved. */
CHECKED int
tpm_policy_restart(struct tpm *tpm, TPM2_HANDLE session);

/* Part 3 §12.3, a public key alone, as one of the owner hierarchy. On
 * success the caller must flush `object->handle`. */
CHECKED int
tpm_load_public(struct tpm *tpm, const TPM2B_PUBLIC *area,
                struct tpm_entity *object);

/* Part 3 §20.1 */
CHECKED int
tpm_verify(struct tpm *tpm, TPM2_HANDLE signer, const TPM2B_DIGEST *digest,
           const TPMT_SIGNATURE *signature, TPMT_TK_VERIFIED *ticket,
           const char *unmet);

/* Part 3 §22.4: as many of the selected PCRs as the TPM tells at once; `read`
 * says which. */
CHECKED int
tpm_pcr_read(struct tpm *tpm, const TPML_PCR_SELECTION *wanted,
             TPML_PCR_SELECTION *read, TPML_DIGEST *values);

#endif
