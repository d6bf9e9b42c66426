// SPDX-License-Identifier: Apache-2.0
/*
 * NV indices, read. Leaves sending to call.c and which index, and by whose
 * right, to index.c (TPM 2.0 Part 3 §31).
 */
#include "tpm_nv.h"

#include "call.h"
#include "connection.h"

#include <string.h>
#include <tss2/tss2_sys.h>

int
tpm_nv_read_public(struct tpm *tpm, TPM2_HANDLE index, TPMS_NV_PUBLIC *area)
{
    struct call call =
        call_begin(tpm, "TPM2_NV_ReadPublic", TPM2_CC_NV_ReadPublic, NULL);
    TPM2B_NV_PUBLIC found = { 0 };
    TPM2B_NAME name = { 0 };

    while (call_again(&call, Tss2_Sys_NV_ReadPublic_Prepare(tpm->sys, index)))
        continue;
    if (call.code != TSS2_RC_SUCCESS ||
        !call_end(&call,
                  Tss2_Sys_NV_ReadPublic_Complete(tpm->sys, &found, &name)))
        return 0;
    *area = found.nvPublic;
    return 1;
}

int
tpm_nv_read(struct tpm *tpm, TPM2_HANDLE by, TPM2_HANDLE index, uint16_t offset,
            uint16_t len, unsigned char *data)
{
    static const struct tpm_auth empty = { NULL, NULL };
    struct call call = call_begin(tpm, "TPM2_NV_Read", TPM2_CC_NV_Read, &empty);
    TPM2B_MAX_NV_BUFFER piece = { 0 };

    while (call_again(
        &call, Tss2_Sys_NV_Read_Prepare(tpm->sys, by, index, len, offset)))
        continue;
    if (call.code != TSS2_RC_SUCCESS ||
        !call_end(&call, Tss2_Sys_NV_Read_Complete(tpm->sys, &piece)))
        return 0;
    if (piece.size == len) {
        memcpy(data, piece.buffer, len);
        return 1;
    }
    call_distrust(&call, "it gave another number of bytes than was asked for");
    return 0;
}
