/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of a policy as a key file has them, and the digest that they
 * lead to, computed on the host. Pure: sends nothing, raises nothing; prove.c
 * sends them (draft-bottomley-tpm2-keys §4, §5; TPM 2.0 Part 3 §23).
 */
#ifndef PROVIDER_POLICY_H
#define PROVIDER_POLICY_H

#include "checked.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

struct provider;
struct tpm_policy;
struct tpm_policy_step;

/* One command, taken apart; what does not belong to it is zero. */
struct policy_command {
    TPM2_CC code;
    TPM2B_DIGEST pcr_digest;  /* PolicyPCR */
    TPML_PCR_SELECTION pcrs;  /* the same */
    TPM2_CC command;          /* PolicyCommandCode */
    TPM2_HANDLE entity;       /* PolicySecret; 0: only its name is known */
    TPM2B_NAME name;          /* the same; of the signer, computed, of others */
    TPM2B_NONCE reference;    /* policyRef of Secret, Signed, Authorize */
    TPM2B_PUBLIC signer;      /* PolicySigned, PolicyAuthorize */
    TPMT_SIGNATURE signature; /* the same; TPM2_ALG_NULL: none yet */
    TPML_DIGEST branches;     /* PolicyOR */
};

/* Takes one command apart, every byte of it. 0, and *why is a sentence that
 * nobody frees, when it is none that we know or not whole. */
CHECKED int
policy_read(const struct provider *prov, const struct tpm_policy_step *step,
            struct policy_command *command, const char **why);

/* What a policy's digest is before its first command. */
TPM2B_DIGEST
policy_start(TPM2_ALG_ID hash);

/* What it becomes with this one; 0 for a hash that we do not know, or a
 * PolicyOR that the digest so far is no branch of. */
CHECKED int
policy_extend(const struct provider *prov, TPM2_ALG_ID hash,
              const struct policy_command *command, TPM2B_DIGEST *digest);

/* The digest of `count` commands of a policy, from the first; as policy_read()
 * when there is none. */
CHECKED int
policy_digest(const struct provider *prov, TPM2_ALG_ID hash,
              const struct tpm_policy *policy, size_t count,
              TPM2B_DIGEST *digest, const char **why);

/* Whether any of its commands is this one; `policy` may be empty. */
int
policy_has(const struct tpm_policy *policy, TPM2_CC code);

/* What one command wants, for people: "PolicyPCR: PCR 7 (sha256)". */
enum { POLICY_SENTENCE_MAX = 240 };
void
policy_say(const struct provider *prov, const struct tpm_policy_step *step,
           char text[POLICY_SENTENCE_MAX]);

/* "PCR 7 (sha256)", "PCRs 0, 2, 7 (sha256)": what a PolicyPCR looks at. */
enum { POLICY_PCRS_MAX = 160 };
void
policy_say_pcrs(const TPML_PCR_SELECTION *pcrs, char text[POLICY_PCRS_MAX]);

#endif
