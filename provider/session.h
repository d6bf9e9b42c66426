/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Salted HMAC sessions: a password is proved and never sent, commands and
 * answers are checked, secret parameters encrypted (TPM 2.0 Part 1 §19, §21).
 * Sends nothing itself; sessions live no longer than one transaction.
 */
#ifndef PROVIDER_SESSION_H
#define PROVIDER_SESSION_H

#include "checked.h"
#include "tpm.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

struct session {
    struct provider *prov;
    TPM2_HANDLE handle; /* 0: none, or the TPM has ended it */
    TPM2B_DIGEST key;   /* sessionKey; empty without a salt */
    int is_policy;      /* a policy is proved, and no password... */
    int needs_value;    /* ...unless the policy itself wants it */
    int is_unable;      /* not started: the TPM could not read the salt */
    int is_last;        /* ends with the next command that it authorizes */
    TPM2B_NONCE caller;
    TPM2B_NONCE tpm;
    TPMA_SESSION attributes; /* of the command under way */
};

/* What both sides of a command put under the HMAC. */
struct session_message {
    TPM2_CC command;
    const TPM2B_NAME *names[2]; /* of the handles, NULL from the first free */
    const unsigned char *parameters;
    size_t len;
};

/* Starts a session salted to a loaded key, whose public area says how. The
 * caller must end it, or flush session->handle. */
CHECKED int
session_start(struct session *session, struct tpm *tpm, TPM2_HANDLE salt_key,
              const TPM2B_PUBLIC *area);

/* Starts a policy session, for keys with this name algorithm. Without a salt
 * key (TPM2_RH_NULL and NULL) it protects nothing: good for policies that need
 * no secret. To be ended as the other. */
CHECKED int
session_start_policy(struct session *session, struct tpm *tpm, TPM2_ALG_ID hash,
                     TPM2_HANDLE salt_key, const TPM2B_PUBLIC *area);

/* Takes a new nonce for the next command; to be called before the others. */
CHECKED int
session_renew(struct session *session);

/* Encrypts (command) the first parameter in place. */
CHECKED int
session_encrypt(const struct session *session, const TPM2B_AUTH *value,
                unsigned char *data, size_t len);

/* Decrypts (answer) the first parameter in place; after session_check(). */
CHECKED int
session_decrypt(const struct session *session, const TPM2B_AUTH *value,
                unsigned char *data, size_t len);

/* Fills the authorization of a command. */
CHECKED int
session_authorize(const struct session *session, const TPM2B_AUTH *value,
                  const struct session_message *message,
                  TPMS_AUTH_COMMAND *auth);

/* Checks that of the answer, and takes over the TPM's nonce. */
CHECKED int
session_check(struct session *session, const TPM2B_AUTH *value,
              const struct session_message *message,
              const TPMS_AUTH_RESPONSE *auth);

/* Wipes the secrets; does not talk to the TPM. */
void
session_wipe(struct session *session);

/* KDFa with HMAC-SHA-256 (Part 1 §11.4.10.2); out is 32 bytes at most. */
CHECKED int
session_kdfa(const struct provider *prov, const void *key, size_t key_len,
             const char *label, const TPM2B_NONCE *u, const TPM2B_NONCE *v,
             unsigned char *out, size_t len);

#endif
