// SPDX-License-Identifier: Apache-2.0
/*
 * A serialized ESAPI object (TSS 2.0 ESAPI specification, Esys_TR_Serialize)
 * as tpm2-tss writes it: handle, name, kind, public area, all big-endian.
 * Bytes and a length in; whether the TPM has that key is left to key.c.
 */
#include "objectfile.h"

#include "area.h"

#include <string.h>
#include <tss2/tss2_mu.h>

/* The kind of object of tpm2-tss (IESYSC_KEY_RSRC, IESYSC_NV_RSRC); ESAPI's
 * specification leaves these numbers to who implements it. */
enum { KIND_KEY = 1, KIND_NV = 2 };

CHECKED static int
handle_check(TPM2_HANDLE handle, UINT32 kind, const char **why)
{
    if (kind == KIND_NV || handle >> TPM2_HR_SHIFT == TPM2_HT_NV_INDEX) {
        *why = "the object file refers to an NV index, which is no key";
        return 0;
    }
    if (handle >> TPM2_HR_SHIFT == TPM2_HT_TRANSIENT) {
        *why = "the object file refers to a transient key, which no other "
               "program can use: make it persistent with tpm2_evictcontrol";
        return 0;
    }
    if (kind != KIND_KEY || handle >> TPM2_HR_SHIFT != TPM2_HT_PERSISTENT) {
        *why = "the object file refers to no persistent key";
        return 0;
    }
    return 1;
}

int
tpm_objectfile_parse(const unsigned char *data, size_t length,
                     struct tpm_objectfile *file, const char **why)
{
    UINT32 kind = 0;
    size_t used = 0;

    memset(file, 0, sizeof *file);
    *why = "the object file is longer than 4096 bytes";
    if (length > TPM_OBJECTFILE_SIZE_MAX)
        return 0;
    *why = "the object file is cut short or corrupt, or not one that "
           "tpm2_evictcontrol -o wrote";
    if (Tss2_MU_UINT32_Unmarshal(data, length, &used, &file->handle) ||
        Tss2_MU_TPM2B_NAME_Unmarshal(data, length, &used, &file->name) ||
        Tss2_MU_UINT32_Unmarshal(data, length, &used, &kind))
        return 0;
    if (!handle_check(file->handle, kind, why))
        return 0;
    return area_read(data + used, length - used, &file->area);
}
