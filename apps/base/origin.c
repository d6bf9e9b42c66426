// SPDX-License-Identifier: Apache-2.0
/*
 * Asks a key's provider for the parameters that only a TPM key has, by the
 * names that provider-tpm2(7) gives them.  TPM 2.0 Part 2 §8.3.
 */
#include "origin.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

static const struct origin_attribute attributes[] = {
    { ORIGIN_FIXED_TPM, "fixedTPM" },
    { ORIGIN_FIXED_PARENT, "fixedParent" },
    { ORIGIN_MADE_THERE, "sensitiveDataOrigin" },
    { 1u << 6, "userWithAuth" },
    { 1u << 7, "adminWithPolicy" },
    { ORIGIN_NO_DA, "noDA" },
    { 1u << 16, "restricted" },
    { 1u << 17, "decrypt" },
    { 1u << 18, "sign" },
};

const struct origin_attribute *
origin_attribute(size_t index)
{
    return index < sizeof attributes / sizeof *attributes ? &attributes[index]
                                                          : NULL;
}

bool
origin_is_tpm(const EVP_PKEY *pkey)
{
    const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(pkey);

    return provider != NULL &&
           strcmp(OSSL_PROVIDER_get0_name(provider), "tpm2") == 0;
}

static bool
read_number(const EVP_PKEY *pkey, const char *name, uint32_t *number)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint32(name, number),
        OSSL_PARAM_construct_end(),
    };

    return origin_is_tpm(pkey) && EVP_PKEY_get_params(pkey, params) &&
           OSSL_PARAM_modified(&params[0]);
}

bool
origin_attributes(const EVP_PKEY *pkey, uint32_t *attributes_found)
{
    return read_number(pkey, "object-attributes", attributes_found);
}

bool
origin_policy(const EVP_PKEY *pkey, char *text, size_t room)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("policy", text, room - 1),
        OSSL_PARAM_construct_end(),
    };

    memset(text, 0, room);
    return !origin_is_tpm(pkey) || EVP_PKEY_get_params(pkey, params);
}

const char *
origin_words(uint32_t found)
{
    if ((found & ORIGIN_MADE_THERE) == 0)
        return "imported; it was outside of the TPM, where copies may be";
    if ((found & ORIGIN_BOUND) != ORIGIN_BOUND)
        return "made in a TPM, and may leave it";
    return "made in this TPM, which it cannot leave";
}

bool
origin_handle(const EVP_PKEY *pkey, uint32_t *handle)
{
    *handle = 0;
    return read_number(pkey, "handle", handle) && *handle != 0;
}
