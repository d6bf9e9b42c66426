/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlgorithmIdentifiers of signatures, in DER, as certificates and requests
 * name them (RFC 3279 §2.2, RFC 4055, RFC 5758).
 */
#ifndef PROVIDER_ALGID_H
#define PROVIDER_ALGID_H

#include "checked.h"

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* The DER for a signature scheme and its hash; a PSS salt is as long as the
 * digest. *der is to be freed with OPENSSL_free. */
CHECKED int
tpm_algid_encode(TPM2_ALG_ID scheme, TPM2_ALG_ID hash, unsigned char **der,
                 size_t *len);

#endif
