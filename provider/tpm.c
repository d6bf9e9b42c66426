// SPDX-License-Identifier: Apache-2.0
/*
 * Commands, one function each. Leaves sending, retries and checks to call.c,
 * and what to load, and when, to use.c and key.c (TPM 2.0 Part 3; TSS 2.0
 * System API §8).
 */
#include "tpm.h"

#include "call.h"
#include "connection.h"
#include "provider.h"
#include "tidy.h"

#include <string.h>
#include <tss2/tss2_sys.h>

TPM2B_NAME
tpm_hierarchy_name(TPM2_HANDLE hierarchy)
{
    TPM2B_NAME name = { .size = sizeof hierarchy };

    for (size_t i = 0; i < sizeof hierarchy; i++)
        name.name[i] = (BYTE)(hierarchy >> (8 * (3 - i)));
    return name;
}

int
tpm_is_name(const TPM2B_NAME *one, const TPM2B_NAME *other)
{
    return one->size == other->size &&
           memcmp(one->name, other->name, one->size) == 0;
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
tpm_read_known(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
               TPM2B_NAME *name)
{
    if (tpm->known.handle != handle) {
        tpm->known.handle = 0;
        if (!tpm_read_public(tpm, handle, &tpm->known_area, &tpm->known.name))
            return 0;
        tpm->known.handle = handle;
    }
    *area = tpm->known_area;
    *name = tpm->known.name;
    return 1;
}

int
tpm_is_free(struct tpm *tpm, TPM2_HANDLE handle, int *is_free)
{
    struct call call =
        call_begin(tpm, "TPM2_ReadPublic", TPM2_CC_ReadPublic, NULL);

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_ReadPublic_Prepare(tpm->sys, handle)))
        continue;
    *is_free = tpm_code_is(call.code, TPM2_RC_HANDLE);
    if (call.code == TSS2_RC_SUCCESS || *is_free) {
        tpm->fault = TPM_FAULT_NONE;
        return 1;
    }
    call_say(&call, call.code);
    return 0;
}

/* A hierarchy whose password nobody gave is a set-up that people meet and do
 * not know (field.md, P29). */
static void
say_no_primary(struct call *call, TPM2_HANDLE hierarchy)
{
    int is_unknown = call->auth->value == NULL || call->auth->value->size == 0;

    if (is_unknown && tpm_code_is(call->code, TPM2_RC_BAD_AUTH))
        tpm_raise(call->tpm->prov, TPM_R_BAD_PASSWORD,
                  "%s: the hierarchy 0x%08x has a password, and none was "
                  "given: set TPM2OPENSSL_PARENT_AUTH, or use a persistent "
                  "parent (`parent` 0x81000001), which needs none",
                  call->tpm->subject, hierarchy);
    else
        call_say(call, call->code);
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
    call.is_long = template->publicArea.type == TPM2_ALG_RSA;
    call.is_quiet = 1;
    while (call_again(
        &call, Tss2_Sys_CreatePrimary_Prepare(tpm->sys, hierarchy, &sensitive,
                                              template, &outside, &pcrs)))
        continue;
    if (call.code != TSS2_RC_SUCCESS) {
        say_no_primary(&call, hierarchy);
        return call_lose_object(&call);
    }
    call.is_quiet = 0;
    return call_end_object(&call, Tss2_Sys_CreatePrimary_Complete(
                                      tpm->sys, &primary->handle, area, &data,
                                      &digest, &ticket, &primary->name));
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
    call.is_long = template->publicArea.type == TPM2_ALG_RSA;
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
tpm_import(struct tpm *tpm, const struct tpm_entity *parent,
           const struct tpm_auth *auth, const TPM2B_PUBLIC *area,
           const struct tpm_duplicate *duplicate, TPM2B_PRIVATE *blob)
{
    struct call call = call_begin(tpm, "TPM2_Import", TPM2_CC_Import, auth);

    call.message.names[0] = &parent->name;
    call.is_secret = 1;
    while (call_again(
        &call, Tss2_Sys_Import_Prepare(tpm->sys, parent->handle,
                                       &duplicate->key, area, &duplicate->blob,
                                       &duplicate->seed, &duplicate->cipher)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_Import_Complete(tpm->sys, blob));
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
        return call_lose_object(&call);
    return call_end_object(
        &call,
        Tss2_Sys_Load_Complete(tpm->sys, &object->handle, &object->name));
}

int
tpm_sign(struct tpm *tpm, const struct tpm_entity *key,
         const struct tpm_auth *auth, const TPM2B_DIGEST *digest,
         const TPMT_SIG_SCHEME *scheme, const TPMT_TK_HASHCHECK *ticket,
         TPMT_SIGNATURE *signature, int *lacks)
{
    struct call call = call_begin(tpm, "TPM2_Sign", TPM2_CC_Sign, auth);
    static const TPMT_TK_HASHCHECK no_ticket = {
        .tag = TPM2_ST_HASHCHECK,
        .hierarchy = TPM2_RH_NULL,
    };

    call.message.names[0] = &key->name;
    call.is_last = 1;
    call.is_secret = auth->session != NULL && tpm->prov->is_always;
    call.is_quiet = lacks != NULL;
    while (call_again(
        &call, Tss2_Sys_Sign_Prepare(tpm->sys, key->handle, digest, scheme,
                                     ticket != NULL ? ticket : &no_ticket)))
        continue;
    if (call.code == TSS2_RC_SUCCESS)
        return call_end(&call, Tss2_Sys_Sign_Complete(tpm->sys, signature));
    if (lacks == NULL)
        return 0;
    *lacks = tpm_code_is(call.code, TPM2_RC_HASH) ||
             tpm_code_is(call.code, TPM2_RC_SCHEME) ||
             tpm_code_is(call.code, TPM2_RC_VALUE);
    if (!*lacks)
        call_say(&call, call.code);
    return 0;
}

/* Whether it was what is to be decrypted that the TPM did not like. libtpms
 * says of a wrong PKCS #1 padding what others say in failure mode, in which
 * they would not answer anything else. */
static int
is_wrong_cipher(struct tpm *tpm, const struct tpm_entity *key, TSS2_RC code)
{
    return tpm_code_is(code, TPM2_RC_VALUE) ||
           tpm_code_is(code, TPM2_RC_SIZE) ||
           (tpm_code_is(code, TPM2_RC_FAILURE) &&
            tidy_is_still(tpm, key->handle, &key->name));
}

int
tpm_rsa_decrypt(struct tpm *tpm, const struct tpm_entity *key,
                const struct tpm_auth *auth, const TPM2B_PUBLIC_KEY_RSA *cipher,
                const TPMT_RSA_DECRYPT *scheme, const TPM2B_DATA *label,
                TPM2B_PUBLIC_KEY_RSA *message, int *is_wrong)
{
    struct call call =
        call_begin(tpm, "TPM2_RSA_Decrypt", TPM2_CC_RSA_Decrypt, auth);

    call.message.names[0] = &key->name;
    call.answers_secret = auth->session != NULL;
    call.is_last = 1;
    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_RSA_Decrypt_Prepare(
                                 tpm->sys, key->handle, cipher, scheme, label)))
        continue;
    if (call.code == TSS2_RC_SUCCESS)
        return call_end(&call,
                        Tss2_Sys_RSA_Decrypt_Complete(tpm->sys, message));
    *is_wrong = is_wrong_cipher(tpm, key, call.code);
    if (*is_wrong)
        tpm->fault = TPM_FAULT_REFUSED;
    else
        call_say(&call, call.code);
    return 0;
}

int
tpm_ecdh_zgen(struct tpm *tpm, const struct tpm_entity *key,
              const struct tpm_auth *auth, const TPM2B_ECC_POINT *peer,
              TPM2B_ECC_POINT *secret)
{
    struct call call =
        call_begin(tpm, "TPM2_ECDH_ZGen", TPM2_CC_ECDH_ZGen, auth);

    call.message.names[0] = &key->name;
    call.answers_secret = auth->session != NULL;
    call.is_last = 1;
    secret->size = 0;
    while (call_again(&call,
                      Tss2_Sys_ECDH_ZGen_Prepare(tpm->sys, key->handle, peer)))
        continue;
    if (call.code != TSS2_RC_SUCCESS)
        return 0;
    return call_end(&call, Tss2_Sys_ECDH_ZGen_Complete(tpm->sys, secret));
}

int
tpm_get_random(struct tpm *tpm, const struct tpm_auth *auth, uint16_t *len,
               TPM2B_DIGEST *bytes)
{
    struct call call =
        call_begin(tpm, "TPM2_GetRandom", TPM2_CC_GetRandom, auth);

    call.answers_secret = 1;
    while (call_again(&call, Tss2_Sys_GetRandom_Prepare(tpm->sys, *len)))
        continue;
    if (call.code != TSS2_RC_SUCCESS ||
        !call_end(&call, Tss2_Sys_GetRandom_Complete(tpm->sys, bytes)))
        return 0;
    if (bytes->size > 0 && bytes->size <= *len) {
        *len = bytes->size;
        return 1;
    }
    call_distrust(&call, "it gave no bytes, or more than were asked for");
    return 0;
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
tpm_start_session(struct tpm *tpm, const struct tpm_start *how,
                  const TPM2B_NONCE *nonce, const TPM2B_ENCRYPTED_SECRET *salt,
                  TPM2_HANDLE *handle, TPM2B_NONCE *nonce_tpm, int *is_unable)
{
    struct call call = call_begin(tpm, "TPM2_StartAuthSession",
                                  TPM2_CC_StartAuthSession, NULL);
    const TPMT_SYM_DEF cipher = {
        .algorithm = TPM2_ALG_AES,
        .keyBits.aes = 128,
        .mode.aes = TPM2_ALG_CFB,
    };

    *handle = 0;
    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_StartAuthSession_Prepare(
                                 tpm->sys, how->salt_key, TPM2_RH_NULL, nonce,
                                 salt, how->type, &cipher, how->hash)))
        continue;
    *is_unable = tpm_code_is(call.code, TPM2_RC_VALUE);
    if (call.code != TSS2_RC_SUCCESS && !*is_unable)
        call_say(&call, call.code);
    call.is_quiet = 0;
    if (call.code == TSS2_RC_SUCCESS &&
        call_end(&call, Tss2_Sys_StartAuthSession_Complete(tpm->sys, handle,
                                                           nonce_tpm)))
        return 1;
    tpm->has_lost_session |= call_is_lost(&call);
    return 0;
}
