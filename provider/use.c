// SPDX-License-Identifier: Apache-2.0
/*
 * Load, use, flush: what a transaction puts into the TPM for one key, and how
 * it gets out again on every path. Leaves the commands to tpm.c and the keys
 * themselves to key.c (TPM 2.0 Part 1 §23, §30).
 */
#include "use.h"

#include "provider.h"
#include "template.h"

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

/* A key whose name is not what its public area says is somebody's forgery. */
CHECKED static int
check_name(struct use *use, const TPM2B_PUBLIC *area, const TPM2B_NAME *name)
{
    struct provider *prov = tpm_provider(use->tpm);
    TPM2B_NAME expected = { 0 };

    if (tpm_name(prov, &area->publicArea, &expected) &&
        expected.size == name->size &&
        memcmp(expected.name, name->name, name->size) == 0)
        return 1;
    tpm_raise(prov, TPM_R_BAD_ANSWER,
              "the TPM answered with an object whose name is not its own");
    return 0;
}

/* Where no parent with a known name is at hand, the salt goes to a primary of
 * the null hierarchy: it needs nobody's password and leaves no trace. */
CHECKED static int
start_by_null(struct use *use)
{
    static const struct tpm_auth empty = { NULL, NULL };
    struct tpm_entity primary = { 0 };
    TPM2B_PUBLIC area = { 0 };
    int ok = 0;

    ok = tpm_create_primary(use->tpm, TPM2_RH_NULL, &empty,
                            &tpm_template_primary, &primary, &area) &&
         check_name(use, &area, &primary.name) &&
         session_start(&use->session, use->tpm, primary.handle, &area);
    flush_entity(use, &primary);
    return ok;
}

/* The password of a parent cannot come with the key: OpenSSL has no way to
 * ask for a second one. tpm2-openssl looks in the same variable. */
CHECKED static int
take_parent_auth(struct use *use, const TPM2B_AUTH *given)
{
    const char *secret = getenv("TPM2OPENSSL_PARENT_AUTH");
    size_t len = secret == NULL ? 0 : strlen(secret);

    use->parent_auth = *given;
    if (given->size > 0 || len == 0)
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

CHECKED static int
use_hierarchy(struct use *use, TPM2_HANDLE hierarchy, int wants_session)
{
    struct tpm_auth auth = { NULL, &use->parent_auth };
    TPM2B_PUBLIC area = { 0 };

    if (use->parent_auth.size > 0) {
        if (!start_by_null(use))
            return 0;
        auth.session = &use->session;
    }
    if (!tpm_create_primary(use->tpm, hierarchy, &auth, &tpm_template_primary,
                            &use->parent, &area) ||
        !check_name(use, &area, &use->parent.name))
        return 0;
    return !wants_session || use->session.handle != 0 ||
           session_start(&use->session, use->tpm, use->parent.handle, &area);
}

CHECKED static int
use_persistent(struct use *use, TPM2_HANDLE parent, int wants_session)
{
    TPM2B_PUBLIC area = { 0 };

    use->parent.handle = parent;
    use->parent_use.value = &use->parent_auth;
    if (!wants_session && use->parent_auth.size == 0)
        return 1;
    if (!tpm_read_public(use->tpm, parent, &area, &use->parent.name) ||
        !check_name(use, &area, &use->parent.name) ||
        !session_start(&use->session, use->tpm, parent, &area))
        return 0;
    use->parent_use.session = &use->session;
    return 1;
}

int
use_parent(struct use *use, struct tpm *tpm, TPM2_HANDLE parent,
           const TPM2B_AUTH *parent_auth, int wants_session)
{
    use->tpm = tpm;
    if (!take_parent_auth(use, parent_auth))
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

    ok = tpm_load(use->tpm, &use->parent, &use->parent_use, blob, area,
                  &use->object);
    flush_entity(use, &use->parent);
    if (ok && (use->object.name.size != name->size ||
               memcmp(use->object.name.name, name->name, name->size) != 0)) {
        tpm_raise(tpm_provider(use->tpm), TPM_R_BAD_ANSWER,
                  "the TPM loaded another key than the one it was given");
        ok = 0;
    }
    return ok;
}

int
use_key(struct use *use, struct tpm *tpm, const struct tpm_key *key,
        struct tpm_auth *auth)
{
    int wants_session = key->auth.size > 0 || use->is_secret;

    use->tpm = tpm;
    auth->value = &key->auth;
    if (key->handle != 0) {
        use->object.handle = key->handle;
        use->object.name = key->name;
        use->is_borrowed = 1;
        if (wants_session && !start_by_null(use))
            return 0;
    } else if (!use_parent(use, tpm, key->parent, &key->parent_auth,
                           wants_session) ||
               !use_load(use, &key->blob, &key->area, &key->name)) {
        return 0;
    }
    auth->session = wants_session ? &use->session : NULL;
    return 1;
}

void
use_end(struct use *use)
{
    if (use->tpm == NULL)
        return;
    /* A transient handle that was given to us is not ours to flush. */
    if (!use->is_borrowed)
        flush_entity(use, &use->object);
    flush_entity(use, &use->parent);
    tpm_flush(use->tpm, use->session.handle, NULL);
    session_wipe(&use->session);
    OPENSSL_cleanse(&use->parent_auth, sizeof use->parent_auth);
}
