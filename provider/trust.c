// SPDX-License-Identifier: Apache-2.0
/*
 * Whom a session's salt is trusted to, and what happens when a TPM cannot take
 * it. Leaves sessions to session.c and what else is loaded to use.c (TPM 2.0
 * Part 1 §16, §19.6.12; DESIGN.md, rule 9).
 */
#include "trust.h"

#include "error.h"
#include "provider.h"
#include "template.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names in hexadecimal, for people who compare them. */
enum { NAME_TEXT_MAX = 2 * sizeof(TPM2B_NAME) + 1 };

/* A key that can take the salt; `made` is to be flushed after it did. */
struct salt_key {
    TPM2_HANDLE handle;
    const TPM2B_PUBLIC *area;
    const TPM2B_NAME *name;
    struct tpm_entity made;
    TPM2B_PUBLIC made_area;
};

int
trust_name(struct tpm *tpm, const TPM2B_PUBLIC *area, const TPM2B_NAME *name)
{
    struct provider *prov = tpm_provider(tpm);
    TPM2B_NAME expected = { 0 };

    if (tpm_name(prov, &area->publicArea, &expected) &&
        tpm_is_name(&expected, name))
        return 1;
    tpm_raise(prov, TPM_R_BAD_ANSWER,
              "the TPM answered with an object whose name is not its own");
    return 0;
}

int
trust_read_pin(const char *text, struct tpm_entity *pin)
{
    char *end = NULL;
    unsigned long handle = strtoul(text, &end, 16);
    unsigned char *name = NULL;
    long len = 0;
    int ok = 0;

    if (*end != ':' || handle > UINT32_MAX)
        return 0;
    name = OPENSSL_hexstr2buf(end + 1, &len);
    pin->handle = (TPM2_HANDLE)handle;
    ok = name != NULL && len > 2 && (size_t)len <= sizeof pin->name.name &&
         (pin->handle >> TPM2_HR_SHIFT == TPM2_HT_PERSISTENT ||
          pin->handle >> TPM2_HR_SHIFT == TPM2_HT_PERMANENT);
    if (ok) {
        pin->name.size = (UINT16)len;
        memcpy(pin->name.name, name, (size_t)len);
    }
    OPENSSL_free(name);
    return ok;
}

/* A primary of a hierarchy without password: of the null hierarchy it leaves
 * no trace. */
CHECKED static int
take_primary(struct use *use, TPM2_HANDLE hierarchy, struct salt_key *key)
{
    static const struct tpm_auth empty = { NULL, NULL };

    if (!tpm_create_primary(use->tpm, hierarchy, &empty, &tpm_template_primary,
                            &key->made, &key->made_area) ||
        !trust_name(use->tpm, &key->made_area, &key->made.name))
        return 0;
    key->handle = key->made.handle;
    key->area = &key->made_area;
    key->name = &key->made.name;
    return 1;
}

int
trust_parent(struct use *use)
{
    return use->area.publicArea.type != 0 ||
           (tpm_read_known(use->tpm, use->parent.handle, &use->area,
                           &use->parent.name) &&
            trust_name(use->tpm, &use->area, &use->parent.name));
}

CHECKED static int
take_parent(struct use *use, struct salt_key *key)
{
    if (!trust_parent(use))
        return 0;
    key->handle = use->parent.handle;
    key->area = &use->area;
    key->name = &use->parent.name;
    return 1;
}

static int
may_take_salt(const struct use *use)
{
    return use->key != NULL && use->object.handle != 0 &&
           (use->key->area.publicArea.objectAttributes & TPMA_OBJECT_DECRYPT) !=
               0;
}

/* A key that is in the TPM and may decrypt takes the salt itself: its public
 * area is at hand, and nothing else has to be trusted. */
static void
take_itself(const struct use *use, struct salt_key *key)
{
    key->handle = use->object.handle;
    key->area = &use->key->area;
    key->name = &use->key->name;
}

CHECKED static int
take_pinned(struct use *use, const struct tpm_entity *pin, struct salt_key *key)
{
    if (use->parent.handle != 0 &&
        (use->parent.handle == pin->handle || use->hierarchy == pin->handle))
        return take_parent(use, key);
    if (pin->handle >> TPM2_HR_SHIFT == TPM2_HT_PERMANENT)
        return take_primary(use, pin->handle, key);
    if (!tpm_read_known(use->tpm, pin->handle, &key->made_area,
                        &key->made.name) ||
        !trust_name(use->tpm, &key->made_area, &key->made.name))
        return 0;
    key->handle = pin->handle;
    key->area = &key->made_area;
    key->name = &key->made.name;
    return 1;
}

static void
say_name(const TPM2B_NAME *name, char text[NAME_TEXT_MAX])
{
    for (size_t i = 0; i < name->size; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", name->name[i]);
}

CHECKED static int
check_pin(struct use *use, const struct tpm_entity *pin,
          const struct salt_key *key)
{
    char expected[NAME_TEXT_MAX] = "";
    char found[NAME_TEXT_MAX] = "";

    if (tpm_is_name(key->name, &pin->name))
        return 1;
    say_name(&pin->name, expected);
    say_name(key->name, found);
    tpm_raise(tpm_provider(use->tpm), TPM_R_BAD_ANSWER,
              "%s: at 0x%08x is not the key that openssl.cnf pins: expected "
              "%s, found %s; if the TPM was cleared on purpose, correct `pin`",
              tpm_subject(use->tpm), pin->handle, expected, found);
    return 0;
}

CHECKED static int
find_key(struct use *use, struct salt_key *key)
{
    const struct tpm_entity *pin = &tpm_provider(use->tpm)->pin;

    if (pin->handle != 0)
        return take_pinned(use, pin, key) && check_pin(use, pin, key);
    if (use->parent.handle != 0)
        return take_parent(use, key);
    if (!may_take_salt(use))
        return take_primary(use, TPM2_RH_NULL, key);
    take_itself(use, key);
    return 1;
}

CHECKED static int
start_with(struct use *use, TPM2_ALG_ID hash, const struct salt_key *key,
           struct session *session)
{
    return hash == TPM2_ALG_NULL
               ? session_start(session, use->tpm, key->handle, key->area)
               : session_start_policy(session, use->tpm, hash, key->handle,
                                      key->area);
}

/* Some TPMs do not decrypt what was made for a key of theirs, as Windows's RSA
 * storage key (field.md, P33). A primary of our own does as well, only that
 * nobody has seen its name before: that is said aloud, and never done when
 * there is a pin. */
CHECKED static int
start_by_another(struct use *use, TPM2_ALG_ID hash, struct salt_key *key,
                 struct session *session)
{
    struct provider *prov = tpm_provider(use->tpm);

    if (prov->pin.handle != 0 || key->made.handle != 0) {
        tpm_raise(prov, TPM_R_NOT_SUPPORTED,
                  "%s: the TPM does not take the salt of a session with the "
                  "key at 0x%08x%s",
                  tpm_subject(use->tpm), key->handle,
                  prov->pin.handle != 0 ? "; pin another, on P-256" : "");
        return 0;
    }
    if (!atomic_exchange(&prov->has_warned, 1))
        tpm_warn("%s: the TPM does not take the salt of a session with the key "
                 "at 0x%08x, whose name is known: a primary key of the null "
                 "hierarchy takes its place",
                 tpm_subject(use->tpm), key->handle);
    return take_primary(use, TPM2_RH_NULL, key) &&
           start_with(use, hash, key, session);
}

int
trust_start(struct use *use, TPM2_ALG_ID hash, struct session *session)
{
    struct salt_key key = { .handle = 0 };
    int ok = 0;

    ok = find_key(use, &key);
    if (ok) {
        ok = start_with(use, hash, &key, session);
        if (!ok && session->is_unable)
            ok = start_by_another(use, hash, &key, session);
    }
    if (key.made.handle >> TPM2_HR_SHIFT == TPM2_HT_TRANSIENT)
        tpm_flush(use->tpm, key.made.handle, &key.made.name);
    if (use->hierarchy == 0) /* else the parent may be like it */
        tpm_sweep_like(use->tpm, &tpm_template_primary);
    return ok;
}
