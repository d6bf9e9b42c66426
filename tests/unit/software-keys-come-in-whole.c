// SPDX-License-Identifier: Apache-2.0
/*
 * A software key on its way into a TPM is taken whole or refused: of another
 * type, on another curve, with halves of two keys or three primes; and it is
 * wrapped only for a parent that can open it (TPM 2.0 Part 1 §23.3).
 */
#include "../provider/within.h"
#include "bind.h"
#include "check.h"
#include "import.h"
#include "template.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

static struct within within;

static EVP_PKEY *
three_primes(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *pkey = NULL;

    CHECK(EVP_PKEY_keygen_init(ctx) > 0 &&
          EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048) > 0 &&
          EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, 3) > 0 &&
          EVP_PKEY_generate(ctx, &pkey) > 0);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* The private half of one key and the public half of another. */
static EVP_PKEY *
two_halves(const EVP_PKEY *private, const EVP_PKEY *public)
{
    unsigned char point[256], scalar[64];
    size_t len = 0;
    BIGNUM *number = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *pkey = NULL;

    CHECK(EVP_PKEY_get_octet_string_param(public, "pub", point, sizeof point,
                                          &len) &&
          EVP_PKEY_get_bn_param(private, "priv", &number) &&
          BN_bn2nativepad(number, scalar, 32) == 32);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)"P-256", 0),
        OSSL_PARAM_construct_octet_string("pub", point, len),
        OSSL_PARAM_construct_BN("priv", scalar, 32),
        OSSL_PARAM_construct_end(),
    };
    CHECK(EVP_PKEY_fromdata_init(ctx) > 0 &&
          EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) > 0);
    EVP_PKEY_CTX_free(ctx);
    BN_free(number);
    return pkey;
}

static bool
take(EVP_PKEY *pkey, const TPM2B_PUBLIC *template, TPMT_PUBLIC *area,
     TPM2B_SENSITIVE *sensitive)
{
    *area = template->publicArea;
    memset(sensitive, 0, sizeof *sensitive);
    return import_take(within.context, pkey, area, sensitive);
}

static void
whole_keys_are_taken(EVP_PKEY *ec, EVP_PKEY *rsa)
{
    EVP_PKEY *others[] = { EVP_EC_gen("P-224"), three_primes(), NULL };
    EVP_PKEY *other = EVP_EC_gen("P-256");
    TPMT_PUBLIC area;
    TPM2B_SENSITIVE sensitive;

    others[2] = two_halves(ec, other);
    CHECK(take(ec, &tpm_template_ec, &area, &sensitive));
    CHECK(sensitive.sensitiveArea.sensitive.ecc.size == 32);
    CHECK((area.objectAttributes & TPMA_OBJECT_FIXEDTPM) == 0);
    CHECK(take(rsa, &tpm_template_rsa, &area, &sensitive));
    CHECK(sensitive.sensitiveArea.sensitive.rsa.size == 128);
    CHECK(!take(ec, &tpm_template_rsa, &area, &sensitive));
    CHECK(!take(rsa, &tpm_template_ec, &area, &sensitive));
    CHECK(!take(others[0], &tpm_template_ec, &area, &sensitive));
    CHECK(!take(others[1], &tpm_template_rsa, &area, &sensitive));
    CHECK(!take(others[2], &tpm_template_ec, &area, &sensitive));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        EVP_PKEY_free(others[i]);
    EVP_PKEY_free(other);
}

/* A storage key with the public half of a software key. */
static TPMT_PUBLIC
parent_of(const EVP_PKEY *pkey)
{
    TPMT_PUBLIC area = { 0 };

    CHECK(bind_signer_area(pkey, &area));
    area.objectAttributes = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    area.parameters.asymDetail.symmetric.algorithm = TPM2_ALG_AES;
    area.parameters.asymDetail.symmetric.keyBits.aes = 128;
    area.parameters.asymDetail.symmetric.mode.aes = TPM2_ALG_CFB;
    return area;
}

static bool
wrap(const TPMT_PUBLIC *parent, const TPMT_PUBLIC *area,
     const TPM2B_SENSITIVE *sensitive)
{
    struct tpm_duplicate out = { .cipher.algorithm = TPM2_ALG_NULL };

    return import_wrap(within.context, parent, area, sensitive, &out) &&
           out.blob.size > 64 && out.seed.size > 0;
}

static void
parents_can_open_what_is_wrapped(EVP_PKEY *ec, EVP_PKEY *rsa)
{
    TPMT_PUBLIC parent = parent_of(ec), wrong, area;
    TPMT_SYM_DEF_OBJECT *cipher = &wrong.parameters.asymDetail.symmetric;
    TPM2B_SENSITIVE sensitive;

    CHECK(take(rsa, &tpm_template_rsa, &area, &sensitive));
    CHECK(wrap(&parent, &area, &sensitive));
    wrong = parent_of(rsa);
    CHECK(wrap(&wrong, &area, &sensitive));
    wrong = parent;
    cipher->keyBits.aes = 256;
    CHECK(wrap(&wrong, &area, &sensitive));
    cipher->keyBits.aes = 192;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    cipher->mode.aes = TPM2_ALG_CTR;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    cipher->algorithm = TPM2_ALG_NULL;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    wrong.nameAlg = TPM2_ALG_SHA384;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    wrong.objectAttributes = TPMA_OBJECT_DECRYPT;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    wrong.type = TPM2_ALG_KEYEDHASH;
    CHECK(!wrap(&wrong, &area, &sensitive));
    wrong = parent;
    wrong.unique.ecc.x.buffer[0] ^= 1; /* no point of the curve */
    CHECK(!wrap(&wrong, &area, &sensitive));
    area.nameAlg = TPM2_ALG_NULL;
    CHECK(!wrap(&parent, &area, &sensitive));
}

static void
der_is_read(EVP_PKEY *pkey)
{
    unsigned char *der = NULL;
    int len = i2d_PrivateKey(pkey, &der);
    EVP_PKEY *read = NULL;

    if (!CHECK(len > 0))
        return;
    read = import_read_der(within.context, der, (size_t)len);
    CHECK(read != NULL && EVP_PKEY_eq(read, pkey) == 1);
    CHECK(import_read_der(within.context, der, (size_t)len - 1) == NULL);
    CHECK(import_read_der(within.context, der, SIZE_MAX) == NULL);
    CHECK(import_read_file(within.context, "/nowhere") == NULL);
    EVP_PKEY_free(read);
    OPENSSL_free(der);
}

int
main(void)
{
    EVP_PKEY *ec = EVP_EC_gen("P-256");
    EVP_PKEY *rsa = EVP_RSA_gen(2048);

    if (CHECK(ec != NULL && rsa != NULL) && CHECK(within_open(&within))) {
        whole_keys_are_taken(ec, rsa);
        parents_can_open_what_is_wrapped(ec, rsa);
        der_is_read(ec);
        der_is_read(rsa);
        within_close(&within);
    }
    EVP_PKEY_free(ec);
    EVP_PKEY_free(rsa);
    return check_end();
}
