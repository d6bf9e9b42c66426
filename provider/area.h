/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public areas: read from bytes in the one way in which they are written, and
 * compared. Pure; what an area says is for others (TPM 2.0 Part 2 §12.2.4).
 */
#ifndef PROVIDER_AREA_H
#define PROVIDER_AREA_H

#include "checked.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* Reads a TPM2B_PUBLIC that is all of `len` bytes; 0 for any others, and for
 * one that would have been written otherwise. */
CHECKED int
area_read(const unsigned char *data, size_t len, TPM2B_PUBLIC *area);

/* Whether two are the same, marshalled. */
int
area_is(const TPMT_PUBLIC *one, const TPMT_PUBLIC *other);

#endif
