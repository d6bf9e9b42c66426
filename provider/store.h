/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys by URI: handle:0x81000010 and object:FILE, each with ?pass.
 */
#ifndef PROVIDER_STORE_H
#define PROVIDER_STORE_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_store_functions[];

#endif
