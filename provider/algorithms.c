// SPDX-License-Identifier: Apache-2.0
/*
 * The table of contents: one table an operation, a line an algorithm, each
 * naming the file to open. What is not here we leave to other providers
 * (DESIGN.md, rule 7). Names are the default provider's, so that keys and
 * operations find each other (provider-base(7)).
 */
#include "decode.h"
#include "decrypt.h"
#include "digest.h"
#include "encode.h"
#include "ephemeral.h"
#include "exchange.h"
#include "keymgmt.h"
#include "provider.h"
#include "rand.h"
#include "sign.h"
#include "store.h"

#include <stddef.h>

#define RSA "RSA:rsaEncryption:1.2.840.113549.1.1.1"
#define RSA_PSS "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10"
#define EC "EC:id-ecPublicKey:1.2.840.10045.2.1"
#define OURS "provider=tpm2"

static const OSSL_ALGORITHM digests[] = {
    { "SHA1:SHA-1:SSL3-SHA1:1.3.14.3.2.26", OURS, tpm_digest_sha1_functions,
      NULL },
    { "SHA2-256:SHA-256:SHA256:2.16.840.1.101.3.4.2.1", OURS,
      tpm_digest_sha256_functions, NULL },
    { "SHA2-384:SHA-384:SHA384:2.16.840.1.101.3.4.2.2", OURS,
      tpm_digest_sha384_functions, NULL },
    { "SHA2-512:SHA-512:SHA512:2.16.840.1.101.3.4.2.3", OURS,
      tpm_digest_sha512_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM keymgmts[] = {
    { RSA, OURS, tpm_rsa_keymgmt_functions, NULL },
    { RSA_PSS, OURS, tpm_rsa_pss_keymgmt_functions, NULL },
    { EC, OURS, tpm_ec_keymgmt_functions, NULL },
    { EPHEMERAL_KEY, OURS, ephemeral_keymgmt_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM exchanges[] = {
    { "ECDH", OURS, tpm_ecdh_functions, NULL },
    { EPHEMERAL_EXCHANGE, OURS, ephemeral_exchange_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM signatures[] = {
    { RSA, OURS, tpm_rsa_signature_functions, NULL },
    { "ECDSA", OURS, tpm_ecdsa_signature_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM ciphers[] = {
    { RSA, OURS, tpm_rsa_cipher_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

/* Nobody gets these without asking for them. */
static const OSSL_ALGORITHM rands[] = {
    { "TPM2-RAND", OURS, tpm_rand_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

/* With `ctr-drbg = yes` in openssl.cnf, as from tpm2-openssl. */
static const OSSL_ALGORITHM rands_for_all[] = {
    { "TPM2-RAND", OURS, tpm_rand_functions, NULL },
    { "CTR-DRBG", OURS, tpm_rand_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

#define PRIVATE_DER OURS ",output=der,structure=PrivateKeyInfo"
#define PRIVATE_PEM OURS ",output=pem,structure=PrivateKeyInfo"
#define PUBLIC_DER OURS ",output=der,structure=SubjectPublicKeyInfo"
#define PUBLIC_PEM OURS ",output=pem,structure=SubjectPublicKeyInfo"
#define PKCS1_DER OURS ",output=der,structure=pkcs1"
#define PKCS1_PEM OURS ",output=pem,structure=pkcs1"
#define TEXT OURS ",output=text"

static const OSSL_ALGORITHM encoders[] = {
    { RSA, PRIVATE_DER, tpm_encode_private_der_functions, NULL },
    { RSA, PRIVATE_PEM, tpm_encode_private_pem_functions, NULL },
    { RSA, PUBLIC_DER, tpm_encode_spki_der_functions, NULL },
    { RSA, PUBLIC_PEM, tpm_encode_spki_pem_functions, NULL },
    { RSA, PKCS1_DER, tpm_encode_pkcs1_der_functions, NULL },
    { RSA, PKCS1_PEM, tpm_encode_pkcs1_pem_functions, NULL },
    { RSA, TEXT, tpm_encode_text_functions, NULL },
    { RSA_PSS, PRIVATE_DER, tpm_encode_private_der_functions, NULL },
    { RSA_PSS, PRIVATE_PEM, tpm_encode_private_pem_functions, NULL },
    { RSA_PSS, PUBLIC_DER, tpm_encode_spki_der_functions, NULL },
    { RSA_PSS, PUBLIC_PEM, tpm_encode_spki_pem_functions, NULL },
    { RSA_PSS, TEXT, tpm_encode_text_functions, NULL },
    { EC, PRIVATE_DER, tpm_encode_private_der_functions, NULL },
    { EC, PRIVATE_PEM, tpm_encode_private_pem_functions, NULL },
    { EC, PUBLIC_DER, tpm_encode_spki_der_functions, NULL },
    { EC, PUBLIC_PEM, tpm_encode_spki_pem_functions, NULL },
    { EC, TEXT, tpm_encode_text_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

#define KEY_FILE OURS ",input=der,structure=TSS2"

static const OSSL_ALGORITHM decoders[] = {
    { "DER", OURS ",input=pem", tpm_decode_pem_functions, NULL },
    { RSA, KEY_FILE, tpm_decode_rsa_functions, NULL },
    { RSA_PSS, KEY_FILE, tpm_decode_rsa_pss_functions, NULL },
    { EC, KEY_FILE, tpm_decode_ec_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM stores[] = {
    { "handle", OURS, tpm_store_functions, NULL },
    { "object", OURS, tpm_store_functions, NULL },
    { NULL, NULL, NULL, NULL },
};

static const struct {
    int operation;
    const OSSL_ALGORITHM *algorithms;
} contents[] = {
    { OSSL_OP_DIGEST, digests },    { OSSL_OP_KEYMGMT, keymgmts },
    { OSSL_OP_KEYEXCH, exchanges }, { OSSL_OP_SIGNATURE, signatures },
    { OSSL_OP_ENCODER, encoders },  { OSSL_OP_DECODER, decoders },
    { OSSL_OP_STORE, stores },      { OSSL_OP_ASYM_CIPHER, ciphers },
    { OSSL_OP_RAND, rands },
};

const OSSL_ALGORITHM *
provider_algorithms(const struct provider *prov, int operation)
{
    if (operation == OSSL_OP_RAND && prov->is_ctr_drbg)
        return rands_for_all;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
        if (contents[i].operation == operation)
            return contents[i].algorithms;
    return NULL;
}
