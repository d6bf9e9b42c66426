/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The salt of a session, and its encryption for one key of the TPM's, on the
 * host and without asking it anything (TPM 2.0 Part 1 §19.6.12).
 */
#ifndef PROVIDER_SALT_H
#define PROVIDER_SALT_H

#include "checked.h"

#include <tss2/tss2_tpm2_types.h>

struct provider;

/* Makes a salt, the caller's to wipe, and what StartAuthSession is to be given
 * of it. 0, raising nothing, for a key that none can be encrypted for. */
CHECKED int
salt_make(const struct provider *prov, const TPMT_PUBLIC *area,
          TPM2B_DIGEST *salt, TPM2B_ENCRYPTED_SECRET *secret);

#endif
