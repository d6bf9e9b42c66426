// SPDX-License-Identifier: Apache-2.0
/*
 * What a key's use is bound to: reads it as people write it and makes the
 * commands of a policy. What they mean is policy.c's, what proves them
 * prove.c's (TPM 2.0 Part 3 §22.4, §23.7, §23.16).
 */
#include "bind.h"

#include "error.h"
#include "policy.h"
#include "provider.h"
#include "tpm_policy.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/* PCRs of a PC (TCG PC Client Platform §3.3), in three bytes of bits. */
enum { PCR_SELECT_SIZE = TPM_BOND_PCRS / 8, REFERENCE_SIZE = 16 };

/* "sha256:" */
static const char *
read_bank(const char *text, const struct tpm_hash **bank)
{
    for (size_t i = 0; i < TPM_HASHES; i++) {
        size_t len = strlen(tpm_hashes[i].bank);

        if (OPENSSL_strncasecmp(text, tpm_hashes[i].bank, len) == 0 &&
            text[len] == ':') {
            *bank = &tpm_hashes[i];
            return text + len + 1;
        }
    }
    return NULL;
}

static const char *
read_number(const char *text, unsigned *pcr)
{
    *pcr = 0;
    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        *pcr = *pcr * 10 + (unsigned)(*text - '0');
        if (*pcr >= TPM_BOND_PCRS)
            return NULL;
    }
    return text;
}

static const char *
read_value(const char *text, size_t size, unsigned char *value)
{
    for (size_t i = 0; i < size; i++, text += 2) {
        int high = OPENSSL_hexchar2int((unsigned char)text[0]);
        int low = high < 0 ? -1 : OPENSSL_hexchar2int((unsigned char)text[1]);

        if (low < 0)
            return NULL;
        value[i] = (unsigned char)(high << 4 | low);
    }
    return text;
}

int
bind_read_pcrs(const char *text, struct tpm_bond *bond)
{
    const struct tpm_hash *bank = NULL;
    unsigned char *select = bond->pcrs.pcrSelections[0].pcrSelect;
    unsigned pcr = 0;

    memset(bond->pcrs.pcrSelections, 0, sizeof bond->pcrs.pcrSelections);
    bond->pcrs.count = 1;
    bond->pcrs.pcrSelections[0].sizeofSelect = PCR_SELECT_SIZE;
    text = read_bank(text, &bank);
    if (text != NULL)
        bond->pcrs.pcrSelections[0].hash = bank->id;
    for (int i = 0; text != NULL; i++) {
        text = read_number(text, &pcr);
        if (text == NULL || (select[pcr / 8] >> pcr % 8 & 1) != 0)
            return 0;
        select[pcr / 8] |= (BYTE)(1 << pcr % 8);
        if (i > 0 && bond->has_values != (*text == '='))
            return 0; /* of all of them or of none */
        bond->has_values = *text == '=';
        if (bond->has_values)
            text = read_value(text + 1, bank->size, bond->values[pcr]);
        if (text != NULL && *text == '\0')
            return 1;
        if (text == NULL || *text++ != ',')
            return 0;
    }
    return 0;
}

static int
is_empty(const TPML_PCR_SELECTION *pcrs)
{
    for (size_t i = 0; i < PCR_SELECT_SIZE; i++)
        if (pcrs->pcrSelections[0].pcrSelect[i] != 0)
            return 0;
    return 1;
}

/* Takes off what was read; 0 when that is nothing. */
static int
take_off(TPML_PCR_SELECTION *left, const TPML_PCR_SELECTION *read)
{
    int is_any = 0;

    for (size_t i = 0; i < PCR_SELECT_SIZE; i++) {
        BYTE *bits = &left->pcrSelections[0].pcrSelect[i];

        is_any |= *bits & read->pcrSelections[0].pcrSelect[i];
        *bits &= (BYTE)~read->pcrSelections[0].pcrSelect[i];
    }
    return is_any != 0;
}

/* Part 1 §17.4: a TPM tells as many as it likes, and leaves out what it does
 * not have. */
CHECKED static int
hash_read(struct tpm *tpm, TPML_PCR_SELECTION left, EVP_MD_CTX *ctx)
{
    while (!is_empty(&left)) {
        TPML_PCR_SELECTION read = { 0 };
        TPML_DIGEST values = { 0 };

        if (!tpm_pcr_read(tpm, &left, &read, &values))
            return 0;
        if (values.count == 0 || !take_off(&left, &read)) {
            char pcrs[POLICY_PCRS_MAX];

            policy_say_pcrs(&left, pcrs);
            tpm_raise(tpm_provider(tpm), TPM_R_BAD_PARAMETER,
                      "%s: the TPM does not have %s", tpm_subject(tpm), pcrs);
            return 0;
        }
        for (size_t i = 0; i < values.count; i++)
            if (!EVP_DigestUpdate(ctx, values.digests[i].buffer,
                                  values.digests[i].size))
                return 0;
    }
    return 1;
}

CHECKED static int
hash_given(const struct tpm_bond *bond, EVP_MD_CTX *ctx)
{
    const TPMS_PCR_SELECTION *bank = &bond->pcrs.pcrSelections[0];
    const struct tpm_hash *hash = tpm_hash_by_id(bank->hash);

    for (unsigned pcr = 0; pcr < TPM_BOND_PCRS; pcr++)
        if ((bank->pcrSelect[pcr / 8] >> pcr % 8 & 1) != 0 &&
            !EVP_DigestUpdate(ctx, bond->values[pcr], hash->size))
            return 0;
    return 1;
}

/* Takes over `data` when it could be kept. */
CHECKED static int
add_step(struct tpm_policy *policy, TPM2_CC code, const unsigned char *data,
         size_t size)
{
    struct tpm_policy_step *step = &policy->steps[policy->count];

    step->data = size == 0 ? OPENSSL_zalloc(1) : OPENSSL_memdup(data, size);
    if (step->data == NULL)
        return 0;
    step->command = code;
    step->size = size;
    policy->count++;
    return 1;
}

int
bind_make_room(struct tpm_policy *policy, size_t count)
{
    policy->steps = OPENSSL_zalloc(count * sizeof *policy->steps);
    return policy->steps != NULL;
}

int
bind_add_pcrs(const struct provider *prov, struct tpm *tpm,
              const struct tpm_bond *bond, TPM2_ALG_ID hash,
              struct tpm_policy *policy)
{
    const EVP_MD *md = provider_digest(prov, hash);
    unsigned char data[sizeof(TPM2B_DIGEST) + sizeof(TPML_PCR_SELECTION)];
    TPM2B_DIGEST digest = policy_start(hash);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = 0;
    int ok = 0;

    ok = ctx != NULL && md != NULL && EVP_DigestInit_ex2(ctx, md, NULL) &&
         (bond->has_values ? hash_given(bond, ctx)
                           : hash_read(tpm, bond->pcrs, ctx)) &&
         EVP_DigestFinal_ex(ctx, digest.buffer, NULL) &&
         Tss2_MU_TPM2B_DIGEST_Marshal(&digest, data, sizeof data, &len) ==
             TSS2_RC_SUCCESS &&
         Tss2_MU_TPML_PCR_SELECTION_Marshal(&bond->pcrs, data, sizeof data,
                                            &len) == TSS2_RC_SUCCESS &&
         add_step(policy, TPM2_CC_PolicyPCR, data, len);
    EVP_MD_CTX_free(ctx);
    return ok;
}

int
bind_add_signer(const TPM2B_PUBLIC *signer, const TPM2B_NONCE *reference,
                const TPMT_SIGNATURE *signature, struct tpm_policy *policy)
{
    unsigned char data[sizeof *signer + sizeof *reference + sizeof *signature];
    size_t len = 0;

    return Tss2_MU_TPM2B_PUBLIC_Marshal(signer, data, sizeof data, &len) ==
               TSS2_RC_SUCCESS &&
           Tss2_MU_TPM2B_NONCE_Marshal(reference, data, sizeof data, &len) ==
               TSS2_RC_SUCCESS &&
           Tss2_MU_TPMT_SIGNATURE_Marshal(signature, data, sizeof data, &len) ==
               TSS2_RC_SUCCESS &&
           add_step(policy, TPM2_CC_PolicyAuthorize, data, len);
}

/* Draft §5.2.3: a reference that no other key has, so that what was signed for
 * this one serves no other. */
CHECKED static int
add_new_signer(const struct provider *prov, const TPM2B_PUBLIC *signer,
               struct tpm_policy *policy)
{
    static const TPMT_SIGNATURE none = { .sigAlg = TPM2_ALG_NULL };
    TPM2B_NONCE reference = { .size = REFERENCE_SIZE };

    return RAND_bytes_ex(prov->libctx, reference.buffer, REFERENCE_SIZE, 0) >
               0 &&
           bind_add_signer(signer, &reference, &none, policy);
}

int
bind_new(struct tpm *tpm, const struct tpm_bond *bond, int has_password,
         struct tpm_policy *policy, TPMT_PUBLIC *template)
{
    const struct provider *prov = tpm_provider(tpm);
    int has_signer = bond->signer.publicArea.type != 0;
    const char *why = NULL;

    tpm_policy_clear(policy); /* of a try before this one */
    if (bond->pcrs.count == 0 && !has_signer)
        return 1;
    if (!bind_make_room(policy, 3) ||
        (has_signer && !add_new_signer(prov, &bond->signer, policy)) ||
        (bond->pcrs.count > 0 &&
         !bind_add_pcrs(prov, tpm, bond, template->nameAlg, policy)) ||
        (has_password && !add_step(policy, TPM2_CC_PolicyAuthValue, NULL, 0)))
        return 0;
    /* Part 2 §8.3: from here on the password alone does not do. */
    template->objectAttributes &= ~TPMA_OBJECT_USERWITHAUTH;
    return policy_digest(prov, template->nameAlg, policy, policy->count,
                         &template->authPolicy, &why);
}

CHECKED static int
rsa_area(const EVP_PKEY *pkey, TPMT_PUBLIC *area)
{
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    int ok = 0;

    ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) &&
         EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) &&
         BN_num_bytes(n) <= TPM2_MAX_RSA_KEY_BYTES && BN_is_word(e, 65537);
    if (ok) {
        area->type = TPM2_ALG_RSA;
        area->parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL;
        area->parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
        area->parameters.rsaDetail.keyBits = (UINT16)BN_num_bits(n);
        area->unique.rsa.size = (UINT16)BN_bn2bin(n, area->unique.rsa.buffer);
    }
    BN_free(n);
    BN_free(e);
    return ok;
}

CHECKED static int
ec_area(const EVP_PKEY *pkey, TPMT_PUBLIC *area)
{
    TPMS_ECC_POINT *point = &area->unique.ecc;
    const struct tpm_curve *curve = NULL;
    char name[32] = "";
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;
    int ok = 0;

    if (!EVP_PKEY_get_group_name(pkey, name, sizeof name, NULL))
        return 0;
    curve = tpm_curve_by_name(name);
    /* X and Y, as the point itself may be compressed */
    ok = curve != NULL &&
         EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) &&
         EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) &&
         BN_bn2binpad(x, point->x.buffer, (int)curve->bytes) > 0 &&
         BN_bn2binpad(y, point->y.buffer, (int)curve->bytes) > 0;
    BN_free(x);
    BN_free(y);
    if (!ok)
        return 0;
    area->type = TPM2_ALG_ECC;
    area->parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    area->parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    area->parameters.eccDetail.curveID = curve->id;
    area->parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    point->x.size = (UINT16)curve->bytes;
    point->y.size = (UINT16)curve->bytes;
    return 1;
}

int
bind_signer_area(const EVP_PKEY *pkey, TPMT_PUBLIC *area)
{
    area->nameAlg = TPM2_ALG_SHA256;
    area->objectAttributes =
        TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH;
    return EVP_PKEY_is_a(pkey, "RSA")  ? rsa_area(pkey, area)
           : EVP_PKEY_is_a(pkey, "EC") ? ec_area(pkey, area)
                                       : 0;
}

int
bind_read_signer(struct provider *prov, const char *path, TPM2B_PUBLIC *area)
{
    BIO *in = BIO_new_file(path, "rb");
    EVP_PKEY *pkey = NULL;
    int ok = 0;

    if (in != NULL)
        pkey = PEM_read_bio_PUBKEY_ex(in, NULL, NULL, NULL, prov->libctx, NULL);
    ok = pkey != NULL && bind_signer_area(pkey, &area->publicArea);
    if (!ok)
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "%.200s is no file with a public key in PEM that a TPM knows:"
                  " RSA, P-256, P-384 or P-521",
                  path);
    EVP_PKEY_free(pkey);
    BIO_free(in);
    return ok;
}
