// SPDX-License-Identifier: Apache-2.0
/*
 * Signed policies: computes what a boot state's policy leads to, has it signed
 * by a key in software, and puts it into a copy of the key's file. Whether it
 * is met is prove.c's (TPM 2.0 Part 3 §23.16; draft-bottomley-tpm2-keys §5).
 */
#include "approve.h"

#include "bind.h"
#include "error.h"
#include "keyfile.h"
#include "policy.h"
#include "provider.h"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <string.h>

struct job {
    struct provider *prov;
    const struct tpm_approval *approval;
    TPM2_ALG_ID hash;            /* of the key's policy */
    struct policy_command asked; /* the PolicyAuthorize without signature */
    struct tpm_policy policy;    /* to be made */
};

static int
read_work(struct tpm *tpm, void *arg)
{
    struct job *job = arg;

    return bind_add_pcrs(job->prov, tpm, &job->approval->bond, job->hash,
                         &job->policy);
}

/* Whom the key was left to. */
CHECKED static int
find_asked(struct job *job, const struct tpm_key *key)
{
    const char *why = NULL;

    if (tpm_key_has_policy(key) &&
        policy_read(job->prov, &key->file->policy.steps[0], &job->asked,
                    &why) &&
        job->asked.code == TPM2_CC_PolicyAuthorize &&
        job->asked.signature.sigAlg == TPM2_ALG_NULL)
        return 1;
    tpm_raise(job->prov, TPM_R_BAD_PARAMETER,
              "the key was not left to a signer when it was made, and that "
              "cannot be changed any more");
    return 0;
}

static EVP_PKEY *
read_signer(const struct job *job)
{
    BIO *in = BIO_new_file(job->approval->signer, "rb");
    EVP_PKEY *pkey = NULL;

    if (in != NULL)
        pkey = PEM_read_bio_PrivateKey_ex(in, NULL, NULL, NULL,
                                          job->prov->libctx, NULL);
    BIO_free(in);
    if (pkey == NULL)
        tpm_raise(job->prov, TPM_R_BAD_PARAMETER,
                  "%.200s is no file with a private key in PEM",
                  job->approval->signer);
    return pkey;
}

/* The same numbers: other programs give the same key other attributes. */
CHECKED static int
check_signer(const struct job *job, const EVP_PKEY *pkey)
{
    const TPMT_PUBLIC *asked = &job->asked.signer.publicArea;
    TPM2B_PUBLIC found = { 0 };
    const TPMU_PUBLIC_ID *unique = &found.publicArea.unique;

    if (bind_signer_area(pkey, &found.publicArea) &&
        found.publicArea.type == asked->type &&
        (asked->type == TPM2_ALG_RSA
             ? unique->rsa.size == asked->unique.rsa.size &&
                   memcmp(unique->rsa.buffer, asked->unique.rsa.buffer,
                          unique->rsa.size) == 0
             : unique->ecc.x.size == asked->unique.ecc.x.size &&
                   memcmp(unique->ecc.x.buffer, asked->unique.ecc.x.buffer,
                          unique->ecc.x.size) == 0))
        return 1;
    tpm_raise(job->prov, TPM_R_BAD_PARAMETER,
              "%.200s is not the key that this one was left to",
              job->approval->signer);
    return 0;
}

/* Part 2 §11.3: r and s, padded to the width of the curve. */
CHECKED static int
take_ecdsa(const unsigned char *der, size_t len, TPM2_ALG_ID hash, size_t width,
           TPMT_SIGNATURE *signature)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    TPMS_SIGNATURE_ECC *out = &signature->signature.ecdsa;
    int ok = 0;

    ok = sig != NULL &&
         BN_bn2binpad(ECDSA_SIG_get0_r(sig), out->signatureR.buffer,
                      (int)width) > 0 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), out->signatureS.buffer,
                      (int)width) > 0;
    signature->sigAlg = TPM2_ALG_ECDSA;
    out->hash = hash;
    out->signatureR.size = (UINT16)width;
    out->signatureS.size = (UINT16)width;
    ECDSA_SIG_free(sig);
    return ok;
}

CHECKED static int
sign(const struct job *job, EVP_PKEY *pkey, const TPM2B_DIGEST *approved,
     TPMT_SIGNATURE *signature)
{
    const TPMT_PUBLIC *signer = &job->asked.signer.publicArea;
    const struct tpm_hash *hash = tpm_hash_by_id(signer->nameAlg);
    const TPM2B_NONCE *reference = &job->asked.reference;
    unsigned char message[2 * sizeof(TPMU_HA)];
    unsigned char bytes[TPM2_MAX_RSA_KEY_BYTES];
    size_t len = sizeof bytes;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = 0;

    memcpy(message, approved->buffer, approved->size);
    memcpy(message + approved->size, reference->buffer, reference->size);
    ok = ctx != NULL && hash != NULL &&
         EVP_DigestSignInit_ex(ctx, NULL, hash->name, job->prov->libctx, NULL,
                               pkey, NULL) &&
         EVP_DigestSign(ctx, bytes, &len, message,
                        (size_t)approved->size + reference->size);
    EVP_MD_CTX_free(ctx);
    if (!ok)
        return 0;
    if (signer->type == TPM2_ALG_ECC)
        return take_ecdsa(bytes, len, signer->nameAlg,
                          signer->unique.ecc.x.size, signature);
    signature->sigAlg = TPM2_ALG_RSASSA;
    signature->signature.rsassa.hash = signer->nameAlg;
    signature->signature.rsassa.sig.size = (UINT16)len;
    memcpy(signature->signature.rsassa.sig.buffer, bytes, len);
    return 1;
}

CHECKED static int
make_policy(struct job *job)
{
    const struct tpm_bond *bond = &job->approval->bond;
    TPMT_SIGNATURE signature = { 0 };
    TPM2B_DIGEST approved = { 0 };
    EVP_PKEY *pkey = read_signer(job);
    const char *why = NULL;
    int ok = 0;

    ok = pkey != NULL && check_signer(job, pkey) &&
         bind_make_room(&job->policy, 2) &&
         (bond->has_values
              ? bind_add_pcrs(job->prov, NULL, bond, job->hash, &job->policy)
              : tpm_transact(job->prov, "a signed policy", read_work, job)) &&
         policy_digest(job->prov, job->hash, &job->policy, job->policy.count,
                       &approved, &why) &&
         sign(job, pkey, &approved, &signature) &&
         bind_add_signer(&job->asked.signer, &job->asked.reference, &signature,
                         &job->policy);
    EVP_PKEY_free(pkey);
    return ok;
}

/* There is one way to copy a file whole, which is to write and to read it. */
static struct tpm_keyfile *
copy_file(const struct tpm_keyfile *file)
{
    unsigned char *der = NULL;
    size_t len = 0;
    const char *why = NULL;
    struct tpm_keyfile *copy = NULL;

    if (tpm_keyfile_encode(file, &der, &len))
        copy = tpm_keyfile_parse(der, len, &why);
    OPENSSL_free(der);
    return copy;
}

/* The newest first: it is the likeliest to be met (draft §5.2). */
CHECKED static int
add_policy(struct job *job, struct tpm_keyfile *file)
{
    size_t count = file->alternative_count;
    struct tpm_policy *all = OPENSSL_zalloc((count + 1) * sizeof *all);

    if (all == NULL || count >= TPM_KEYFILE_ALTERNATIVES_MAX) {
        OPENSSL_free(all);
        tpm_raise(job->prov, TPM_R_BAD_PARAMETER,
                  "the key's file has as many signed policies as it may");
        return 0;
    }
    if (count > 0)
        memcpy(all + 1, file->alternatives, count * sizeof *all);
    OPENSSL_free(file->alternatives);
    file->alternatives = all;
    file->alternative_count = count + 1;
    all[0] = job->policy;
    memset(&job->policy, 0, sizeof job->policy);
    if (job->approval->name != NULL)
        all[0].name = OPENSSL_strdup(job->approval->name);
    return job->approval->name == NULL || all[0].name != NULL;
}

struct tpm_key *
tpm_key_approve(struct provider *prov, const struct tpm_key *key,
                const struct tpm_approval *approval)
{
    struct job job = { .prov = prov,
                       .approval = approval,
                       .hash = key->area.publicArea.nameAlg };
    struct tpm_key *made = NULL;

    if (approval->bond.pcrs.count == 0) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "approved of what? `policy-pcr` is missing");
        return NULL;
    }
    if (!find_asked(&job, key) || !make_policy(&job))
        goto out;
    made = tpm_key_new_from_blob(prov, &key->area, &key->blob, key->parent,
                                 key->empty_auth);
    if (made == NULL)
        goto out;
    made->handle = key->handle;
    atomic_store(&made->is_believed, made->handle != 0);
    made->file = copy_file(key->file);
    if (made->file == NULL || !add_policy(&job, made->file))
        tpm_key_free(&made);
out:
    tpm_policy_clear(&job.policy);
    return made;
}
