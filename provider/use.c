// SPDX-License-Identifier: Apache-2.0
/*
 * Load, use, flush: what a transaction puts into the TPM for one key, and how
 * it gets out again on every path. Leaves the commands to tpm.c and the keys
 * themselves to key.c (TPM 2.0 Part 1 §23, §30).
 */
#include "use.h"

#include "keep.h"
#include "keyfile.h"
#include "policy.h"
#include "prove.h"
#include "provider.h"
#include "template.h"
#include "trust.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static int
is_hierarchy(TPM2_HANDLE handle)
{
    return handle >> TPM2_HR_SHIFT == TPM2_HT_PERMANENT;
}

static void
flush_entity(struct use *use, struct tpm_entity *entity)
{
    if (entity->handle >> TPM2_HR_SHIFT == TPM2_HT_TRANSIENT)
        tpm_flush(use->tpm, entity->handle, &entity->name);
    entity->handle = 0;
}

/* The password of a parent cannot come with the key: OpenSSL has no way to
 * ask for a second one. tpm2-openssl looks in the same variable. */
CHECKED static int
take_parent_auth(struct use *use, TPM2_HANDLE parent, const TPM2B_AUTH *given)
{
    const char *secret = getenv("TPM2OPENSSL_PARENT_AUTH");
    size_t len = secret == NULL ? 0 : strlen(secret);

    use->parent_auth = *given;
    /* the null hierarchy's is always empty: Part 1 §14.3 */
    if (given->size > 0 || len == 0 || parent == TPM2_RH_NULL)
        return 1;
    if (len > sizeof use->parent_auth.buffer) {
        tpm_raise(tpm_provider(use->tpm), TPM_R_BAD_PASSWORD,
                  "TPM2OPENSSL_PARENT_AUTH is longer than any TPM takes");
        return 0;
    }
    use->parent_auth.size = (UINT16)len;
    memcpy(use->parent_auth.buffer, secret, len);
    return 1;
}

static const TPM2B_PUBLIC *
parent_template(const struct use *use)
{
    return use->is_rsa_parent ? &tpm_template_rsa_primary
                              : &tpm_template_primary;
}

CHECKED static int
use_hierarchy(struct use *use, TPM2_HANDLE hierarchy, int wants_session)
{
    struct tpm_auth auth = { NULL, &use->parent_auth };

    if (use->parent_auth.size > 0) {
        if (!trust_start(use, TPM2_ALG_NULL, &use->session))
            return 0;
        auth.session = &use->session;
    }
    use->hierarchy = hierarchy;
    if (!tpm_create_primary(use->tpm, hierarchy, &auth, parent_template(use),
                            &use->parent, &use->area) ||
        !trust_name(use->tpm, &use->area, &use->parent.name))
        return 0;
    return !wants_session || use->session.handle != 0 ||
           trust_start(use, TPM2_ALG_NULL, &use->session);
}

CHECKED static int
use_persistent(struct use *use, TPM2_HANDLE parent, int wants_session)
{
    use->parent.handle = parent;
    use->parent_use.value = &use->parent_auth;
    if (!wants_session && use->parent_auth.size == 0)
        return 1;
    /* a session covers the parent's name, also when another takes its salt */
    if (!trust_start(use, TPM2_ALG_NULL, &use->session) || !trust_parent(use))
        return 0;
    use->parent_use.session = &use->session;
    return 1;
}

int
use_parent(struct use *use, struct tpm *tpm, TPM2_HANDLE parent,
           const TPM2B_AUTH *parent_auth, int wants_session)
{
    use->tpm = tpm;
    if (!take_parent_auth(use, parent, parent_auth))
        return 0;
    if (!is_hierarchy(parent))
        return use_persistent(use, parent, wants_session);
    if (!use_hierarchy(use, parent, wants_session))
        return 0;
    /* The primary itself has no password; the hierarchy's has done its work. */
    use->parent_use.session = wants_session ? &use->session : NULL;
    return 1;
}

int
use_load(struct use *use, const TPM2B_PRIVATE *blob, const TPM2B_PUBLIC *area,
         const TPM2B_NAME *name)
{
    int ok = 0;

    use->loading = *name;
    ok = tpm_load(use->tpm, &use->parent, &use->parent_use, blob, area,
                  &use->object);
    flush_entity(use, &use->parent);
    if (ok && !tpm_is_name(&use->object.name, name)) {
        tpm_raise(tpm_provider(use->tpm), TPM_R_BAD_ANSWER,
                  "the TPM loaded another key than the one it was given");
        ok = 0;
    }
    return ok;
}

/* A policy that names somebody's secret takes the key's password for it: there
 * is no way to ask for two (draft-bottomley-tpm2-keys §4.3.1). */
static int
wants_secret(const struct tpm_key *key)
{
    const struct tpm_keyfile *file = key->file;
    int wants = 0;

    if (!tpm_key_has_policy(key) || key->auth.size == 0)
        return 0;
    wants = policy_has(&file->policy, TPM2_CC_PolicySecret);
    for (size_t i = 0; i < file->alternative_count; i++)
        wants |= policy_has(&file->alternatives[i], TPM2_CC_PolicySecret);
    return wants;
}

/* Proved while the parent is still there to take the salt, and before the key
 * takes the second slot. */
CHECKED static int
use_policy(struct use *use, const struct tpm_key *key)
{
    const TPM2_ALG_ID hash = key->area.publicArea.nameAlg;
    const struct tpm_auth secret = { use->session.handle != 0 ? &use->session
                                                              : NULL,
                                     &key->auth };
    int ok = 0;

    ok = key->auth.size > 0 || use->is_secret || key->prov->is_always
             ? trust_start(use, hash, &use->policy)
             : session_start_policy(&use->policy, use->tpm, hash, TPM2_RH_NULL,
                                    NULL);
    return ok && prove_policy(use->tpm, key, &secret, &use->policy);
}

/* Looks whether the key is in the TPM already, or easily put there. */
static int
find_object(struct use *use, const struct tpm_key *key)
{
    if (key->handle != 0) {
        use->object = (struct tpm_entity){ key->handle, key->name };
        use->is_borrowed = 1;
        return 1;
    }
    use->loading = key->name;
    tpm_want(use->tpm, &key->name);
    return keep_find(use->tpm, key, &use->object, &use->is_kept);
}

/* Parent and sessions, in that order: they come before the key itself. Of a
 * key that is loaded, the parent is good for nothing but to take a salt, and
 * not worth being made for that. */
CHECKED static int
use_ground(struct use *use, const struct tpm_key *key, int is_there,
           int wants_session)
{
    if (is_there && !wants_session)
        return 1;
    if (key->handle == 0 && !(is_there && is_hierarchy(key->parent)))
        return use_parent(use, use->tpm, key->parent, &key->parent_auth,
                          wants_session);
    return trust_start(use, TPM2_ALG_NULL, &use->session);
}

int
use_key(struct use *use, struct tpm *tpm, const struct tpm_key *key,
        struct tpm_auth *auth)
{
    int by_policy = tpm_key_has_policy(key);
    int is_there = 0;
    int wants_session = by_policy ? wants_secret(key)
                                  : key->auth.size > 0 || use->is_secret ||
                                        key->prov->is_always;

    use->tpm = tpm;
    use->key = key;
    use->is_rsa_parent = key->file != NULL && key->file->rsa_parent;
    is_there = find_object(use, key);
    if (!use_ground(use, key, is_there, wants_session) ||
        (by_policy && !use_policy(use, key)))
        return 0;
    use->session.is_last = by_policy || !wants_session; /* Load is its last */
    if (!is_there && !use_load(use, &key->blob, &key->area, &key->name))
        return 0;
    use->session.is_last = 0;
    auth->value = &key->auth;
    auth->session = by_policy       ? &use->policy
                    : wants_session ? &use->session
                                    : NULL;
    return 1;
}

int
use_session(struct use *use, struct tpm *tpm)
{
    use->tpm = tpm;
    return trust_start(use, TPM2_ALG_NULL, &use->session);
}

/* A new key has done its work; one that is used may be used again. */
static int
may_stay(const struct use *use)
{
    return use->key != NULL && use->object.handle != 0 &&
           keep_take(use->tpm, use->key, use->object.handle,
                     is_hierarchy(use->key->parent));
}

void
use_end(struct use *use)
{
    if (use->tpm == NULL)
        return;
    /* A transient handle that was given to us is not ours to flush. */
    if (use->is_kept)
        keep_review(use->tpm);
    else if (!use->is_borrowed && !may_stay(use))
        flush_entity(use, &use->object);
    flush_entity(use, &use->parent);
    if (use->loading.size > 0)
        tpm_sweep(use->tpm, &use->loading);
    if (use->hierarchy != 0)
        tpm_sweep_like(use->tpm, parent_template(use));
    tpm_flush(use->tpm, use->policy.handle, NULL);
    session_wipe(&use->policy);
    tpm_flush(use->tpm, use->session.handle, NULL);
    session_wipe(&use->session);
    tpm_sweep_sessions(use->tpm);
    OPENSSL_cleanse(&use->parent_auth, sizeof use->parent_auth);
}
