/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asymmetric cipher RSA: decryption in the TPM, encryption with the public
 * half on the host (provider-asym_cipher(7)).
 */
#ifndef PROVIDER_DECRYPT_H
#define PROVIDER_DECRYPT_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_rsa_cipher_functions[];

#endif
