/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes of the TPM, for who asks for TPM2-RAND by name, or has said in
 * openssl.cnf that CTR-DRBG is to mean it (provider-rand(7)).
 */
#ifndef PROVIDER_RAND_H
#define PROVIDER_RAND_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_rand_functions[];

#endif
