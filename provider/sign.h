/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures by TPM keys: RSA (PKCS #1 v1.5 and PSS) and ECDSA, of digests
 * that the host makes. Verification is left to others (DESIGN.md, rule 7).
 */
#ifndef PROVIDER_SIGN_H
#define PROVIDER_SIGN_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_rsa_signature_functions[];
extern const OSSL_DISPATCH tpm_ecdsa_signature_functions[];

#endif
