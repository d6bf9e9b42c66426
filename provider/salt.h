/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret for the TPM, as the salt of a session, and its encryption for one
 * key of the TPM's, on the host (TPM 2.0 Part 1 §19.6.12, §23.3.2.3).
 */
#ifndef PROVIDER_SALT_H
#define PROVIDER_SALT_H

#include "checked.h"

#include <tss2/tss2_tpm2_types.h>

struct provider;

/* Makes a salt, the caller's to wipe, and what the TPM is to be given of it:
 * StartAuthSession, if `label` is "SECRET", Import with "DUPLICATE". 0, raising
 * nothing, for a key that none can be encrypted for. */
CHECKED int
salt_make(const struct provider *prov, const TPMT_PUBLIC *area,
          const char *label, TPM2B_DIGEST *salt,
          TPM2B_ENCRYPTED_SECRET *secret);

#endif
