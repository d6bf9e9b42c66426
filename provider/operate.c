// SPDX-License-Identifier: Apache-2.0
/*
 * What a TPM key does. Leaves loading to use.c, the commands to tpm.c, and
 * which of them may be asked of a key, and with what, to scheme.c, decrypt.c
 * and exchange.c (TPM 2.0 Part 3 §14, §20).
 */
#include "operate.h"

#include "error.h"
#include "prove.h"
#include "tpm_hash.h"
#include "use.h"

#include <string.h>

/* What every operation has; its own struct begins with this. */
struct job {
    struct tpm_key *key;
    int is_secret; /* what comes back is to be encrypted */
    int (*work)(struct tpm *tpm, const struct tpm_entity *object,
                const struct tpm_auth *auth, struct job *job);
};

static int
work_loaded(struct tpm *tpm, void *arg)
{
    struct job *job = arg;
    struct tpm_auth auth = { NULL, NULL };
    struct use use = { .is_secret = job->is_secret };
    int ok = 0;

    ok = use_key(&use, tpm, job->key, &auth) &&
         job->work(tpm, &use.object, &auth, job);
    use_end(&use);
    return ok;
}

CHECKED static int
operate(struct job *job)
{
    struct tpm_key *key = job->key;
    char subject[TPM_KEY_SUBJECT_MAX];

    if (key->is_public) {
        tpm_raise(key->prov, TPM_R_NOT_A_KEY,
                  "this is a public key: the private one is needed");
        return 0;
    }
    tpm_key_subject(key, subject);
    if (!key->empty_auth && !key->auth_given) {
        tpm_raise(key->prov, TPM_R_BAD_PASSWORD,
                  "%s has a password, and none was given", subject);
        return 0;
    }
    if (tpm_key_has_policy(key) && !prove_check(key, subject))
        return 0;
    return tpm_key_check(key) &&
           tpm_transact(key->prov, subject, work_loaded, job);
}

struct sign_job {
    struct job job;
    const TPM2B_DIGEST *digest;
    const TPMT_SIG_SCHEME *scheme;
    TPMT_SIGNATURE *signature;
    int *lacks;
};

static int
sign_work(struct tpm *tpm, const struct tpm_entity *object,
          const struct tpm_auth *auth, struct job *job)
{
    struct sign_job *sign = (struct sign_job *)job;

    return tpm_sign(tpm, object, auth, sign->digest, sign->scheme, NULL,
                    sign->signature, sign->lacks);
}

int
tpm_key_sign(struct tpm_key *key, const TPM2B_DIGEST *digest,
             const TPMT_SIG_SCHEME *scheme, TPMT_SIGNATURE *signature,
             int *lacks)
{
    struct sign_job job = {
        { key, 0, sign_work }, digest, scheme, signature, lacks
    };

    return operate(&job.job);
}

struct sign_data_job {
    struct job job;
    const unsigned char *data;
    size_t len;
    const TPMT_SIG_SCHEME *scheme;
    TPM2B_DIGEST *digest;
    TPMT_SIGNATURE *signature;
};

static int
sign_data_work(struct tpm *tpm, const struct tpm_entity *object,
               const struct tpm_auth *auth, struct job *job)
{
    struct sign_data_job *sign = (struct sign_data_job *)job;
    TPMT_TK_HASHCHECK ticket = { 0 };

    return tpm_hash_data(tpm, sign->scheme->details.any.hashAlg, sign->data,
                         sign->len, sign->digest, &ticket) &&
           tpm_sign(tpm, object, auth, sign->digest, sign->scheme, &ticket,
                    sign->signature, NULL);
}

/* Part 3 §15.4.1: TPM_GENERATED_VALUE, with which all begins that a TPM attests
 * to; of such data it makes no ticket. */
static int
is_generated(const unsigned char *data, size_t len)
{
    static const unsigned char generated[] = { 0xFF, 'T', 'C', 'G' };

    return len >= sizeof generated &&
           memcmp(data, generated, sizeof generated) == 0;
}

int
tpm_key_sign_data(struct tpm_key *key, const unsigned char *data, size_t len,
                  const TPMT_SIG_SCHEME *scheme, TPM2B_DIGEST *digest,
                  TPMT_SIGNATURE *signature)
{
    struct sign_data_job job = {
        { key, 0, sign_data_work }, data, len, scheme, digest, signature
    };
    char subject[TPM_KEY_SUBJECT_MAX];

    if (!is_generated(data, len))
        return operate(&job.job);
    tpm_key_subject(key, subject);
    tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
              "%s is restricted (an attestation key) and does not sign data "
              "that begins with ff544347, as what the TPM itself attests to: "
              "nobody could tell them apart",
              subject);
    return 0;
}

struct decrypt_job {
    struct job job;
    const TPM2B_PUBLIC_KEY_RSA *cipher;
    const TPMT_RSA_DECRYPT *scheme;
    const TPM2B_DATA *label;
    TPM2B_PUBLIC_KEY_RSA *message;
    int *is_wrong;
};

static int
decrypt_work(struct tpm *tpm, const struct tpm_entity *object,
             const struct tpm_auth *auth, struct job *job)
{
    struct decrypt_job *decrypt = (struct decrypt_job *)job;

    return tpm_rsa_decrypt(tpm, object, auth, decrypt->cipher, decrypt->scheme,
                           decrypt->label, decrypt->message, decrypt->is_wrong);
}

int
tpm_key_decrypt(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *cipher,
                const TPMT_RSA_DECRYPT *scheme, const TPM2B_DATA *label,
                TPM2B_PUBLIC_KEY_RSA *message, int *is_wrong)
{
    struct decrypt_job job = {
        { key, 1, decrypt_work }, cipher, scheme, label, message, is_wrong
    };

    *is_wrong = 0;
    return operate(&job.job);
}

int
tpm_key_apply(struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *block,
              TPM2B_PUBLIC_KEY_RSA *result)
{
    static const TPMT_RSA_DECRYPT scheme = { .scheme = TPM2_ALG_NULL };
    static const TPM2B_DATA label = { 0 };
    int is_wrong = 0;
    struct decrypt_job job = {
        { key, 0, decrypt_work }, block, &scheme, &label, result, &is_wrong
    };

    if (operate(&job.job))
        return 1;
    if (is_wrong)
        tpm_raise(key->prov, TPM_R_TPM_REFUSED,
                  "the TPM does not sign what the host has padded");
    return 0;
}

struct agree_job {
    struct job job;
    const TPM2B_ECC_POINT *peer;
    TPM2B_ECC_POINT *secret;
};

static int
agree_work(struct tpm *tpm, const struct tpm_entity *object,
           const struct tpm_auth *auth, struct job *job)
{
    struct agree_job *agree = (struct agree_job *)job;

    return tpm_ecdh_zgen(tpm, object, auth, agree->peer, agree->secret);
}

int
tpm_key_agree(struct tpm_key *key, const TPM2B_ECC_POINT *peer,
              TPM2B_ECC_POINT *secret)
{
    struct agree_job job = { { key, 1, agree_work }, peer, secret };

    return operate(&job.job);
}
