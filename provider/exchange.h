/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key agreement: ECDH with the private half in the TPM (provider-keyexch(7)).
 */
#ifndef PROVIDER_EXCHANGE_H
#define PROVIDER_EXCHANGE_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_ecdh_functions[];

#endif
