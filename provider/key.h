/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TPM key: its public area, the blob or the persistent handle of its
 * private part, its parent and its password; and load, use, flush. What
 * OpenSSL is told about it is keymgmt.c's (TPM 2.0 Part 2 §12.2, Part 3 §12).
 */
#ifndef PROVIDER_KEY_H
#define PROVIDER_KEY_H

#include "checked.h"

#include <stdatomic.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

struct provider;
struct tpm_keyfile;

struct tpm_key {
    struct provider *prov;
    atomic_int references;
    TPM2B_PUBLIC area;        /* public area: always there */
    TPM2B_NAME name;          /* computed from it (Part 1 §16) */
    TPM2_HANDLE handle;       /* persistent, else 0 */
    TPM2B_PRIVATE blob;       /* size 0: only at its persistent handle */
    TPM2_HANDLE parent;       /* of the blob: persistent or a hierarchy */
    int empty_auth;           /* 1: there is no password, nobody is asked */
    int auth_given;           /* 1: the password is known, be it of size 0 */
    TPM2B_AUTH auth;          /* the password */
    TPM2B_AUTH parent_auth;   /* size 0: none, or in the environment */
    int is_public;            /* 1: a peer's, no private half anywhere */
    atomic_int is_believed;   /* 1: nobody looked yet what is at the handle */
    struct tpm_keyfile *file; /* what else its file says, or NULL */
};

/* What the use of a key is bound to, beside a password; empty: to nothing. */
enum { TPM_BOND_PCRS = 24 };
struct tpm_bond {
    TPML_PCR_SELECTION pcrs; /* one bank, or none */
    int has_values;          /* 0: as the TPM has them */
    unsigned char values[TPM_BOND_PCRS][sizeof(TPMU_HA)];
    TPM2B_PUBLIC signer; /* of the states to come; of type 0: nobody */
};

/* The name of an object: nameAlg || H(marshalled public area); fails, saying
 * nothing, for a name algorithm that we do not know (Part 1 §16). */
CHECKED int
tpm_name(const struct provider *prov, const TPMT_PUBLIC *area,
         TPM2B_NAME *name);

/* A key from the parts of a key file; copies all. A parent of 0 means the
 * owner hierarchy. Sends the TPM nothing. NULL with an error raised when the
 * public area is of no type or name algorithm that we know. */
CHECKED struct tpm_key *
tpm_key_new_from_blob(struct provider *prov, const TPM2B_PUBLIC *area,
                      const TPM2B_PRIVATE *blob, TPM2_HANDLE parent,
                      int empty_auth);

/* The key at a persistent handle; one ReadPublic. NULL with an error raised
 * when there is none, or the handle is no key's (an NV index, a PCR). */
CHECKED struct tpm_key *
tpm_key_new_from_handle(struct provider *prov, TPM2_HANDLE handle,
                        int empty_auth);

/* The key that a serialized object (tpm2_evictcontrol -o) refers to; one
 * ReadPublic, and an error when another key stands at the handle by now. */
CHECKED struct tpm_key *
tpm_key_new_from_object(struct provider *prov, const unsigned char *data,
                        size_t len, int empty_auth);

/* The key at a persistent handle that has to have this public area; sends the
 * TPM nothing, so tpm_key_check() is due before it is used. */
CHECKED struct tpm_key *
tpm_key_new_from_reference(struct provider *prov, TPM2_HANDLE handle,
                           const TPM2B_PUBLIC *area, int empty_auth);

/* Whether a key that was only referred to stands at its handle: one ReadPublic
 * the first time, and an error when another one does by now. */
CHECKED int
tpm_key_check(struct tpm_key *key);

/* One more reference, for tpm_key_free(). */
void
tpm_key_up_ref(struct tpm_key *key);

/* Drops one reference and clears the caller's pointer; wipes with the last. */
void
tpm_key_free(struct tpm_key **key);

/* Keeps a password, copied; fails when it is longer than the TPM takes
 * (the digest of the name algorithm, Part 1 §19.6.4). */
CHECKED int
tpm_key_set_auth(struct tpm_key *key, const void *auth, size_t len);

/* Whether its policy has to be proved to use it. */
int
tpm_key_has_policy(const struct tpm_key *key);

/* What OpenSSL calls such a key: "RSA", "RSA-PSS", "EC"; never NULL for a key
 * that a constructor gave. */
const char *
tpm_key_type_name(const struct tpm_key *key);

/* "the key at handle 0x81000010", "the key under parent 0x81000001". */
enum { TPM_KEY_SUBJECT_MAX = 80 };
void
tpm_key_subject(const struct tpm_key *key, char subject[TPM_KEY_SUBJECT_MAX]);

/* "WHAT under parent 0x81000001", "WHAT under the owner hierarchy". */
void
tpm_key_say_parent(const char *what, TPM2_HANDLE parent,
                   char subject[TPM_KEY_SUBJECT_MAX]);

#endif
