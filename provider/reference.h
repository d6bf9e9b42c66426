/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small file that refers to a key at a persistent handle, for programs that
 * open files and know no URIs. provider-tpm2(7) has its format:
 *
 *     TPM2 KEY REFERENCE ::= SEQUENCE {
 *         uri      UTF8String,    -- "handle:0x81000010", "?pass" behind it
 *         public   OCTET STRING,  -- TPM2B_PUBLIC: which key has to be there
 *         keyFile  [0] EXPLICIT OCTET STRING OPTIONAL }
 *                       -- its TSS2 PRIVATE KEY, which has its policy
 */
#ifndef PROVIDER_REFERENCE_H
#define PROVIDER_REFERENCE_H

#include "checked.h"
#include "keyfile.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* What the PEM guards say; nobody else takes it for anything. */
#define TPM_REFERENCE_PEM_NAME "TPM2 KEY REFERENCE"

/* The longest DER that is looked at, bytes; RSA-4096 has some 600 of them, and
 * a whole key file more when there is a policy. */
#define TPM_REFERENCE_SIZE_MAX (1024 + TPM_KEYFILE_SIZE_MAX)

struct tpm_reference {
    TPM2_HANDLE handle;
    int has_password;
    TPM2B_PUBLIC area;
    struct tpm_keyfile *file; /* of the same key; NULL: there is no policy */
};

/* Whether this DER begins as a reference does. */
int
tpm_reference_is(const unsigned char *der, size_t len);

/* One whole DER, whose `file` is the caller's; 0, and then *why is a sentence
 * that nobody frees. Touches neither a TPM nor the error queue. */
CHECKED int
tpm_reference_parse(const unsigned char *der, size_t len,
                    struct tpm_reference *reference, const char **why);

/* The DER, *der to be freed with OPENSSL_free; 0 when memory runs out. */
CHECKED int
tpm_reference_encode(const struct tpm_reference *reference, unsigned char **der,
                     size_t *len);

#endif
