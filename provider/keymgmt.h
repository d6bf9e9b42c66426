/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One engine for every key type, and a descriptor a type that says only what
 * differs. Keys go in and out as struct tpm_key; the private part never goes
 * anywhere: export with the private selection fails, so that OpenSSL brings
 * private operations to us (DESIGN.md, rule 7; provider-keymgmt(7)).
 */
#ifndef PROVIDER_KEYMGMT_H
#define PROVIDER_KEYMGMT_H

#include "key.h"

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>

extern const OSSL_DISPATCH tpm_rsa_keymgmt_functions[];
extern const OSSL_DISPATCH tpm_rsa_pss_keymgmt_functions[];
extern const OSSL_DISPATCH tpm_ec_keymgmt_functions[];

/* The public part as a key of the default provider in our own library context,
 * for what the host does with it; the caller frees it. NULL, saying nothing,
 * when that fails. */
CHECKED EVP_PKEY *
tpm_keymgmt_public(const struct tpm_key *key);

#endif
