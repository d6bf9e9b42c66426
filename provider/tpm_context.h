/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded objects, taken out of the TPM and put back. For keep.c; nothing of
 * this outlives the process (TPM 2.0 Part 1 §30, Part 3 §28.2, §28.3).
 */
#ifndef PROVIDER_TPM_CONTEXT_H
#define PROVIDER_TPM_CONTEXT_H

#include "checked.h"
#include "tpm.h"

/* Part 3 §28.2: a copy, encrypted by the TPM; the object stays. A refusal is
 * no error. */
CHECKED int
tpm_context_save(struct tpm *tpm, TPM2_HANDLE object, TPMS_CONTEXT *context);

/* Part 3 §28.3. On success the caller must flush *object. A refusal is no
 * error: the TPM was reset, or is full. */
CHECKED int
tpm_context_load(struct tpm *tpm, const TPMS_CONTEXT *context,
                 TPM2_HANDLE *object);

#endif
