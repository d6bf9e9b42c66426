/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AlgorithmIdentifiers of signatures, in DER, as certificates and requests
 * name them (RFC 3279 §2.2, RFC 4055, RFC 5758).
 */
#ifndef PROVIDER_ALGID_H
#define PROVIDER_ALGID_H

#include "checked.h"

#include <openssl/types.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

/* What a PSS signature has beside its hash. */
struct tpm_algid_pss {
    TPM2_ALG_ID mask; /* the hash of MGF1 */
    int salt;         /* bytes */
};

/* The DER for a signature scheme and its hash; `pss` is NULL for other schemes,
 * and for a mask of the same hash with a salt as long as the digest. *der is to
 * be freed with OPENSSL_free. */
CHECKED int
tpm_algid_encode(TPM2_ALG_ID scheme, TPM2_ALG_ID hash,
                 const struct tpm_algid_pss *pss, unsigned char **der,
                 size_t *len);

/* The DER of the parameters of PSS, RSASSA-PSS-params, as a string to be freed;
 * NULL without memory or for a hash unknown. What DER leaves out as the default
 * is left out (RFC 4055 §3.1). */
CHECKED ASN1_STRING *
tpm_algid_pss_params(TPM2_ALG_ID hash, const struct tpm_algid_pss *pss);

#endif
