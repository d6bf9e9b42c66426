/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TPM: one function a command, and the only place that sends any. It
 * connects at first use, retries, reconnects and knows when a fork happened;
 * what to load and when to flush it is key.c's (TPM 2.0 Part 3).
 */
#ifndef PROVIDER_TPM_H
#define PROVIDER_TPM_H

#include "checked.h"
#include "error.h"

#include <tss2/tss2_tpm2_types.h>

struct provider;
struct session;
struct tpm;

/* Who authorizes a command, and with what. A name is what the TPM calls the
 * entity when it computes cpHash (Part 1 §16); session NULL is a password
 * authorization, which is sent only for an empty value. */
struct tpm_auth {
    struct session *session;
    const TPM2B_AUTH *value;
};

/* A handle together with its name. */
struct tpm_entity {
    TPM2_HANDLE handle;
    TPM2B_NAME name;
};

/* Begins a transaction: this process's connection, made if need be, locked
 * for the calling thread. `subject` says in errors what it is for ("the key
 * at handle 0x81000010") and must outlive it. NULL with an error when there
 * is no TPM. */
struct tpm *
tpm_begin(struct provider *prov, const char *subject);

/* Ends it: unlocks, and lets go of a TPM that cannot be shared. */
void
tpm_end(struct tpm *tpm);

/* Why the last command failed, for who may try the whole once more. */
enum tpm_fault
tpm_last_fault(const struct tpm *tpm);

/* Throws the connection away; the next command makes a new one. */
void
tpm_drop(struct tpm *tpm);

/* Part 3 §12.4; name may be NULL. No authorization. */
CHECKED int
tpm_read_public(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
                TPM2B_NAME *name);

/* Part 3 §24.1. On success the caller must flush `primary->handle`. */
CHECKED int
tpm_create_primary(struct tpm *tpm, TPM2_HANDLE hierarchy,
                   const struct tpm_auth *auth, const TPM2B_PUBLIC *template,
                   struct tpm_entity *primary, TPM2B_PUBLIC *area);

/* Part 3 §12.1 */
CHECKED int
tpm_create(struct tpm *tpm, const struct tpm_entity *parent,
           const struct tpm_auth *auth, const TPM2B_SENSITIVE_CREATE *sensitive,
           const TPM2B_PUBLIC *template, TPM2B_PRIVATE *blob,
           TPM2B_PUBLIC *area);

/* Part 3 §12.2. On success the caller must flush `object->handle`. */
CHECKED int
tpm_load(struct tpm *tpm, const struct tpm_entity *parent,
         const struct tpm_auth *auth, const TPM2B_PRIVATE *blob,
         const TPM2B_PUBLIC *area, struct tpm_entity *object);

/* Part 3 §20.2, for a digest that was computed on the host. */
CHECKED int
tpm_sign(struct tpm *tpm, const struct tpm_entity *key,
         const struct tpm_auth *auth, const TPM2B_DIGEST *digest,
         const TPMT_SIG_SCHEME *scheme, TPMT_SIGNATURE *signature);

/* Part 3 §28.5: makes a loaded object persistent at `handle`. */
CHECKED int
tpm_persist(struct tpm *tpm, const struct tpm_auth *auth,
            const struct tpm_entity *object, TPM2_HANDLE handle);

/* Part 3 §11.1, salted HMAC session; session.c makes the arguments. */
CHECKED int
tpm_start_session(struct tpm *tpm, TPM2_HANDLE salt_key,
                  const TPM2B_NONCE *nonce, const TPM2B_ENCRYPTED_SECRET *salt,
                  TPM2_ALG_ID hash, TPM2_HANDLE *handle,
                  TPM2B_NONCE *nonce_tpm);

/* Part 3 §28.4. Silent, and without effect on tpm_last_fault(): it is used
 * for tidying up, when there is nobody to tell. */
void
tpm_flush(struct tpm *tpm, TPM2_HANDLE handle);

/* Closes whatever connection the provider still has; for teardown. */
void
tpm_free(struct tpm **tpm);

#endif
