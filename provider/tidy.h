/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is put away, for those who know the inside of a connection; the others
 * find tpm_flush() and tpm_sweep() in tpm.h (TPM 2.0 Part 3 §28.4).
 */
#ifndef PROVIDER_TIDY_H
#define PROVIDER_TIDY_H

#include "checked.h"
#include "tpm.h"

/* Whether at a handle still stands what has this name; after a lost connection
 * it may be somebody else's by now. The empty name is that of a sequence. */
CHECKED int
tidy_is_still(struct tpm *tpm, TPM2_HANDLE handle, const TPM2B_NAME *name);

/* Whether something is loaded and for so long nobody loads or flushes any more,
 * so that it may have been left by somebody who is gone; never where a TPM is
 * shared. */
CHECKED int
tidy_is_at_rest(struct tpm *tpm, int ms);

#endif
