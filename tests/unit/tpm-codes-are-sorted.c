// SPDX-License-Identifier: Apache-2.0
/*
 * Response codes end in the right drawer whatever layer brought them and
 * whatever parameter they complain about, and what a person can mend comes
 * with a sentence and a remedy (TPM 2.0 Part 2 §6.6).
 */
#include "check.h"
#include "error.h"

#include <tss2/tss2_common.h>
#include <tss2/tss2_tpm2_types.h>

static const struct {
    uint32_t code;
    enum tpm_fault fault;
} rows[] = {
    { 0, TPM_FAULT_NONE },
    /* warnings that pass */
    { 0x922, TPM_FAULT_AGAIN },
    { 0x908, TPM_FAULT_AGAIN },
    { 0x90a, TPM_FAULT_AGAIN },
    { 0x920, TPM_FAULT_AGAIN },
    /* the same from a resource manager */
    { TSS2_RESMGR_TPM_RC_LAYER | 0x922, TPM_FAULT_AGAIN },
    { TSS2_RESMGR_RC_LAYER | 0x902, TPM_FAULT_CROWDED },
    { 0x902, TPM_FAULT_CROWDED },
    { 0x903, TPM_FAULT_CROWDED },
    /* the TPM has forgotten */
    { 0x910, TPM_FAULT_STALE },
    { 0x911, TPM_FAULT_STALE },
    { 0x918, TPM_FAULT_STALE },
    { 0x18b, TPM_FAULT_STALE }, /* handle, first */
    { 0x28b, TPM_FAULT_STALE }, /* handle, second */
    { 0x100, TPM_FAULT_STALE },
    { 0x101, TPM_FAULT_STALE },
    /* the connection */
    { TSS2_TCTI_RC_IO_ERROR, TPM_FAULT_LOST },
    { TSS2_TCTI_RC_NO_CONNECTION, TPM_FAULT_LOST },
    { TSS2_SYS_RC_MALFORMED_RESPONSE, TPM_FAULT_LOST },
    { TSS2_MU_RC_BAD_SIZE, TPM_FAULT_LOST },
    /* no, and never once more: a wrong password is counted */
    { 0x98e, TPM_FAULT_REFUSED },
    { 0x9a2, TPM_FAULT_REFUSED },
    { 0x921, TPM_FAULT_REFUSED },
    { 0x1df, TPM_FAULT_REFUSED }, /* integrity, first parameter */
    { 0x14c, TPM_FAULT_REFUSED }, /* persistent handle taken */
    { 0x2c4, TPM_FAULT_REFUSED },
    { 0xffffffff, TPM_FAULT_REFUSED },
};

static const uint32_t mendable[] = { 0x902, 0x921, 0x98e, 0x9a2, 0x1df,
                                     0x18b, 0x14b, 0x101, 0x100 };

int
main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!CHECK(tpm_fault_find(rows[i].code)->fault == rows[i].fault))
            fprintf(stderr, "code 0x%x\n", (unsigned)rows[i].code);
    for (size_t i = 0; i < sizeof mendable / sizeof mendable[0]; i++) {
        CHECK(tpm_fault_find(mendable[i])->sentence != NULL);
        CHECK(tpm_fault_find(mendable[i])->remedy != NULL);
    }
    CHECK(tpm_fault_find(0x98e)->sentence != tpm_fault_find(0x921)->sentence);
    return check_end();
}
