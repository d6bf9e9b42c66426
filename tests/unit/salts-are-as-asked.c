// SPDX-License-Identifier: Apache-2.0
/*
 * The salt of PSS, its mask and the hash are what was asked for on chips that
 * a simulator cannot be made into: one that salts as long as fits, one without
 * SHA-384. The chip is a software key behind the functions of operate.c.
 */
#include "check.h"
#include "instance.h"
#include "operate.h"
#include "rsasign.h"
#include "template.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <string.h>

/* The chip of the case under way, and what it was asked. */
static struct {
    EVP_PKEY *pkey;
    int salt; /* as EVP_PKEY_CTX_set_rsa_pss_saltlen() takes it */
    TPM2_ALG_ID lacks;
    int signs;
    int applies;
} chip;

static int
chip_run(int padding, const EVP_MD *md, int salt, const unsigned char *in,
         size_t in_len, TPM2B_PUBLIC_KEY_RSA *out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, chip.pkey, NULL);
    size_t len = sizeof out->buffer;
    int ok = ctx != NULL && EVP_PKEY_sign_init(ctx) > 0 &&
             EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0 &&
             (md == NULL || EVP_PKEY_CTX_set_signature_md(ctx, md) > 0) &&
             (padding != RSA_PKCS1_PSS_PADDING ||
              EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) > 0) &&
             EVP_PKEY_sign(ctx, out->buffer, &len, in, in_len) > 0;

    out->size = (UINT16)len;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

int
tpm_key_sign(struct tpm_key *key, const TPM2B_DIGEST *digest,
             const TPMT_SIG_SCHEME *scheme, TPMT_SIGNATURE *signature,
             int *lacks)
{
    TPM2_ALG_ID hash = scheme->details.any.hashAlg;

    chip.signs++;
    signature->sigAlg = scheme->scheme;
    if (hash == chip.lacks) {
        if (lacks != NULL)
            *lacks = 1;
        return 0;
    }
    return chip_run(scheme->scheme == TPM2_ALG_RSAPSS ? RSA_PKCS1_PSS_PADDING
                                                      : RSA_PKCS1_PADDING,
                    provider_digest(key->prov, hash), chip.salt, digest->buffer,
                    digest->size, &signature->signature.rsassa.sig);
}

int
tpm_key_apply(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *block,
              TPM2B_PUBLIC_KEY_RSA *result)
{
    (void)key;
    chip.applies++;
    return chip_run(RSA_NO_PADDING, NULL, 0, block->buffer, block->size,
                    result);
}

int
tpm_key_sign_data(struct tpm_key *key, const unsigned char *data, size_t len,
                  const TPMT_SIG_SCHEME *scheme, TPM2B_DIGEST *digest,
                  TPMT_SIGNATURE *signature)
{
    (void)key, (void)data, (void)len, (void)scheme, (void)digest;
    (void)signature;
    return 0;
}

int
tpm_key_decrypt(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *cipher,
                const TPMT_RSA_DECRYPT *scheme, const TPM2B_DATA *label,
                TPM2B_PUBLIC_KEY_RSA *message, int *is_wrong)
{
    (void)key, (void)cipher, (void)scheme, (void)label, (void)message;
    *is_wrong = 0;
    return 0;
}

int
tpm_key_agree(struct tpm_key *key, const TPM2B_ECC_POINT *peer,
              TPM2B_ECC_POINT *secret)
{
    (void)key, (void)peer, (void)secret;
    return 0;
}

/* OpenSSL by itself, told the very length: it takes no other. */
static int
verifies(const struct scheme *scheme, const struct tpm_hash *hash, int salt,
         const TPM2B_DIGEST *digest, const TPMT_SIGNATURE *signature)
{
    const TPM2B_PUBLIC_KEY_RSA *sig = &signature->signature.rsassa.sig;
    int is_pss = scheme->id == TPM2_ALG_RSAPSS;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, chip.pkey, NULL);
    int ok =
        ctx != NULL && EVP_PKEY_verify_init(ctx) > 0 &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, is_pss ? RSA_PKCS1_PSS_PADDING
                                                 : RSA_PKCS1_PADDING) > 0 &&
        EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(hash->name)) >
            0 &&
        (!is_pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) > 0) &&
        (!is_pss || scheme->mask == NULL ||
         EVP_PKEY_CTX_set_rsa_mgf1_md(
             ctx, EVP_get_digestbyname(scheme->mask->name)) > 0) &&
        EVP_PKEY_verify(ctx, sig->buffer, sig->size, digest->buffer,
                        digest->size) > 0;

    EVP_PKEY_CTX_free(ctx);
    return ok;
}

struct salt_case {
    const char *what;
    int chip_salt; /* of the chip */
    TPM2_ALG_ID lacks;
    TPM2_ALG_ID hash;
    TPM2_ALG_ID scheme;
    TPM2_ALG_ID mask; /* 0: the same */
    int salt;         /* asked for */
    int bytes;        /* that then have to be there */
    int is_sign_only;
    int is_refused;
    int signs; /* of two signatures */
    int applies;
};

#define D RSA_PSS_SALTLEN_DIGEST
#define M RSA_PSS_SALTLEN_MAX
#define S256 TPM2_ALG_SHA256
#define S384 TPM2_ALG_SHA384
#define PSS TPM2_ALG_RSAPSS
#define SSA TPM2_ALG_RSASSA

static const struct salt_case cases[] = {
    { "new chip", D, 0, S256, PSS, 0, D, 32, 0, 0, 2, 0 },
    { "new chip, sign only", D, 0, S256, PSS, 0, D, 32, 1, 0, 2, 0 },
    { "old chip", M, 0, S256, PSS, 0, D, 32, 0, 0, 1, 2 },
    { "old chip, sign only", M, 0, S256, PSS, 0, D, 32, 1, 1, 1, 0 },
    { "old chip, longest", M, 0, S256, PSS, 0, M, 222, 1, 0, 2, 0 },
    { "old chip, 222", M, 0, S256, PSS, 0, 222, 222, 1, 0, 2, 0 },
    { "new chip, longest", D, 0, S256, PSS, 0, M, 222, 0, 0, 1, 2 },
    { "new chip, longest, sign only", D, 0, S256, PSS, 0, M, 0, 1, 1, 1, 0 },
    { "new chip, 20", D, 0, S256, PSS, 0, 20, 20, 0, 0, 0, 2 },
    { "new chip, none", D, 0, S256, PSS, 0, 0, 0, 0, 0, 0, 2 },
    { "new chip, 223", D, 0, S256, PSS, 0, 223, 0, 0, 1, 0, 0 },
    { "another mask", D, 0, S256, PSS, TPM2_ALG_SHA1, D, 32, 0, 0, 0, 2 },
    { "no SHA-384", D, S384, S384, SSA, 0, D, 0, 0, 0, 1, 2 },
    { "no SHA-384, sign only", D, S384, S384, SSA, 0, D, 0, 1, 1, 2, 0 },
    { "no SHA-384, PSS", D, S384, S384, PSS, 0, D, 48, 0, 0, 1, 2 },
    { "SHA-384", D, 0, S384, SSA, 0, D, 0, 1, 0, 2, 0 },
};

static void
key_init(struct tpm_key *key, struct provider *prov, int is_sign_only)
{
    TPMT_PUBLIC *area = &key->area.publicArea;
    BIGNUM *n = NULL;

    memset(key, 0, sizeof *key);
    key->prov = prov;
    key->area = tpm_template_rsa;
    if (is_sign_only)
        area->objectAttributes &= ~(TPMA_OBJECT)TPMA_OBJECT_DECRYPT;
    if (!EVP_PKEY_get_bn_param(chip.pkey, OSSL_PKEY_PARAM_RSA_N, &n))
        abort();
    area->unique.rsa.size = (UINT16)BN_bn2bin(n, area->unique.rsa.buffer);
    BN_free(n);
}

/* Twice: what is learned the first time is not asked for again. */
static void
case_run(struct provider *prov, const struct salt_case *row)
{
    const struct tpm_hash *hash = tpm_hash_by_id(row->hash);
    const struct scheme scheme = {
        .id = row->scheme,
        .hash = hash,
        .mask = tpm_hash_by_id(row->mask),
        .salt = row->salt,
    };
    TPMT_SIG_SCHEME wanted = { .scheme = row->scheme };
    TPM2B_DIGEST digest = { .size = (UINT16)hash->size };
    struct tpm_key key;

    atomic_store(&prov->chip, 0);
    chip.salt = row->chip_salt;
    chip.lacks = row->lacks;
    chip.signs = 0;
    chip.applies = 0;
    wanted.details.any.hashAlg = row->hash;
    memset(digest.buffer, 0x5a, hash->size);
    key_init(&key, prov, row->is_sign_only);
    for (int i = 0; i < 2; i++) {
        TPMT_SIGNATURE signature = { 0 };
        int ok = rsasign(&scheme, &key, &digest, &wanted, &signature);

        if (!CHECK(ok == !row->is_refused) ||
            !CHECK(!ok ||
                   verifies(&scheme, hash, row->bytes, &digest, &signature)))
            fprintf(stderr, "%s\n", row->what);
    }
    if (!CHECK(chip.signs == row->signs) ||
        !CHECK(chip.applies == row->applies))
        fprintf(stderr, "%s: %d, %d\n", row->what, chip.signs, chip.applies);
}

int
main(void)
{
    struct provider prov;

    chip.pkey = EVP_RSA_gen(2048);
    if (CHECK(instance_make(&prov)) && CHECK(chip.pkey != NULL))
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            case_run(&prov, &cases[i]);
    EVP_PKEY_free(chip.pkey);
    instance_free(&prov);
    return check_end();
}
