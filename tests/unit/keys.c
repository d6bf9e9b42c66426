// SPDX-License-Identifier: Apache-2.0
/*
 * Makes keys in software and public areas of their halves, with the provider's
 * own functions for signers of policies.
 */
#include "keys.h"

#include "bind.h"
#include "key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

static struct tpm_key *
take(const struct within *within, EVP_PKEY *pkey)
{
    TPM2B_PUBLIC area = { 0 };
    struct tpm_key *key = NULL;

    if (pkey != NULL && bind_signer_area(pkey, &area.publicArea)) {
        area.publicArea.objectAttributes |= TPMA_OBJECT_DECRYPT;
        key = tpm_key_new_from_reference(within->context, 0x81000010, &area, 1);
    }
    EVP_PKEY_free(pkey);
    return key;
}

struct tpm_key *
keys_ec(const struct within *within, const char *curve)
{
    return take(within, EVP_EC_gen(curve));
}

struct tpm_key *
keys_rsa(const struct within *within)
{
    return take(within, EVP_RSA_gen(2048));
}

struct tpm_key *
keys_fixed(const struct within *within, const struct tpm_key *key,
           TPMA_OBJECT attributes, TPM2_ALG_ID scheme)
{
    TPM2B_PUBLIC area = key->area;
    TPMT_PUBLIC *public = &area.publicArea;

    public->objectAttributes = attributes;
    if (public->type == TPM2_ALG_RSA) {
        public->parameters.rsaDetail.scheme.scheme = scheme;
        public->parameters.rsaDetail.scheme.details.anySig.hashAlg =
            TPM2_ALG_SHA256;
    } else {
        public->parameters.eccDetail.scheme.scheme = scheme;
        public->parameters.eccDetail.scheme.details.anySig.hashAlg =
            TPM2_ALG_SHA256;
    }
    return tpm_key_new_from_reference(within->context, key->handle, &area, 1);
}
