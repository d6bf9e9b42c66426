// SPDX-License-Identifier: Apache-2.0
/*
 * How a command is sent: authorized, tried again while the TPM is busy, its
 * answer checked and what failed put into words. Leaves the commands to tpm.c
 * and the connection to connection.c (TSS 2.0 System API §8).
 */
#include "call.h"

#include "connection.h"
#include "provider.h"

#include <openssl/crypto.h>
#include <tss2/tss2_rc.h>

/* Rule 5: 10 ms, doubled up to 500 ms, five seconds together. */
enum { PAUSE_FIRST_MS = 10, PAUSE_LONGEST_MS = 500, PATIENCE_MS = 5000 };

struct call
call_begin(struct tpm *tpm, const char *name, TPM2_CC command,
           const struct tpm_auth *auth)
{
    struct call call = { 0 };

    call.tpm = tpm;
    call.name = name;
    call.auth = auth;
    call.message.command = command;
    call.pause_ms = PAUSE_FIRST_MS;
    return call;
}

/* The counter, and when it heals: what somebody who is locked out has to know
 * (Part 2 §6.13, Part 3 §30.2). Asked for only then. */
static int
say_lockout(const struct call *call)
{
    TPMS_CAPABILITY_DATA data = { 0 };
    const TPML_TAGGED_TPM_PROPERTY *found = &data.data.tpmProperties;
    UINT32 values[4] = { 0 }; /* counter, most, interval, recovery */

    if (!call_look_up(call->tpm, TPM2_CAP_TPM_PROPERTIES,
                      TPM2_PT_LOCKOUT_COUNTER, 4, &data) ||
        found->count < 4)
        return 0;
    for (size_t i = 0; i < 4; i++)
        if (found->tpmProperty[i].property == TPM2_PT_LOCKOUT_COUNTER + i)
            values[i] = found->tpmProperty[i].value;
    tpm_raise(call->tpm->prov, TPM_R_TPM_REFUSED,
              "%s: %s: the TPM is locked after %u wrong passwords of %u that "
              "it bears, of whatever key; it forgets one every %u seconds that "
              "it is switched on, and `tpm2_dictionarylockout -c` heals it now",
              call->tpm->subject, call->name, values[0], values[1], values[2]);
    return 1;
}

static void
say_hung(const struct call *call)
{
    tpm_raise(call->tpm->prov, TPM_R_NO_TPM,
              "%s: %s: the TPM has not answered for %d seconds: the connection "
              "is given up; look whether the TPM, and what stands before it, "
              "still run (`timeout` in openssl.cnf says how long it may take)",
              call->tpm->subject, call->name, call->patience_s);
}

void
call_say(const struct call *call, TSS2_RC code)
{
    const struct tpm_fault_row *row = tpm_fault_find(code);
    const char *words = Tss2_RC_Decode(code);

    if (call->is_said)
        return;
    if (tpm_code_is(code, TPM2_RC_LOCKOUT) && say_lockout(call))
        return;
    if (row->fault == TPM_FAULT_HUNG) {
        say_hung(call);
        return;
    }
    tpm_raise(call->tpm->prov, TPM_R_TPM_REFUSED, "%s: %s: %s (%s, 0x%x)%s%s",
              call->tpm->subject, call->name,
              row->sentence != NULL ? row->sentence : "the TPM refused", words,
              (unsigned)code, row->remedy != NULL ? "; " : "",
              row->remedy != NULL ? row->remedy : "");
}

/* Ends a call that failed; what cannot be understood ends the connection. */
static void
call_fail(struct call *call, TSS2_RC code)
{
    call->tpm->fault = tpm_fault_find(code)->fault;
    call->code = code;
    if (call->tpm->fault == TPM_FAULT_AGAIN)
        call->tpm->fault = TPM_FAULT_REFUSED; /* patience is at its end */
    if (!call->is_quiet)
        call_say(call, code);
    if (call->tpm->fault == TPM_FAULT_HUNG)
        call->tpm->hangs++;
    if (call->tpm->fault == TPM_FAULT_LOST ||
        call->tpm->fault == TPM_FAULT_HUNG)
        connection_close(call->tpm);
}

void
call_distrust(struct call *call, const char *why)
{
    call->code = TSS2_SYS_RC_GENERAL_FAILURE;
    call->is_said = 1;
    call->tpm->fault = TPM_FAULT_REFUSED;
    tpm_raise(call->tpm->prov, TPM_R_BAD_ANSWER, "%s: %s: %s",
              call->tpm->subject, call->name, why);
}

/* The session encrypts the first parameter where it stands in SAPI's buffer;
 * SetDecryptParam wants it from somewhere else. */
CHECKED static int
encrypt_parameter(struct call *call)
{
    TSS2_SYS_CONTEXT *sys = call->tpm->sys;
    const uint8_t *plain = NULL;
    unsigned char *copy = NULL;
    size_t len = 0;
    int ok = 0;

    if (Tss2_Sys_GetDecryptParam(sys, &len, &plain) != TSS2_RC_SUCCESS)
        return 0;
    copy = OPENSSL_memdup(plain, len);
    ok = copy != NULL &&
         session_encrypt(call->auth->session, call->auth->value, copy, len) &&
         Tss2_Sys_SetDecryptParam(sys, len, copy) == TSS2_RC_SUCCESS;
    OPENSSL_clear_free(copy, len);
    return ok;
}

CHECKED static int
authorize_by_session(struct call *call, TPMS_AUTH_COMMAND *auth)
{
    struct session *session = call->auth->session;

    session->attributes =
        (TPMA_SESSION)((call->is_secret ? TPMA_SESSION_DECRYPT : 0) |
                       (call->answers_secret ? TPMA_SESSION_ENCRYPT : 0) |
                       (call->is_last || session->is_last
                            ? 0
                            : TPMA_SESSION_CONTINUESESSION));
    if (!session_renew(session) ||
        (call->is_secret && !encrypt_parameter(call)))
        return 0;
    return Tss2_Sys_GetCpBuffer(call->tpm->sys, &call->message.len,
                                &call->message.parameters) == TSS2_RC_SUCCESS &&
           session_authorize(session, call->auth->value, &call->message, auth);
}

/* Rule 9: without a session only an empty password goes out. */
CHECKED static int
authorize(struct call *call)
{
    TSS2L_SYS_AUTH_COMMAND auths = { .count = 1 };

    if (call->auth == NULL)
        return 1;
    auths.auths[0].sessionHandle = TPM2_RS_PW;
    if (call->auth->session != NULL) {
        if (!authorize_by_session(call, &auths.auths[0]))
            return 0;
    } else if (call->auth->value != NULL && call->auth->value->size > 0) {
        return 0;
    }
    return Tss2_Sys_SetCmdAuths(call->tpm->sys, &auths) == TSS2_RC_SUCCESS;
}

/* The other way round, of an answer that has been checked. */
CHECKED static int
decrypt_answer(struct call *call)
{
    TSS2_SYS_CONTEXT *sys = call->tpm->sys;
    const uint8_t *sealed = NULL;
    unsigned char *copy = NULL;
    size_t len = 0;
    int ok = 0;

    /* SAPI believes the size that stands in front of the parameter. */
    if (Tss2_Sys_GetEncryptParam(sys, &len, &sealed) != TSS2_RC_SUCCESS ||
        len + sizeof(UINT16) > call->message.len)
        return 0;
    copy = OPENSSL_memdup(sealed, len);
    ok = copy != NULL &&
         session_decrypt(call->auth->session, call->auth->value, copy, len) &&
         Tss2_Sys_SetEncryptParam(sys, len, copy) == TSS2_RC_SUCCESS;
    OPENSSL_clear_free(copy, len);
    return ok;
}

CHECKED static int
check_answer(struct call *call)
{
    TSS2L_SYS_AUTH_RESPONSE auths = { 0 };

    if (call->auth == NULL || call->auth->session == NULL)
        return 1;
    return Tss2_Sys_GetRspAuths(call->tpm->sys, &auths) == TSS2_RC_SUCCESS &&
           auths.count == 1 &&
           Tss2_Sys_GetRpBuffer(call->tpm->sys, &call->message.len,
                                &call->message.parameters) == TSS2_RC_SUCCESS &&
           session_check(call->auth->session, call->auth->value, &call->message,
                         &auths.auths[0]) &&
           (!call->answers_secret || decrypt_answer(call));
}

int
call_again(struct call *call, TSS2_RC prepared)
{
    TSS2_RC code = prepared;

    if (call->tpm->sys == NULL) { /* lost by the command before this one */
        call_fail(call, TSS2_TCTI_RC_NO_CONNECTION);
        return 0;
    }
    if (code == TSS2_RC_SUCCESS && !authorize(call)) {
        call_distrust(call, "cannot make the authorization");
        return 0;
    }
    if (code == TSS2_RC_SUCCESS) {
        call->patience_s = connection_patience(call->tpm, call->is_long);
        code = connection_execute(call->tpm, call->patience_s);
    }
    if (tpm_fault_find(code)->fault == TPM_FAULT_AGAIN &&
        call->waited_ms < PATIENCE_MS) {
        connection_pause(call->pause_ms);
        call->waited_ms += call->pause_ms;
        call->pause_ms = call->pause_ms * 2 < PAUSE_LONGEST_MS
                             ? call->pause_ms * 2
                             : PAUSE_LONGEST_MS;
        return 1;
    }
    if (code != TSS2_RC_SUCCESS)
        call_fail(call, code);
    else if (!check_answer(call))
        call_distrust(call, "somebody has changed the answer on its way: it is "
                            "not used");
    return 0;
}

int
call_end(struct call *call, TSS2_RC completed)
{
    if (call->code != TSS2_RC_SUCCESS)
        return 0;
    if (completed == TSS2_RC_SUCCESS)
        return 1;
    call_fail(call, completed);
    return 0;
}

int
call_is_lost(const struct call *call)
{
    return call->tpm->fault == TPM_FAULT_LOST ||
           call->tpm->fault == TPM_FAULT_HUNG || call->is_said ||
           tpm_fault_find(call->code)->sentence == NULL;
}

int
call_lose_object(const struct call *call)
{
    call->tpm->has_lost |= call_is_lost(call);
    return 0;
}

int
call_end_object(struct call *call, TSS2_RC completed)
{
    return call_end(call, completed) || call_lose_object(call);
}

int
call_look_up(struct tpm *tpm, TPM2_CAP capability, uint32_t first,
             uint32_t count, TPMS_CAPABILITY_DATA *data)
{
    struct call call =
        call_begin(tpm, "TPM2_GetCapability", TPM2_CC_GetCapability, NULL);
    enum tpm_fault fault = tpm->fault;
    TPMI_YES_NO has_more = TPM2_NO;
    int ok = 0;

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_GetCapability_Prepare(
                                 tpm->sys, capability, first, count)))
        continue;
    ok = call.code == TSS2_RC_SUCCESS &&
         call_end(&call,
                  Tss2_Sys_GetCapability_Complete(tpm->sys, &has_more, data)) &&
         data->capability == capability;
    tpm->fault = fault;
    return ok;
}
