/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests in software, passed through to the private library context's
 * `default`, so that a bare `-provider tpm2` has any (DESIGN.md, rule 7).
 */
#ifndef PROVIDER_DIGEST_H
#define PROVIDER_DIGEST_H

#include <openssl/core_dispatch.h>

extern const OSSL_DISPATCH tpm_digest_sha1_functions[];
extern const OSSL_DISPATCH tpm_digest_sha256_functions[];
extern const OSSL_DISPATCH tpm_digest_sha384_functions[];
extern const OSSL_DISPATCH tpm_digest_sha512_functions[];

#endif
