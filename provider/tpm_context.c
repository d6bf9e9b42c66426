// SPDX-License-Identifier: Apache-2.0
/*
 * The commands that save contexts. Leaves sending to call.c and whose contexts
 * they are, and for how long, to keep.c (TPM 2.0 Part 3 §28.2, §28.3).
 */
#include "tpm_context.h"

#include "call.h"
#include "connection.h"

#include <tss2/tss2_sys.h>

/* There is another way, and it goes on as if nothing had been tried. */
static void
forgive(struct tpm *tpm)
{
    if (tpm->fault == TPM_FAULT_LOST)
        tpm->has_lost = 1;
    else
        tpm->fault = TPM_FAULT_NONE;
}

int
tpm_context_save(struct tpm *tpm, TPM2_HANDLE object, TPMS_CONTEXT *context)
{
    struct call call =
        call_begin(tpm, "TPM2_ContextSave", TPM2_CC_ContextSave, NULL);

    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_ContextSave_Prepare(tpm->sys, object)))
        continue;
    if (call.code == TSS2_RC_SUCCESS &&
        call_end(&call, Tss2_Sys_ContextSave_Complete(tpm->sys, context)))
        return 1;
    forgive(tpm);
    return 0;
}

int
tpm_context_load(struct tpm *tpm, const TPMS_CONTEXT *context,
                 TPM2_HANDLE *object)
{
    struct call call =
        call_begin(tpm, "TPM2_ContextLoad", TPM2_CC_ContextLoad, NULL);

    *object = 0;
    call.is_quiet = 1;
    while (call_again(&call, Tss2_Sys_ContextLoad_Prepare(tpm->sys, context)))
        continue;
    if (call.code == TSS2_RC_SUCCESS &&
        call_end(&call, Tss2_Sys_ContextLoad_Complete(tpm->sys, object)))
        return 1;
    tpm->has_lost |= call_is_lost(&call);
    forgive(tpm);
    return 0;
}
