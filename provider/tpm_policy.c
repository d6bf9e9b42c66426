// SPDX-License-Identifier: Apache-2.0
/*
 * The commands that prove a policy, beside tpm.c's others. Leaves sending to
 * call.c and the order to prove.c (TPM 2.0 Part 3 §22.4, §23).
 */
#include "tpm_policy.h"

#include "call.h"
#include "connection.h"
#include "provider.h"

/* Ends a command that is refused, with one of two codes, when the policy is
 * not met; the words for that are the caller's. */
CHECKED static int
end_unmet(struct call *call, TSS2_RC completed, uint32_t code,
          const char *unmet)
{
    call->is_quiet = 0;
    if (call->code == TSS2_RC_SUCCESS)
        return call_end(call, completed);
    if (tpm_code_is(call->code, code))
        tpm_raise(call->tpm->prov, TPM_R_POLICY, "%s: %s", call->tpm->subject,
                  unmet);
    else
        call_say(call, call->code);
    return 0;
}

int
tpm_policy_pcr(struct tpm *tpm, TPM2_HANDLE session,
               const struct policy_command *command, const char *unmet)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicyPCR", TPM2_CC_PolicyPCR, NULL);

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_PolicyPCR_Prepare(tpm->sys, session,
                                                        &command->pcr_digest,
                                                        &command->pcrs)))
        continue;
    return end_unmet(&call, Tss2_Sys_PolicyPCR_Complete(tpm->sys),
                     TPM2_RC_VALUE, unmet);
}

int
tpm_policy_auth_value(struct tpm *tpm, TPM2_HANDLE session)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicyAuthValue", TPM2_CC_PolicyAuthValue, NULL);

    while (
        call_again(&call, Tss2_Sys_PolicyAuthValue_Prepare(tpm->sys, session)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_PolicyAuthValue_Complete(tpm->sys));
}

int
tpm_policy_command_code(struct tpm *tpm, TPM2_HANDLE session, TPM2_CC command)
{
    struct call call = call_begin(tpm, "TPM2_PolicyCommandCode",
                                  TPM2_CC_PolicyCommandCode, NULL);

    while (call_again(
        &call, Tss2_Sys_PolicyCommandCode_Prepare(tpm->sys, session, command)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_PolicyCommandCode_Complete(tpm->sys));
}

int
tpm_policy_secret(struct tpm *tpm, const struct tpm_entity *entity,
                  const struct tpm_auth *auth, TPM2_HANDLE session,
                  const TPM2B_NONCE *reference)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicySecret", TPM2_CC_PolicySecret, auth);
    static const TPM2B_NONCE any_nonce = { 0 };
    static const TPM2B_DIGEST any_command = { 0 };
    TPM2B_NAME policy = tpm_hierarchy_name(session);
    TPM2B_TIMEOUT timeout = { 0 };
    TPMT_TK_AUTH ticket = { 0 };

    call.message.names[0] = &entity->name;
    call.message.names[1] = &policy;
    while (call_again(&call, Tss2_Sys_PolicySecret_Prepare(
                                 tpm->sys, entity->handle, session, &any_nonce,
                                 &any_command, reference, 0)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(
        &call, Tss2_Sys_PolicySecret_Complete(tpm->sys, &timeout, &ticket));
}

int
tpm_policy_signed(struct tpm *tpm, TPM2_HANDLE signer, TPM2_HANDLE session,
                  const struct policy_command *command, const char *unmet)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicySigned", TPM2_CC_PolicySigned, NULL);
    static const TPM2B_NONCE any_nonce = { 0 };
    static const TPM2B_DIGEST any_command = { 0 };
    TPM2B_TIMEOUT timeout = { 0 };
    TPMT_TK_AUTH ticket = { 0 };

    call.is_quiet = 1;
    while (call_again(&call,
                      Tss2_Sys_PolicySigned_Prepare(
                          tpm->sys, signer, session, &any_nonce, &any_command,
                          &command->reference, 0, &command->signature)))
        continue;
    return end_unmet(
        &call, Tss2_Sys_PolicySigned_Complete(tpm->sys, &timeout, &ticket),
        TPM2_RC_SIGNATURE, unmet);
}

int
tpm_policy_or(struct tpm *tpm, TPM2_HANDLE session, const TPML_DIGEST *branches,
              const char *unmet)
{
    struct call call = call_begin(tpm, "TPM2_PolicyOR", TPM2_CC_PolicyOR, NULL);

    call.is_quiet = 1;
    while (call_again(&call,
                      Tss2_Sys_PolicyOR_Prepare(tpm->sys, session, branches)))
        continue;
    return end_unmet(&call, Tss2_Sys_PolicyOR_Complete(tpm->sys), TPM2_RC_VALUE,
                     unmet);
}

int
tpm_policy_authorize(struct tpm *tpm, TPM2_HANDLE session,
                     const struct policy_command *command,
                     const TPM2B_DIGEST *approved,
                     const TPMT_TK_VERIFIED *ticket)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicyAuthorize", TPM2_CC_PolicyAuthorize, NULL);

    while (call_again(&call, Tss2_Sys_PolicyAuthorize_Prepare(
                                 tpm->sys, session, approved,
                                 &command->reference, &command->name, ticket)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_PolicyAuthorize_Complete(tpm->sys));
}

int
tpm_policy_restart(struct tpm *tpm, TPM2_HANDLE session)
{
    struct call call =
        call_begin(tpm, "TPM2_PolicyRestart", TPM2_CC_PolicyRestart, NULL);

    while (call_again(&call, Tss2_Sys_PolicyRestart_Prepare(tpm->sys, session)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_PolicyRestart_Complete(tpm->sys));
}

int
tpm_load_public(struct tpm *tpm, const TPM2B_PUBLIC *area,
                struct tpm_entity *object)
{
    struct call call =
        call_begin(tpm, "TPM2_LoadExternal", TPM2_CC_LoadExternal, NULL);

    object->handle = 0;
    /* Owner: of a key in the null hierarchy no ticket can be used (§20.1). */
    while (call_again(&call, Tss2_Sys_LoadExternal_Prepare(tpm->sys, NULL, area,
                                                           TPM2_RH_OWNER)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return call_lose_object(&call);
    return call_end_object(
        &call, Tss2_Sys_LoadExternal_Complete(tpm->sys, &object->handle,
                                              &object->name));
}

int
tpm_verify(struct tpm *tpm, TPM2_HANDLE signer, const TPM2B_DIGEST *digest,
           const TPMT_SIGNATURE *signature, TPMT_TK_VERIFIED *ticket,
           const char *unmet)
{
    struct call call =
        call_begin(tpm, "TPM2_VerifySignature", TPM2_CC_VerifySignature, NULL);

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_VerifySignature_Prepare(
                                 tpm->sys, signer, digest, signature)))
        continue;
    return end_unmet(&call, Tss2_Sys_VerifySignature_Complete(tpm->sys, ticket),
                     TPM2_RC_SIGNATURE, unmet);
}

int
tpm_pcr_read(struct tpm *tpm, const TPML_PCR_SELECTION *wanted,
             TPML_PCR_SELECTION *read, TPML_DIGEST *values)
{
    struct call call = call_begin(tpm, "TPM2_PCR_Read", TPM2_CC_PCR_Read, NULL);
    UINT32 counter = 0;

    while (call_again(&call, Tss2_Sys_PCR_Read_Prepare(tpm->sys, wanted)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(
        &call, Tss2_Sys_PCR_Read_Complete(tpm->sys, &counter, read, values));
}
