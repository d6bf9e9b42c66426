/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TSS2 PRIVATE KEY as a struct.  The names in the comments are those of
 * draft-bottomley-tpm2-keys ("ASN.1 Specification for TPM 2.0 Key Files").
 */
#ifndef PROVIDER_KEYFILE_H
#define PROVIDER_KEYFILE_H

#include "checked.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* What the PEM guards say. */
#define TPM_KEYFILE_PEM_NAME "TSS2 PRIVATE KEY"

/* The longest DER that is looked at, bytes; a key without a policy has
 * some 250 (P-256) to 1,200 (RSA-4096) of them. */
#define TPM_KEYFILE_SIZE_MAX 16384

/* The most TPMPolicy in a policy and TPMAuthPolicy in a file. */
#define TPM_KEYFILE_STEPS_MAX 64
#define TPM_KEYFILE_ALTERNATIVES_MAX 16

/* TPMPolicy: one policy command and its parameters as the TPM takes them. */
struct tpm_policy_step {
    TPM2_CC command;
    unsigned char *data;
    size_t size;
};

/* policy, where name stays NULL, or one TPMAuthPolicy. */
struct tpm_policy {
    char *name;
    struct tpm_policy_step *steps;
    size_t count;
};

struct tpm_keyfile {
    int empty_auth; /* 1: no password; 0: one is to be asked for */
    struct tpm_policy policy;
    unsigned char *secret;
    size_t secret_size;
    struct tpm_policy *alternatives; /* authPolicy */
    size_t alternative_count;
    char *description; /* or NULL */
    int rsa_parent;
    TPM2_HANDLE parent; /* a hierarchy or an object */
    TPM2B_PUBLIC public_area;
    TPM2B_PRIVATE private_area;
};

/* Frees what a policy has, and leaves an empty one. */
void
tpm_policy_clear(struct tpm_policy *policy);

/* An empty key file: no password, child of the owner hierarchy's primary. */
CHECKED struct tpm_keyfile *
tpm_keyfile_new(void);

/* Frees what is there, and clears the pointer; nothing at all is fine. */
void
tpm_keyfile_free(struct tpm_keyfile **file);

/* Does this DER begin as a TPM key file does, of whatever type?  Says
 * whether the bytes are meant for us, and not whether they are right. */
int
tpm_keyfile_is(const unsigned char *der, size_t length);

/* The struct of one whole DER, or NULL, and then *why is a sentence that
 * nobody frees.  Touches neither a TPM nor the error queue. */
CHECKED struct tpm_keyfile *
tpm_keyfile_parse(const unsigned char *der, size_t length, const char **why);

/* The DER of a struct, *der to be freed with OPENSSL_free; 0 when the
 * struct holds what has no encoding, or memory runs out. */
CHECKED int
tpm_keyfile_encode(const struct tpm_keyfile *file, unsigned char **der,
                   size_t *length);

#endif
