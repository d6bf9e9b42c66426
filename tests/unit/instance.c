// SPDX-License-Identifier: Apache-2.0
/*
 * A struct provider for unit tests, with digests and ciphers from the default
 * library context. What is tested with it is the tests' affair.
 */
#include "instance.h"

#include <string.h>

bool
instance_make(struct provider *prov)
{
    memset(prov, 0, sizeof *prov);
    for (size_t i = 0; i < TPM_HASHES; i++) {
        prov->digests[i] = EVP_MD_fetch(NULL, tpm_hashes[i].name, NULL);
        if (prov->digests[i] == NULL)
            return false;
    }
    prov->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    prov->cipher = EVP_CIPHER_fetch(NULL, "AES-128-CFB", NULL);
    return prov->hmac != NULL && prov->cipher != NULL;
}

void
instance_free(struct provider *prov)
{
    EVP_CIPHER_free(prov->cipher);
    EVP_MAC_free(prov->hmac);
    for (size_t i = 0; i < TPM_HASHES; i++)
        EVP_MD_free(prov->digests[i]);
}
