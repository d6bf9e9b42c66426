/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New keys: made in the TPM or taken into it, under a parent, bound to what was
 * wished for, and persistent if a handle was named (TPM 2.0 Part 3 §12.1,
 * §13.3, §28.5).
 */
#ifndef PROVIDER_GENERATE_H
#define PROVIDER_GENERATE_H

#include "key.h"

#include <openssl/types.h>

/* What a new key is to be; gen_* of keymgmt.c fills it. */
struct tpm_key_wish {
    EVP_PKEY *software; /* to be imported; NULL: one is to be made */
    TPM2B_PUBLIC template;
    TPM2B_SENSITIVE_CREATE sensitive; /* user-auth; wiped by who made it */
    TPM2_HANDLE parent;               /* 0: the owner hierarchy */
    TPM2B_AUTH parent_auth;
    TPM2_HANDLE handle; /* persistent handle wanted, else 0 */
    struct tpm_bond bond;
};

/* A new key, made in the TPM, or imported, which is said aloud; persistent if a
 * handle is wished for, and then only after it was seen to be what was wished
 * for. NULL with an error raised, and nothing left in the TPM. */
CHECKED struct tpm_key *
tpm_key_generate(struct provider *prov, const struct tpm_key_wish *wish);

#endif
