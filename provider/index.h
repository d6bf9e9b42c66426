/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an NV index holds for OpenSSL: a certificate, a list of revoked ones, a
 * public key or a key file, in DER or PEM. Manufacturers put the endorsement
 * key's certificate there (handle:0x1c00002).
 */
#ifndef PROVIDER_INDEX_H
#define PROVIDER_INDEX_H

#include "checked.h"

#include <openssl/core.h>
#include <tss2/tss2_tpm2_types.h>

struct provider;

/* Reads the index and hands what is in it to OpenSSL, which finds out what it
 * is. Raises an error when it cannot be read. */
CHECKED int
index_give(struct provider *prov, TPM2_HANDLE index, OSSL_CALLBACK *callback,
           void *arg);

#endif
