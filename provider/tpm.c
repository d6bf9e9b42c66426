// SPDX-License-Identifier: Apache-2.0
/*
 * Commands: the only file that sends any to the TPM. Leaves the connection to
 * connection.c, the words to error.c, and what to load, and when, to key.c
 * (TPM 2.0 Part 3; TSS 2.0 System API §8).
 */
#include "tpm.h"

#include "connection.h"
#include "provider.h"
#include "session.h"

#include <openssl/crypto.h>
#include <string.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_sys.h>

/* Rule 5: 10 ms, doubled up to 500 ms, five seconds together. */
enum { PAUSE_FIRST_MS = 10, PAUSE_LONGEST_MS = 500, PATIENCE_MS = 5000 };

/* One command under way. */
struct call {
    struct tpm *tpm;
    const char *name;
    const struct tpm_auth *auth; /* NULL: the command takes none */
    struct session_message message;
    int is_secret; /* the first parameter is to be encrypted */
    int is_last;   /* the session may end with it */
    int is_quiet;  /* a refusal is no error */
    int pause_ms;
    int waited_ms;
    TSS2_RC code;
};

static struct call
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

/* The one place where a response code becomes a fault and a sentence. */
static void
say(const struct call *call, TSS2_RC code)
{
    const struct tpm_fault_row *row = tpm_fault_find(code);
    const char *words = Tss2_RC_Decode(code);

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
        say(call, code);
    if (call->tpm->fault == TPM_FAULT_LOST)
        connection_close(call->tpm);
}

static void
call_distrust(struct call *call, const char *why)
{
    call->code = TSS2_SYS_RC_GENERAL_FAILURE;
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
                       (call->is_last ? 0 : TPMA_SESSION_CONTINUESESSION));
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
                         &auths.auths[0]);
}

/* Sends what has been prepared. Returns 1 when it is to be prepared and sent
 * once more, 0 when the call is over, one way or the other. */
static int
call_again(struct call *call, TSS2_RC prepared)
{
    TSS2_RC code = prepared;

    if (call->tpm->sys == NULL) { /* lost by the command before this one */
        call->code = TSS2_TCTI_RC_NO_CONNECTION;
        return 0;
    }
    if (code == TSS2_RC_SUCCESS && !authorize(call)) {
        call_distrust(call, "cannot make the authorization");
        return 0;
    }
    if (code == TSS2_RC_SUCCESS)
        code = Tss2_Sys_Execute(call->tpm->sys);
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

CHECKED static int
call_end(struct call *call, TSS2_RC completed)
{
    if (call->code != TSS2_RC_SUCCESS)
        return 0;
    if (completed == TSS2_RC_SUCCESS)
        return 1;
    call_fail(call, completed);
    return 0;
}

TPM2B_NAME
tpm_hierarchy_name(TPM2_HANDLE hierarchy)
{
    TPM2B_NAME name = { .size = sizeof hierarchy };

    for (size_t i = 0; i < sizeof hierarchy; i++)
        name.name[i] = (BYTE)(hierarchy >> (8 * (3 - i)));
    return name;
}

int
tpm_read_public(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
                TPM2B_NAME *name)
{
    struct call call =
        call_begin(tpm, "TPM2_ReadPublic", TPM2_CC_ReadPublic, NULL);
    TPM2B_NAME qualified = { 0 };
    TPM2B_NAME own = { 0 };

    area->size = 0;
    while (call_again(&call, Tss2_Sys_ReadPublic_Prepare(tpm->sys, handle)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(
        &call, Tss2_Sys_ReadPublic_Complete(
                   tpm->sys, area, name != NULL ? name : &own, &qualified));
}

int
tpm_is_free(struct tpm *tpm, TPM2_HANDLE handle, int *is_free)
{
    struct call call =
        call_begin(tpm, "TPM2_ReadPublic", TPM2_CC_ReadPublic, NULL);

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_ReadPublic_Prepare(tpm->sys, handle)))
        continue;
    *is_free = (call.code & (TPM2_RC_FMT1 | 0x3F)) == TPM2_RC_HANDLE;
    if (call.code == TSS2_RC_SUCCESS || *is_free) {
        tpm->fault = TPM_FAULT_NONE;
        return 1;
    }
    say(&call, call.code);
    return 0;
}

int
tpm_create_primary(struct tpm *tpm, TPM2_HANDLE hierarchy,
                   const struct tpm_auth *auth, const TPM2B_PUBLIC *template,
                   struct tpm_entity *primary, TPM2B_PUBLIC *area)
{
    struct call call =
        call_begin(tpm, "TPM2_CreatePrimary", TPM2_CC_CreatePrimary, auth);
    static const TPM2B_SENSITIVE_CREATE sensitive = { 0 };
    static const TPM2B_DATA outside = { 0 };
    static const TPML_PCR_SELECTION pcrs = { 0 };
    TPM2B_CREATION_DATA data = { 0 };
    TPM2B_DIGEST digest = { 0 };
    TPMT_TK_CREATION ticket = { 0 };
    TPM2B_NAME name = tpm_hierarchy_name(hierarchy);

    call.message.names[0] = &name;
    area->size = 0;
    primary->handle = 0;
    while (call_again(
        &call, Tss2_Sys_CreatePrimary_Prepare(tpm->sys, hierarchy, &sensitive,
                                              template, &outside, &pcrs)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_CreatePrimary_Complete(
                               tpm->sys, &primary->handle, area, &data, &digest,
                               &ticket, &primary->name));
}

int
tpm_create(struct tpm *tpm, const struct tpm_entity *parent,
           const struct tpm_auth *auth, const TPM2B_SENSITIVE_CREATE *sensitive,
           const TPM2B_PUBLIC *template, TPM2B_PRIVATE *blob,
           TPM2B_PUBLIC *area)
{
    struct call call = call_begin(tpm, "TPM2_Create", TPM2_CC_Create, auth);
    static const TPM2B_DATA outside = { 0 };
    static const TPML_PCR_SELECTION pcrs = { 0 };
    TPM2B_CREATION_DATA data = { 0 };
    TPM2B_DIGEST digest = { 0 };
    TPMT_TK_CREATION ticket = { 0 };

    call.message.names[0] = &parent->name;
    call.is_secret = auth->session != NULL;
    area->size = 0;
    while (call_again(&call, Tss2_Sys_Create_Prepare(tpm->sys, parent->handle,
                                                     sensitive, template,
                                                     &outside, &pcrs)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_Create_Complete(tpm->sys, blob, area, &data,
                                                    &digest, &ticket));
}

int
tpm_load(struct tpm *tpm, const struct tpm_entity *parent,
         const struct tpm_auth *auth, const TPM2B_PRIVATE *blob,
         const TPM2B_PUBLIC *area, struct tpm_entity *object)
{
    struct call call = call_begin(tpm, "TPM2_Load", TPM2_CC_Load, auth);

    call.message.names[0] = &parent->name;
    object->handle = 0;
    while (call_again(
        &call, Tss2_Sys_Load_Prepare(tpm->sys, parent->handle, blob, area)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_Load_Complete(tpm->sys, &object->handle,
                                                  &object->name));
}

int
tpm_sign(struct tpm *tpm, const struct tpm_entity *key,
         const struct tpm_auth *auth, const TPM2B_DIGEST *digest,
         const TPMT_SIG_SCHEME *scheme, TPMT_SIGNATURE *signature)
{
    struct call call = call_begin(tpm, "TPM2_Sign", TPM2_CC_Sign, auth);
    static const TPMT_TK_HASHCHECK no_ticket = {
        .tag = TPM2_ST_HASHCHECK,
        .hierarchy = TPM2_RH_NULL,
    };

    call.message.names[0] = &key->name;
    call.is_last = 1;
    while (call_again(&call, Tss2_Sys_Sign_Prepare(tpm->sys, key->handle,
                                                   digest, scheme, &no_ticket)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_Sign_Complete(tpm->sys, signature));
}

int
tpm_persist(struct tpm *tpm, const struct tpm_auth *auth,
            const struct tpm_entity *object, TPM2_HANDLE handle)
{
    struct call call =
        call_begin(tpm, "TPM2_EvictControl", TPM2_CC_EvictControl, auth);
    TPM2B_NAME owner = tpm_hierarchy_name(TPM2_RH_OWNER);

    call.message.names[0] = &owner;
    call.message.names[1] = &object->name;
    while (call_again(&call,
                      Tss2_Sys_EvictControl_Prepare(tpm->sys, TPM2_RH_OWNER,
                                                    object->handle, handle)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_EvictControl_Complete(tpm->sys));
}

int
tpm_start_session(struct tpm *tpm, TPM2_HANDLE salt_key,
                  const TPM2B_NONCE *nonce, const TPM2B_ENCRYPTED_SECRET *salt,
                  TPM2_ALG_ID hash, TPM2_HANDLE *handle, TPM2B_NONCE *nonce_tpm)
{
    struct call call = call_begin(tpm, "TPM2_StartAuthSession",
                                  TPM2_CC_StartAuthSession, NULL);
    const TPMT_SYM_DEF cipher = {
        .algorithm = TPM2_ALG_AES,
        .keyBits.aes = 128,
        .mode.aes = TPM2_ALG_CFB,
    };

    *handle = 0;
    while (call_again(&call, Tss2_Sys_StartAuthSession_Prepare(
                                 tpm->sys, salt_key, TPM2_RH_NULL, nonce, salt,
                                 TPM2_SE_HMAC, &cipher, hash)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(
        &call, Tss2_Sys_StartAuthSession_Complete(tpm->sys, handle, nonce_tpm));
}

/* After a lost connection the number may be somebody else's object by now. */
CHECKED static int
is_still_ours(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name)
{
    TPM2B_PUBLIC area = { 0 };
    TPM2B_NAME found = { 0 };
    TPM2B_NAME qualified = { 0 };

    return Tss2_Sys_ReadPublic(tpm->sys, handle, NULL, &area, &found,
                               &qualified, NULL) == TSS2_RC_SUCCESS &&
           found.size == name->size &&
           memcmp(found.name, name->name, name->size) == 0;
}

void
tpm_flush(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name)
{
    struct call call =
        call_begin(tpm, "TPM2_FlushContext", TPM2_CC_FlushContext, NULL);
    enum tpm_fault fault = tpm->fault; /* why the transaction failed, if so */

    if (handle == 0)
        return;
    if (tpm->sys == NULL) {
        /* A resource manager tidies up after a connection that it lost. */
        if (tpm->is_shared || !connection_open(tpm, 1))
            return;
        tpm->is_fresh = 1;
    }
    if (tpm->is_fresh && name != NULL && !is_still_ours(tpm, handle, name))
        return;
    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_FlushContext_Prepare(tpm->sys, handle)))
        continue;
    tpm->fault = fault;
}
