/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that `tpm2_evictcontrol -o` and `tpm2_readpublic -t` write: what
 * ESAPI's Esys_TR_Serialize makes of a persistent key.
 */
#ifndef PROVIDER_OBJECTFILE_H
#define PROVIDER_OBJECTFILE_H

#include "checked.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* The longest such file that is looked at, bytes; an RSA-4096 key takes some
 * 600. */
enum { TPM_OBJECTFILE_SIZE_MAX = 4096 };

struct tpm_objectfile {
    TPM2_HANDLE handle; /* persistent */
    TPM2B_NAME name;    /* as the file has it: whoever uses it compares */
    TPM2B_PUBLIC area;
};

/* The struct of one whole file; on failure 0, and *why is a sentence that
 * nobody frees. Sends the TPM nothing. */
CHECKED int
tpm_objectfile_parse(const unsigned char *data, size_t length,
                     struct tpm_objectfile *file, const char **why);

#endif
