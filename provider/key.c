// SPDX-License-Identifier: Apache-2.0
/*
 * One TPM key, from wherever it comes: a file's parts, or a handle. Leaves its
 * making to generate.c, its loading to use.c and OpenSSL's view of it to
 * keymgmt.c (TPM 2.0 Part 1 §16, §27; Part 2 §12.2).
 */
#include "key.h"

#include "keyfile.h"
#include "objectfile.h"
#include "provider.h"
#include "tpm.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <tss2/tss2_mu.h>

int
tpm_name(const struct provider *prov, const TPMT_PUBLIC *area, TPM2B_NAME *name)
{
    const struct tpm_hash *hash = tpm_hash_by_id(area->nameAlg);
    unsigned char bytes[sizeof *area];
    size_t len = 0;

    if (hash == NULL || Tss2_MU_TPMT_PUBLIC_Marshal(area, bytes, sizeof bytes,
                                                    &len) != TSS2_RC_SUCCESS)
        return 0;
    name->name[0] = (BYTE)(area->nameAlg >> 8);
    name->name[1] = (BYTE)area->nameAlg;
    name->size = (UINT16)(2 + hash->size);
    return EVP_Digest(bytes, len, name->name + 2, NULL,
                      provider_digest(prov, area->nameAlg), NULL);
}

CHECKED static int
is_known_type(const TPMT_PUBLIC *area)
{
    return area->type == TPM2_ALG_RSA ||
           (area->type == TPM2_ALG_ECC &&
            tpm_curve_by_id(area->parameters.eccDetail.curveID) != NULL);
}

/* Every constructor comes through here. */
static struct tpm_key *
new_key(struct provider *prov, const TPM2B_PUBLIC *area, int empty_auth)
{
    struct tpm_key *key = NULL;

    if (!is_known_type(&area->publicArea)) {
        tpm_raise(prov, TPM_R_NOT_A_KEY,
                  "a TPM object of type 0x%x is neither an RSA key nor one on "
                  "the curves P-256, P-384, P-521",
                  area->publicArea.type);
        return NULL;
    }
    key = OPENSSL_zalloc(sizeof *key);
    if (key == NULL) {
        tpm_raise(prov, TPM_R_NO_MEMORY, "no memory for a key");
        return NULL;
    }
    key->prov = prov;
    atomic_init(&key->references, 1);
    key->area = *area;
    key->empty_auth = empty_auth;
    if (tpm_name(prov, &area->publicArea, &key->name))
        return key;
    tpm_raise(prov, TPM_R_NOT_SUPPORTED,
              "a TPM key with the name algorithm 0x%x cannot be used here: "
              "make one with SHA-256",
              area->publicArea.nameAlg);
    tpm_key_free(&key);
    return NULL;
}

struct tpm_key *
tpm_key_new_from_blob(struct provider *prov, const TPM2B_PUBLIC *area,
                      const TPM2B_PRIVATE *blob, TPM2_HANDLE parent,
                      int empty_auth)
{
    struct tpm_key *key = new_key(prov, area, empty_auth);

    if (key == NULL)
        return NULL;
    key->blob = *blob;
    key->parent = parent == 0 ? TPM2_RH_OWNER : parent;
    return key;
}

/* What stands at a handle that is no key's (Part 2 §7.2). */
static const char *
handle_kind(TPM2_HANDLE handle)
{
    switch (handle >> TPM2_HR_SHIFT) {
    case TPM2_HT_PCR:
        return "a PCR";
    case TPM2_HT_NV_INDEX:
        return "an NV index, which holds data";
    case TPM2_HT_HMAC_SESSION:
    case TPM2_HT_POLICY_SESSION:
        return "a session";
    case TPM2_HT_PERMANENT:
        return "a hierarchy";
    default:
        return "nothing that a TPM knows";
    }
}

struct read_job {
    TPM2_HANDLE handle;
    TPM2B_PUBLIC area;
    TPM2B_NAME name;
};

static int
read_work(struct tpm *tpm, void *arg)
{
    struct read_job *job = arg;

    return tpm_read_public(tpm, job->handle, &job->area, &job->name);
}

struct tpm_key *
tpm_key_new_from_handle(struct provider *prov, TPM2_HANDLE handle,
                        int empty_auth)
{
    struct read_job job = { .handle = handle };
    char subject[TPM_KEY_SUBJECT_MAX];
    struct tpm_key *key = NULL;

    if (handle >> TPM2_HR_SHIFT != TPM2_HT_PERSISTENT &&
        handle >> TPM2_HR_SHIFT != TPM2_HT_TRANSIENT) {
        tpm_raise(prov, TPM_R_NOT_A_KEY,
                  "handle 0x%08x is %s, not a key: keys are at 0x81000000 and "
                  "above",
                  handle, handle_kind(handle));
        return NULL;
    }
    (void)snprintf(subject, sizeof subject, "the key at handle 0x%08x", handle);
    if (!tpm_transact(prov, subject, read_work, &job))
        return NULL;
    key = new_key(prov, &job.area, empty_auth);
    if (key == NULL)
        return NULL;
    key->handle = handle;
    if (tpm_is_name(&key->name, &job.name))
        return key;
    tpm_raise(prov, TPM_R_BAD_ANSWER,
              "%s: the TPM calls it by a name that is not its own", subject);
    tpm_key_free(&key);
    return NULL;
}

struct tpm_key *
tpm_key_new_from_reference(struct provider *prov, TPM2_HANDLE handle,
                           const TPM2B_PUBLIC *area, int empty_auth)
{
    struct tpm_key *key = new_key(prov, area, empty_auth);

    if (key == NULL)
        return NULL;
    key->handle = handle;
    atomic_store(&key->is_believed, 1);
    return key;
}

int
tpm_key_check(struct tpm_key *key)
{
    struct read_job job = { .handle = key->handle };
    char subject[TPM_KEY_SUBJECT_MAX];

    if (!atomic_load(&key->is_believed))
        return 1;
    tpm_key_subject(key, subject);
    if (!tpm_transact(key->prov, subject, read_work, &job))
        return 0;
    if (tpm_is_name(&key->name, &job.name)) {
        atomic_store(&key->is_believed, 0);
        return 1;
    }
    tpm_raise(key->prov, TPM_R_NOT_A_KEY,
              "at handle 0x%08x stands another key by now than the one that "
              "the file was written for",
              key->handle);
    return 0;
}

struct tpm_key *
tpm_key_new_from_object(struct provider *prov, const unsigned char *data,
                        size_t len, int empty_auth)
{
    struct tpm_objectfile file = { 0 };
    const char *why = NULL;
    struct tpm_key *key = NULL;

    if (!tpm_objectfile_parse(data, len, &file, &why)) {
        tpm_raise(prov, TPM_R_BAD_KEY_FILE, "%s", why);
        return NULL;
    }
    key = tpm_key_new_from_handle(prov, file.handle, empty_auth);
    if (key == NULL)
        return NULL;
    if (tpm_is_name(&key->name, &file.name))
        return key;
    tpm_raise(prov, TPM_R_NOT_A_KEY,
              "at handle 0x%08x stands another key by now than the one that "
              "the object was written for",
              file.handle);
    tpm_key_free(&key);
    return NULL;
}

void
tpm_key_up_ref(struct tpm_key *key)
{
    (void)atomic_fetch_add(&key->references, 1);
}

void
tpm_key_free(struct tpm_key **key)
{
    struct tpm_key *old = *key;

    *key = NULL;
    if (old != NULL && atomic_fetch_sub(&old->references, 1) == 1) {
        tpm_keyfile_free(&old->file);
        OPENSSL_clear_free(old, sizeof *old);
    }
}

int
tpm_key_set_auth(struct tpm_key *key, const void *auth, size_t len)
{
    const struct tpm_hash *hash = tpm_hash_by_id(key->area.publicArea.nameAlg);

    if (hash == NULL || len > hash->size) {
        tpm_raise(key->prov, TPM_R_BAD_PASSWORD,
                  "the password is longer than the TPM takes (%u bytes)",
                  hash == NULL ? 0 : (unsigned)hash->size);
        return 0;
    }
    key->auth_given = 1;
    key->auth.size = (UINT16)len;
    if (len > 0)
        memcpy(key->auth.buffer, auth, len);
    return 1;
}

int
tpm_key_has_policy(const struct tpm_key *key)
{
    return key->file != NULL && key->file->policy.count > 0;
}

/* As tpm2-openssl: only a restricted PSS key is of the RSA-PSS type, since
 * certificates that name the other kind plain RSA are out there. */
const char *
tpm_key_type_name(const struct tpm_key *key)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;

    if (area->type == TPM2_ALG_ECC)
        return "EC";
    return (area->objectAttributes & TPMA_OBJECT_RESTRICTED) != 0 &&
                   tpm_fixed_scheme(area) == TPM2_ALG_RSAPSS
               ? "RSA-PSS"
               : "RSA";
}

void
tpm_key_say_parent(const char *what, TPM2_HANDLE parent,
                   char subject[TPM_KEY_SUBJECT_MAX])
{
    static const struct {
        TPM2_HANDLE handle;
        const char *name;
    } hierarchies[] = {
        { TPM2_RH_OWNER, "owner" },
        { TPM2_RH_ENDORSEMENT, "endorsement" },
        { TPM2_RH_PLATFORM, "platform" },
        { TPM2_RH_NULL, "null" },
    };

    for (size_t i = 0; i < sizeof hierarchies / sizeof *hierarchies; i++) {
        if (hierarchies[i].handle == parent) {
            (void)snprintf(subject, TPM_KEY_SUBJECT_MAX,
                           "%s under the %s hierarchy", what,
                           hierarchies[i].name);
            return;
        }
    }
    (void)snprintf(subject, TPM_KEY_SUBJECT_MAX, "%s under parent 0x%08x", what,
                   parent);
}

void
tpm_key_subject(const struct tpm_key *key, char subject[TPM_KEY_SUBJECT_MAX])
{
    if (key->handle != 0)
        (void)snprintf(subject, TPM_KEY_SUBJECT_MAX, "the key at handle 0x%08x",
                       key->handle);
    else
        tpm_key_say_parent("the key", key->parent, subject);
}
