/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one transaction has in the TPM on a key's behalf: parent, object and
 * session, each at most one, and never more than two objects (DESIGN.md,
 * rule 2). Lives on the stack of whoever works inside tpm_transact().
 */
#ifndef PROVIDER_USE_H
#define PROVIDER_USE_H

#include "key.h"
#include "session.h"
#include "tpm.h"

struct use {
    struct tpm *tpm;
    struct tpm_entity parent;
    struct tpm_entity object;
    TPM2B_NAME loading;    /* what the object is to be called */
    int is_borrowed;       /* the object was there before us and stays */
    int is_kept;           /* that, because an earlier use left it there */
    int is_secret;         /* set first: a session even without a password */
    int is_rsa_parent;     /* set first: a hierarchy's primary is RSA */
    TPM2_HANDLE hierarchy; /* whose primary the parent is, or 0 */
    const struct tpm_key *key; /* that all is for; NULL: one to be made */
    TPM2B_PUBLIC area; /* the parent's, once it was needed; else of type 0 */
    struct session session; /* proves a password */
    struct session policy;  /* proves the key's policy */
    TPM2B_AUTH parent_auth;
    struct tpm_auth parent_use; /* how the parent authorizes */
};

/* Gets the parent ready: reads its name if a session needs it, or makes the
 * primary of a hierarchy. With `wants_session` a session is started, salted to
 * the parent. use_end() is due whatever this returns. */
CHECKED int
use_parent(struct use *use, struct tpm *tpm, TPM2_HANDLE parent,
           const TPM2B_AUTH *parent_auth, int wants_session);

/* Loads a blob under the parent, which goes if it was made for this. */
CHECKED int
use_load(struct use *use, const TPM2B_PRIVATE *blob, const TPM2B_PUBLIC *area,
         const TPM2B_NAME *name);

/* Gets a whole key ready in use->object; *auth says how to authorize it. */
CHECKED int
use_key(struct use *use, struct tpm *tpm, const struct tpm_key *key,
        struct tpm_auth *auth);

/* Starts use->session by itself, for commands that no key is asked for; salted
 * to a primary of the null hierarchy, or to what openssl.cnf pins. */
CHECKED int
use_session(struct use *use, struct tpm *tpm);

/* Flushes everything that is still there and wipes the rest. */
void
use_end(struct use *use);

#endif
