/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys on their way in: PEM to DER, and the DER of a TSS2 PRIVATE KEY to a
 * struct tpm_key, without a word to the TPM.
 */
#ifndef PROVIDER_DECODE_H
#define PROVIDER_DECODE_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_decode_pem_functions[];
extern const OSSL_DISPATCH tpm_decode_rsa_functions[];
extern const OSSL_DISPATCH tpm_decode_rsa_pss_functions[];
extern const OSSL_DISPATCH tpm_decode_ec_functions[];

#endif
