/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the provider that no TPM has: public halves of OpenSSL's, said to be
 * at a persistent handle.
 */
#ifndef TESTS_UNIT_KEYS_H
#define TESTS_UNIT_KEYS_H

#include "../provider/within.h"

#include <tss2/tss2_tpm2_types.h>

struct tpm_key;

/* On P-256, P-384 or P-521; it may sign and decrypt. */
struct tpm_key *
keys_ec(const struct within *within, const char *curve);

/* RSA-2048, likewise. */
struct tpm_key *
keys_rsa(const struct within *within);

/* A copy with other attributes and a fixed scheme. */
struct tpm_key *
keys_fixed(const struct within *within, const struct tpm_key *key,
           TPMA_OBJECT attributes, TPM2_ALG_ID scheme);

#endif
