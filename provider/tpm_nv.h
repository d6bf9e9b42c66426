/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that read NV indices, as tpm.h has the others. What is made of
 * the data is index.c's (TPM 2.0 Part 3 §31).
 */
#ifndef PROVIDER_TPM_NV_H
#define PROVIDER_TPM_NV_H

#include "checked.h"
#include "tpm.h"

/* Part 3 §31.6 */
CHECKED int
tpm_nv_read_public(struct tpm *tpm, TPM2_HANDLE index, TPMS_NV_PUBLIC *area);

/* Part 3 §31.13, with the empty password of `by`: the index itself, or a
 * hierarchy. Fails when less comes than was asked for. */
CHECKED int
tpm_nv_read(struct tpm *tpm, TPM2_HANDLE by, TPM2_HANDLE index, uint16_t offset,
            uint16_t len, unsigned char *data);

#endif
