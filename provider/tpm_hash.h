/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing in the TPM, for the ticket that restricted keys want to see. Nothing
 * else is hashed there (TPM 2.0 Part 3 §15.4, §17; DESIGN.md, rule 3).
 */
#ifndef PROVIDER_TPM_HASH_H
#define PROVIDER_TPM_HASH_H

#include "tpm.h"

#include <stddef.h>

/* The digest of data of any length and the ticket that says who made it. Data
 * that does not fit into one command takes an object slot meanwhile. A ticket
 * without a digest: the data begins as what the TPM itself makes does. */
CHECKED int
tpm_hash_data(struct tpm *tpm, TPM2_ALG_ID hash, const unsigned char *data,
              size_t len, TPM2B_DIGEST *digest, TPMT_TK_HASHCHECK *ticket);

#endif
