// SPDX-License-Identifier: Apache-2.0
/*
 * Proves a key's policy: what policy.c took apart is sent with tpm_policy.c,
 * and what is not met is said in words. Leaves session, parent and key to
 * use.c (draft-bottomley-tpm2-keys §4, §5; TPM 2.0 Part 3 §23).
 */
#include "prove.h"

#include "error.h"
#include "keyfile.h"
#include "provider.h"
#include "tpm_policy.h"

#include <stdio.h>
#include <string.h>

/* A policy on its way. */
struct proof {
    struct tpm *tpm;
    const struct tpm_key *key;
    const struct tpm_auth *secret;
    struct session *session;
    TPM2B_DIGEST digest; /* what the session's must be by now */
    const char *name;    /* of the signed policy that is tried, or NULL */
};

enum { SENTENCE_MAX = 320 };

static int
same(const void *one, size_t one_len, const void *other, size_t other_len)
{
    return one_len == other_len && memcmp(one, other, one_len) == 0;
}

int
prove_check(const struct tpm_key *key, const char *subject)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    const struct tpm_policy *policy = &key->file->policy;
    TPM2B_DIGEST digest;
    const char *why = NULL;

    if (!policy_digest(key->prov, area->nameAlg, policy, policy->count, &digest,
                       &why)) {
        tpm_raise(key->prov, TPM_R_BAD_KEY_FILE, "%s: %s", subject, why);
        return 0;
    }
    if (same(digest.buffer, digest.size, area->authPolicy.buffer,
             area->authPolicy.size))
        return 1;
    tpm_raise(key->prov, TPM_R_BAD_KEY_FILE,
              "%s: the policy in its file is not the one that it was made with",
              subject);
    return 0;
}

CHECKED static int
prove_pcr(struct proof *proof, const struct policy_command *command)
{
    char pcrs[POLICY_PCRS_MAX];
    char unmet[SENTENCE_MAX];
    int are = 0;

    policy_say_pcrs(&command->pcrs, pcrs);
    are = strncmp(pcrs, "PCRs", 4) == 0;
    (void)snprintf(unmet, sizeof unmet,
                   "%s %s no longer what %s when the %s%s "
                   "was made",
                   pcrs, are ? "are" : "is", are ? "they were" : "it was",
                   proof->name != NULL ? "signed policy " : "key",
                   proof->name != NULL ? proof->name : "");
    return tpm_policy_pcr(proof->tpm, proof->session->handle, command, unmet);
}

CHECKED static int
prove_secret(struct proof *proof, const struct policy_command *command)
{
    struct tpm_entity entity = { command->entity, command->name };

    if (entity.handle == 0 && entity.name.size == sizeof entity.handle)
        for (size_t i = 0; i < sizeof entity.handle; i++)
            entity.handle = entity.handle << 8 | entity.name.name[i];
    if (entity.handle == 0) {
        tpm_raise(proof->key->prov, TPM_R_BAD_KEY_FILE,
                  "%s: its policy wants the secret of something and does not "
                  "say at which handle that is",
                  tpm_subject(proof->tpm));
        return 0;
    }
    return tpm_policy_secret(proof->tpm, &entity, proof->secret,
                             proof->session->handle, &command->reference);
}

CHECKED static int
prove_signed(struct proof *proof, const struct policy_command *command,
             TPM2_HANDLE signer)
{
    return tpm_policy_signed(
        proof->tpm, signer, proof->session->handle, command,
        "the signature in its policy is not of the key that is named there");
}

/* The ticket says that the signer has approved of what was proved so far
 * (Part 3 §23.16). */
CHECKED static int
prove_authorized(struct proof *proof, const struct policy_command *command,
                 TPM2_HANDLE signer)
{
    const TPM2_ALG_ID hash = command->signer.publicArea.nameAlg;
    const TPM2B_NONCE *reference = &command->reference;
    unsigned char message[2 * sizeof(TPMU_HA)];
    TPM2B_DIGEST approval = policy_start(hash);
    TPMT_TK_VERIFIED ticket = { 0 };

    memcpy(message, proof->digest.buffer, proof->digest.size);
    memcpy(message + proof->digest.size, reference->buffer, reference->size);
    return EVP_Digest(message, (size_t)proof->digest.size + reference->size,
                      approval.buffer, NULL,
                      provider_digest(proof->key->prov, hash), NULL) &&
           tpm_verify(proof->tpm, signer, &approval, &command->signature,
                      &ticket,
                      "a signed policy of its file is not signed by the key "
                      "that may, or was signed for another key") &&
           tpm_policy_authorize(proof->tpm, proof->session->handle, command,
                                &proof->digest, &ticket);
}

/* Has the signer's public key in the TPM for as long as it is needed. */
CHECKED static int
prove_by_signer(struct proof *proof, const struct policy_command *command,
                int (*prove)(struct proof *proof,
                             const struct policy_command *command,
                             TPM2_HANDLE signer))
{
    struct tpm_entity signer = { 0 };
    int ok = 0;

    if (!tpm_load_public(proof->tpm, &command->signer, &signer))
        return 0;
    ok = prove(proof, command, signer.handle);
    tpm_flush(proof->tpm, signer.handle, &command->name);
    return ok;
}

CHECKED static int
send(struct proof *proof, const struct policy_command *command)
{
    TPM2_HANDLE session = proof->session->handle;

    switch (command->code) {
    case TPM2_CC_PolicyPCR:
        return prove_pcr(proof, command);
    case TPM2_CC_PolicyAuthValue:
        proof->session->needs_value = 1;
        return tpm_policy_auth_value(proof->tpm, session);
    case TPM2_CC_PolicyCommandCode:
        return tpm_policy_command_code(proof->tpm, session, command->command);
    case TPM2_CC_PolicySecret:
        return prove_secret(proof, command);
    case TPM2_CC_PolicySigned:
        return prove_by_signer(proof, command, prove_signed);
    case TPM2_CC_PolicyAuthorize:
        return prove_by_signer(proof, command, prove_authorized);
    default:
        return tpm_policy_or(proof->tpm, session, &command->branches,
                             "what was proved is no branch of its policy");
    }
}

CHECKED static int
prove_steps(struct proof *proof, const struct tpm_policy *policy, size_t first)
{
    const struct provider *prov = proof->key->prov;
    struct policy_command command;
    const char *why = NULL;

    for (size_t i = first; i < policy->count; i++) {
        if (!policy_read(prov, &policy->steps[i], &command, &why)) {
            tpm_raise(prov, TPM_R_BAD_KEY_FILE, "%s: %s",
                      tpm_subject(proof->tpm), why);
            return 0;
        }
        if (!send(proof, &command) ||
            !policy_extend(prov, proof->key->area.publicArea.nameAlg, &command,
                           &proof->digest))
            return 0;
    }
    return 1;
}

static void
begin(struct proof *proof)
{
    proof->digest = policy_start(proof->key->area.publicArea.nameAlg);
    proof->session->needs_value = 0;
}

/* In their order, until one is met. What was wrong with the others is told
 * only when none is: then all of it. */
CHECKED static int
prove_any(struct proof *proof)
{
    const struct tpm_keyfile *file = proof->key->file;
    const struct provider *prov = proof->key->prov;
    const struct provider_core *core = &prov->core;
    int ok = 0;

    if (core->set_error_mark != NULL)
        core->set_error_mark(prov->handle);
    for (size_t i = 0; i < file->alternative_count && !ok; i++) {
        const struct tpm_policy *policy = &file->alternatives[i];

        if (i > 0 && (!tpm_was_refused(proof->tpm) ||
                      !tpm_policy_restart(proof->tpm, proof->session->handle)))
            break;
        begin(proof);
        proof->name = policy->name != NULL ? policy->name : "without name";
        ok = prove_steps(proof, policy, 0);
    }
    proof->name = NULL;
    if (core->set_error_mark == NULL)
        return ok;
    if (ok)
        core->pop_error_to_mark(prov->handle);
    else
        core->clear_last_error_mark(prov->handle);
    return ok;
}

/* Draft §5.2: of a policy that begins with PolicyAuthorize, without a
 * signature, the signed ones stand in authPolicy. */
CHECKED static int
is_left_to_signers(const struct proof *proof, int *is_left)
{
    const struct tpm_policy *policy = &proof->key->file->policy;
    struct policy_command first;
    const char *why = NULL;

    if (!policy_read(proof->key->prov, &policy->steps[0], &first, &why)) {
        tpm_raise(proof->key->prov, TPM_R_BAD_KEY_FILE, "%s: %s",
                  tpm_subject(proof->tpm), why);
        return 0;
    }
    *is_left = first.code == TPM2_CC_PolicyAuthorize &&
               first.signature.sigAlg == TPM2_ALG_NULL;
    return 1;
}

int
prove_policy(struct tpm *tpm, const struct tpm_key *key,
             const struct tpm_auth *secret, struct session *session)
{
    struct proof proof = { tpm, key, secret, session, { 0 }, NULL };
    int is_left = 0;

    begin(&proof);
    if (!is_left_to_signers(&proof, &is_left))
        return 0;
    if (!is_left)
        return prove_steps(&proof, &key->file->policy, 0);
    if (key->file->alternative_count == 0) {
        tpm_raise(key->prov, TPM_R_POLICY,
                  "%s: it can be used under signed policies only, and its file "
                  "has none yet: `iot-key authorize` adds one",
                  tpm_subject(tpm));
        return 0;
    }
    return prove_any(&proof) && prove_steps(&proof, &key->file->policy, 1);
}
