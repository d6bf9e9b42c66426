/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signature made as it was asked for, on every chip: by TPM2_Sign where that
 * gives it, and else with RSA on a block that the host pads. Beside RSA there
 * is nothing to pad: TPM2_Sign it is (field.md P17, P18).
 */
#ifndef PROVIDER_RSASIGN_H
#define PROVIDER_RSASIGN_H

#include "checked.h"
#include "key.h"
#include "scheme.h"

/* `wanted` and `tbs` are what scheme_resolve() made of `asked`. */
CHECKED int
rsasign(const struct scheme *asked, struct tpm_key *key,
        const TPM2B_DIGEST *tbs, const TPMT_SIG_SCHEME *wanted,
        TPMT_SIGNATURE *signature);

/* Signs bytes of which no hash is named, as they are, if the key may decrypt.
 */
CHECKED int
rsasign_bare(struct tpm_key *key, const unsigned char *data, size_t len,
             TPMT_SIGNATURE *signature);

/* As rsasign(), of a restricted key, for which the TPM itself has to hash
 * `data`. */
CHECKED int
rsasign_data(const struct scheme *scheme, struct tpm_key *key,
             const unsigned char *data, size_t len, TPMT_SIGNATURE *signature);

#endif
