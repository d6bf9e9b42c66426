/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys on their way out, from a struct tpm_key of any type: the TSS2 PRIVATE
 * KEY file, SubjectPublicKeyInfo, PKCS #1 (RSA only) and text.
 */
#ifndef PROVIDER_ENCODE_H
#define PROVIDER_ENCODE_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_encode_private_der_functions[];
extern const OSSL_DISPATCH tpm_encode_private_pem_functions[];
extern const OSSL_DISPATCH tpm_encode_spki_der_functions[];
extern const OSSL_DISPATCH tpm_encode_spki_pem_functions[];
extern const OSSL_DISPATCH tpm_encode_pkcs1_der_functions[];
extern const OSSL_DISPATCH tpm_encode_pkcs1_pem_functions[];
extern const OSSL_DISPATCH tpm_encode_text_functions[];

#endif
