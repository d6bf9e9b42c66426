// SPDX-License-Identifier: Apache-2.0
/*
 * How a new key comes to be: created or imported, looked at, and only then made
 * persistent. Leaves parent and session to use.c, the policy to bind.c, what is
 * imported to import.c (TPM 2.0 Part 2 §12.2; Part 3 §12.1, §13.3, §28.5).
 */
#include "generate.h"

#include "area.h"
#include "bind.h"
#include "import.h"
#include "keyfile.h"
#include "provider.h"
#include "use.h"

#include <openssl/crypto.h>
#include <string.h>

struct generate_job {
    struct provider *prov;
    const struct tpm_key_wish *wish;
    char subject[TPM_KEY_SUBJECT_MAX];
    TPM2B_PUBLIC template;     /* of an import: the whole public area */
    TPM2B_SENSITIVE sensitive; /* to be imported */
    struct tpm_policy policy;
    TPM2B_PUBLIC area;
    TPM2B_PRIVATE blob;
    struct tpm_key *key; /* of this try, or of the one before it */
};

/* The answer to EvictControl got lost, and this is the second try. */
static int
is_there_already(struct tpm *tpm, const struct generate_job *job)
{
    TPM2B_PUBLIC area = { 0 };
    TPM2B_NAME name = { 0 };

    return job->key != NULL &&
           tpm_read_public(tpm, job->wish->handle, &area, &name) &&
           tpm_is_name(&name, &job->key->name);
}

CHECKED static int
check_is_free(struct tpm *tpm, const struct generate_job *job, int *is_ours)
{
    TPM2_HANDLE handle = job->wish->handle;
    int is_free = 0;

    if (!tpm_is_free(tpm, handle, &is_free))
        return 0;
    *is_ours = !is_free && is_there_already(tpm, job);
    if (is_free || *is_ours)
        return 1;
    tpm_raise(job->prov, TPM_R_HANDLE_TAKEN,
              "handle 0x%08x is taken, and a key is never overwritten: choose "
              "another, or free it with `tpm2_evictcontrol -c 0x%08x`",
              handle, handle);
    return 0;
}

/* Part 3 §28.5: the owner decides; her password is known here only when the
 * parent is the owner hierarchy. */
CHECKED static int
make_persistent(struct use *use, const struct generate_job *job)
{
    static const TPM2B_AUTH empty = { 0 };
    int is_owner =
        job->wish->parent == TPM2_RH_OWNER && use->parent_auth.size > 0;
    const struct tpm_auth auth = { is_owner ? &use->session : NULL,
                                   is_owner ? &use->parent_auth : &empty };

    return use_load(use, &job->blob, &job->area, &job->key->name) &&
           tpm_persist(use->tpm, &auth, &use->object, job->wish->handle);
}

/* How long the numbers of a public key are is not in the template. */
static int
is_of_its_size(const TPMT_PUBLIC *area)
{
    const struct tpm_curve *curve = NULL;

    if (area->type == TPM2_ALG_RSA)
        return area->unique.rsa.size * 8 == area->parameters.rsaDetail.keyBits;
    curve = tpm_curve_by_id(area->parameters.eccDetail.curveID);
    return curve != NULL && area->unique.ecc.x.size <= curve->bytes &&
           area->unique.ecc.y.size <= curve->bytes;
}

/* A TPM, or what stands before it, may not give less than was asked for: what
 * came is the template, with a public key in it. */
CHECKED static int
is_as_wished(const struct generate_job *job)
{
    TPMT_PUBLIC wanted = job->template.publicArea;
    const TPMT_PUBLIC *got = &job->area.publicArea;

    if (wanted.type != got->type)
        return 0;
    wanted.unique = got->unique;
    if (got->type == TPM2_ALG_RSA &&
        tpm_rsa_exponent(&wanted) == tpm_rsa_exponent(got))
        wanted.parameters.rsaDetail.exponent =
            got->parameters.rsaDetail.exponent;
    return is_of_its_size(got) && area_is(&wanted, got);
}

/* The file of a key with a policy, which says how to use it. */
CHECKED static int
keep_policy(struct tpm_key *key, struct generate_job *job)
{
    if (job->policy.count == 0)
        return 1;
    key->file = tpm_keyfile_new();
    if (key->file == NULL)
        return 0;
    key->file->public_area = key->area;
    key->file->private_area = key->blob;
    key->file->parent = key->parent;
    key->file->empty_auth = key->empty_auth;
    key->file->policy = job->policy;
    memset(&job->policy, 0, sizeof job->policy);
    return 1;
}

/* What was made, taken over into a key: all that can go wrong with it has gone
 * wrong before the TPM is told to keep it. */
CHECKED static int
take_made(struct generate_job *job)
{
    const struct tpm_key_wish *wish = job->wish;

    if (!is_as_wished(job)) {
        tpm_raise(job->prov, TPM_R_BAD_ANSWER,
                  "%s: the TPM made another key than the one asked for",
                  job->subject);
        return 0;
    }
    tpm_key_free(&job->key);
    job->key =
        tpm_key_new_from_blob(job->prov, &job->area, &job->blob, wish->parent,
                              wish->sensitive.sensitive.userAuth.size == 0);
    if (job->key == NULL)
        return 0;
    job->key->handle = wish->handle;
    job->key->parent_auth = wish->parent_auth;
    job->key->auth = wish->sensitive.sensitive.userAuth;
    job->key->auth_given = 1;
    return keep_policy(job->key, job);
}

/* TPM2_Import looks at the wrapping, TPM2_Load at what was in it. */
CHECKED static int
import(struct use *use, struct generate_job *job)
{
    struct tpm_duplicate duplicate = { .key = { 0 } };
    int ok = 0;

    job->area = job->template;
    ok = import_wrap(job->prov, &use->area.publicArea, &job->area.publicArea,
                     &job->sensitive, &duplicate) &&
         tpm_import(use->tpm, &use->parent, &use->parent_use, &job->area,
                    &duplicate, &job->blob) &&
         take_made(job) &&
         (job->wish->handle != 0 ||
          use_load(use, &job->blob, &job->area, &job->key->name));
    OPENSSL_cleanse(&duplicate, sizeof duplicate);
    return ok;
}

CHECKED static int
create(struct use *use, struct generate_job *job)
{
    use->session.is_last = job->wish->handle == 0;
    return tpm_create(use->tpm, &use->parent, &use->parent_use,
                      &job->wish->sensitive, &job->template, &job->blob,
                      &job->area) &&
           take_made(job);
}

static int
generate_work(struct tpm *tpm, void *arg)
{
    struct generate_job *job = arg;
    const struct tpm_key_wish *wish = job->wish;
    int has_password = wish->sensitive.sensitive.userAuth.size > 0;
    struct use use = { 0 };
    int is_ours = 0;
    int ok = 0;

    if (wish->handle != 0 && !check_is_free(tpm, job, &is_ours))
        return 0;
    if (is_ours)
        return 1;
    ok = bind_new(tpm, &wish->bond, has_password, &job->policy,
                  &job->template.publicArea) &&
         use_parent(&use, tpm, wish->parent, &wish->parent_auth,
                    has_password || wish->software != NULL ||
                        job->prov->is_always) &&
         (wish->software != NULL ? import(&use, job) : create(&use, job)) &&
         (wish->handle == 0 || make_persistent(&use, job));
    use_end(&use);
    return ok;
}

/* What a key that is to be imported says of itself. */
CHECKED static int
take_software(struct generate_job *job)
{
    const struct tpm_key_wish *wish = job->wish;

    job->sensitive.sensitiveArea.authValue = wish->sensitive.sensitive.userAuth;
    return import_take(job->prov, wish->software, &job->template.publicArea,
                       &job->sensitive);
}

/* Under the null hierarchy a key is gone with the next start (Part 1 §14.3):
 * that is for trials, of which nobody is warned. */
struct tpm_key *
tpm_key_generate(struct provider *prov, const struct tpm_key_wish *wish)
{
    struct generate_job job = { .prov = prov,
                                .wish = wish,
                                .template = wish->template };

    tpm_key_say_parent("a new key", wish->parent, job.subject);
    if ((wish->software != NULL && !take_software(&job)) ||
        !tpm_transact(prov, job.subject, generate_work, &job))
        tpm_key_free(&job.key);
    else if (wish->software != NULL && wish->parent != TPM2_RH_NULL)
        tpm_warn("the key was imported into the TPM: who has a copy of what it "
                 "was made from has the key; one that is made in the TPM "
                 "cannot be copied");
    tpm_policy_clear(&job.policy);
    OPENSSL_cleanse(&job.sensitive, sizeof job.sensitive);
    return job.key;
}
