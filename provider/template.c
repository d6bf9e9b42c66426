// SPDX-License-Identifier: Apache-2.0
/*
 * Public templates by name. Constants and nothing else; who uses which is
 * key.c's and the key types' (TPM 2.0 Part 2 §12.2; ASN.1 Specification for
 * TPM 2.0 Key Files §3.1.8 for the primary).
 */
#include "template.h"

enum {
    OURS_ALONE = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                 TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH,
    /* Rule 4: taken away again from keys that get a password. */
    NEW_KEY = OURS_ALONE | TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_DECRYPT |
              TPMA_OBJECT_NODA,
    STORAGE = OURS_ALONE | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT |
              TPMA_OBJECT_NODA,
};

const TPM2B_PUBLIC tpm_template_primary = {
    .publicArea = {
        .type = TPM2_ALG_ECC,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = STORAGE,
        .parameters.eccDetail = {
            .symmetric = {
                .algorithm = TPM2_ALG_AES,
                .keyBits.aes = 128,
                .mode.aes = TPM2_ALG_CFB,
            },
            .scheme.scheme = TPM2_ALG_NULL,
            .curveID = TPM2_ECC_NIST_P256,
            .kdf.scheme = TPM2_ALG_NULL,
        },
    },
};

const TPM2B_PUBLIC tpm_template_rsa_primary = {
    .publicArea = {
        .type = TPM2_ALG_RSA,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = STORAGE,
        .parameters.rsaDetail = {
            .symmetric = {
                .algorithm = TPM2_ALG_AES,
                .keyBits.aes = 128,
                .mode.aes = TPM2_ALG_CFB,
            },
            .scheme.scheme = TPM2_ALG_NULL,
            .keyBits = 2048,
        },
    },
};

const TPM2B_PUBLIC tpm_template_rsa = {
    .publicArea = {
        .type = TPM2_ALG_RSA,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = NEW_KEY,
        .parameters.rsaDetail = {
            .symmetric.algorithm = TPM2_ALG_NULL,
            .scheme.scheme = TPM2_ALG_NULL,
            .keyBits = 2048,
        },
    },
};

const TPM2B_PUBLIC tpm_template_rsa_pss = {
    .publicArea = {
        .type = TPM2_ALG_RSA,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = OURS_ALONE | TPMA_OBJECT_SIGN_ENCRYPT |
                            TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_NODA,
        .parameters.rsaDetail = {
            .symmetric.algorithm = TPM2_ALG_NULL,
            .scheme = {
                .scheme = TPM2_ALG_RSAPSS,
                .details.rsapss.hashAlg = TPM2_ALG_SHA256,
            },
            .keyBits = 2048,
        },
    },
};

const TPM2B_PUBLIC tpm_template_ec = {
    .publicArea = {
        .type = TPM2_ALG_ECC,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = NEW_KEY,
        .parameters.eccDetail = {
            .symmetric.algorithm = TPM2_ALG_NULL,
            .scheme.scheme = TPM2_ALG_NULL,
            .curveID = TPM2_ECC_NIST_P256,
            .kdf.scheme = TPM2_ALG_NULL,
        },
    },
};
