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

/* Who authorizes a command, and with what: an HMAC session, or, when that is
 * NULL, an empty password. A value never crosses the bus (rule 9). */
struct tpm_auth {
    struct session *session;
    const TPM2B_AUTH *value;
};

/* A handle together with its name, which is what the TPM authenticates when a
 * session covers the command (Part 1 §16). */
struct tpm_entity {
    TPM2_HANDLE handle;
    TPM2B_NAME name;
};

/* Runs `work` as one transaction: connected, locked for the calling thread,
 * and tried once more from the start when the connection or what was loaded
 * got lost meanwhile. `work` must flush what it loaded, failed or not.
 * `subject` says in errors what it is for ("the key at handle 0x81000010").
 * Returns what `work` returned; 0 with an error raised when there is no TPM. */
CHECKED int
tpm_transact(struct provider *prov, const char *subject,
             int (*work)(struct tpm *tpm, void *arg), void *arg);

/* The name of a hierarchy is its handle (Part 1 §16). */
TPM2B_NAME
tpm_hierarchy_name(TPM2_HANDLE hierarchy);

/* Whether two names are the same. */
int
tpm_is_name(const TPM2B_NAME *one, const TPM2B_NAME *other);

/* Part 3 §12.4; name may be NULL. No authorization. */
CHECKED int
tpm_read_public(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
                TPM2B_NAME *name);

/* The same, of a persistent key, and only the first time in a process: what it
 * was then is remembered, until a transaction fails. */
CHECKED int
tpm_read_known(struct tpm *tpm, TPM2_HANDLE handle, TPM2B_PUBLIC *area,
               TPM2B_NAME *name);

/* Whether anything stands at a persistent handle (Part 3 §12.4). */
CHECKED int
tpm_is_free(struct tpm *tpm, TPM2_HANDLE handle, int *is_free);

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

/* A key that was wrapped for a parent outside of the TPM (Part 1 §23.3.2). */
struct tpm_duplicate {
    TPM2B_DATA key;             /* of the inner wrap, a secret */
    TPMT_SYM_DEF_OBJECT cipher; /* the same */
    TPM2B_PRIVATE blob;
    TPM2B_ENCRYPTED_SECRET seed; /* of the outer wrap */
};

/* Part 3 §13.3; the inner key goes encrypted, so `auth` has a session. */
CHECKED int
tpm_import(struct tpm *tpm, const struct tpm_entity *parent,
           const struct tpm_auth *auth, const TPM2B_PUBLIC *area,
           const struct tpm_duplicate *duplicate, TPM2B_PRIVATE *blob);

/* Part 3 §12.2. On success the caller must flush `object->handle`. */
CHECKED int
tpm_load(struct tpm *tpm, const struct tpm_entity *parent,
         const struct tpm_auth *auth, const TPM2B_PRIVATE *blob,
         const TPM2B_PUBLIC *area, struct tpm_entity *object);

/* Part 3 §20.2. `ticket` is NULL for a digest that was made on the host, as
 * all but restricted keys take it. `lacks` may be NULL; else a scheme or hash
 * that the TPM does not have is said there. */
CHECKED int
tpm_sign(struct tpm *tpm, const struct tpm_entity *key,
         const struct tpm_auth *auth, const TPM2B_DIGEST *digest,
         const TPMT_SIG_SCHEME *scheme, const TPMT_TK_HASHCHECK *ticket,
         TPMT_SIGNATURE *signature, int *lacks);

/* Part 3 §14.3. The message comes back encrypted by the session. A refusal of
 * what was given, not of how, is no error of the TPM's: *is_wrong, nothing
 * raised. */
CHECKED int
tpm_rsa_decrypt(struct tpm *tpm, const struct tpm_entity *key,
                const struct tpm_auth *auth, const TPM2B_PUBLIC_KEY_RSA *cipher,
                const TPMT_RSA_DECRYPT *scheme, const TPM2B_DATA *label,
                TPM2B_PUBLIC_KEY_RSA *message, int *is_wrong);

/* Part 3 §14.5: the point that both sides come to, encrypted on its way. */
CHECKED int
tpm_ecdh_zgen(struct tpm *tpm, const struct tpm_entity *key,
              const struct tpm_auth *auth, const TPM2B_ECC_POINT *peer,
              TPM2B_ECC_POINT *secret);

/* Part 3 §16.1: up to `len` bytes, at least one; *len says how many. */
CHECKED int
tpm_get_random(struct tpm *tpm, const struct tpm_auth *auth, uint16_t *len,
               TPM2B_DIGEST *bytes);

/* Part 3 §28.5: makes a loaded object persistent at `handle`. */
CHECKED int
tpm_persist(struct tpm *tpm, const struct tpm_auth *auth,
            const struct tpm_entity *object, TPM2_HANDLE handle);

/* What session is to be started. */
struct tpm_start {
    TPM2_SE type;
    TPM2_ALG_ID hash;
    TPM2_HANDLE salt_key; /* TPM2_RH_NULL: no salt */
};

/* Part 3 §11.1; session.c makes the arguments. When the TPM cannot read the
 * salt, *is_unable, and nothing raised. */
CHECKED int
tpm_start_session(struct tpm *tpm, const struct tpm_start *how,
                  const TPM2B_NONCE *nonce, const TPM2B_ENCRYPTED_SECRET *salt,
                  TPM2_HANDLE *handle, TPM2B_NONCE *nonce_tpm, int *is_unable);

/* Part 3 §28.4: tidies up; nothing to do for a handle of 0, and nobody to tell
 * when it fails. `name` guards an object whose connection was lost meanwhile:
 * NULL for a session, empty for a sequence. */
void
tpm_flush(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name);

/* After an answer to Load or CreatePrimary that was lost, or a handle that was
 * not what it should be, or when the TPM has been full for long, an object of
 * ours may stand where nobody told: looks for it by its name (empty: for
 * sequences) and flushes it. Does nothing otherwise, and nothing where a
 * resource manager tidies up. */
void
tpm_sweep(struct tpm *tpm, const TPM2B_NAME *name);

/* The same of a primary key whose name is not known, by what it was made of. */
void
tpm_sweep_like(struct tpm *tpm, const TPM2B_PUBLIC *template);

/* The same of sessions. They have no names, so that all that are loaded go: to
 * be called when none of ours is needed any more. Who else was in the middle of
 * something, with no resource manager, finds a TPM that was reset. */
void
tpm_sweep_sessions(struct tpm *tpm);

/* Says what is to be loaded: what of that name somebody has left behind may go
 * when there is no room. */
void
tpm_want(struct tpm *tpm, const TPM2B_NAME *name);

/* Whether what failed last was an answer, and it was no: the connection is
 * good, and something else may be tried. */
int
tpm_was_refused(const struct tpm *tpm);

/* What a transaction is for, as tpm_transact() was told. */
const char *
tpm_subject(const struct tpm *tpm);

/* The provider that a transaction is for. */
struct provider *
tpm_provider(const struct tpm *tpm);

/* Frees the connection that a provider still has; for its teardown. */
void
tpm_free(struct tpm **tpm);

#endif
