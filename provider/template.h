/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public templates by name: the primary that key files without a persistent
 * parent hang under, and what new keys start from (TPM 2.0 Part 1 §27).
 */
#ifndef PROVIDER_TEMPLATE_H
#define PROVIDER_TEMPLATE_H

#include <tss2/tss2_tpm2_types.h>

/* ECC P-256 storage key, byte for byte what tpm2-openssl and the TPM key file
 * draft expect under a hierarchy: another would be another parent. */
extern const TPM2B_PUBLIC tpm_template_primary;

/* The same in RSA, for key files that say rsaParent. */
extern const TPM2B_PUBLIC tpm_template_rsa_primary;

/* New keys; keymgmt.c fills in size or curve, and scheme. */
extern const TPM2B_PUBLIC tpm_template_rsa;
extern const TPM2B_PUBLIC tpm_template_rsa_pss; /* restricted, as the peer's */
extern const TPM2B_PUBLIC tpm_template_ec;

#endif
