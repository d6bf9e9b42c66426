// SPDX-License-Identifier: Apache-2.0
/*
 * One key a connection, kept from one use to the next. Leaves it to use.c what
 * is loaded at all, and to connection.c when all is forgotten (TPM 2.0 Part 1
 * §30; Linux: tpm2-space.c).
 */
#include "keep.h"

#include "connection.h"
#include "key.h"
#include "tpm_context.h"

#include <string.h>

/* TPM2_ObjectChangeAuth gives a key another private part, with another password
 * in it, and leaves it its name (Part 3 §12.8). */
static int
is_of(const struct keep *keep, const struct tpm_key *key)
{
    return tpm_is_name(&keep->name, &key->name) &&
           keep->blob.size == key->blob.size &&
           memcmp(keep->blob.buffer, key->blob.buffer, key->blob.size) == 0;
}

static void
remember(struct keep *keep, const struct tpm_key *key)
{
    keep->name = key->name;
    keep->blob = key->blob;
}

static void
drop(struct tpm *tpm)
{
    TPM2_HANDLE old = tpm->keep.handle;

    tpm->keep.handle = 0;
    tpm_flush(tpm, old, &tpm->keep.name);
}

/* After a reset the TPM takes no context from before; then it is of no use. */
CHECKED static int
load_context(struct tpm *tpm, struct tpm_entity *object)
{
    struct keep *keep = &tpm->keep;

    if (keep->context.savedHandle != 0 &&
        tpm_context_load(tpm, &keep->context, &object->handle)) {
        object->name = keep->name;
        return 1;
    }
    keep->context.savedHandle = 0;
    return 0;
}

int
keep_find(struct tpm *tpm, const struct tpm_key *key, struct tpm_entity *object,
          int *is_kept)
{
    *is_kept = 0;
    if (!is_of(&tpm->keep, key)) {
        drop(tpm);
        return 0;
    }
    if (tpm->keep.handle == 0)
        return load_context(tpm, object);
    object->handle = tpm->keep.handle;
    object->name = tpm->keep.name;
    *is_kept = 1;
    return 1;
}

/* The first time nobody knows whether there will be a second. */
static void
save_context(struct tpm *tpm, const struct tpm_key *key, TPM2_HANDLE object)
{
    struct keep *keep = &tpm->keep;

    if (!is_of(keep, key)) {
        remember(keep, key);
        keep->context.savedHandle = 0;
    } else if (keep->context.savedHandle == 0 &&
               !tpm_context_save(tpm, object, &keep->context)) {
        keep->context.savedHandle = 0;
    }
}

int
keep_take(struct tpm *tpm, const struct tpm_key *key, TPM2_HANDLE object,
          int is_worth)
{
    if (tpm->sys == NULL || tpm->fault != TPM_FAULT_NONE)
        return 0;
    if (tpm->is_shared) {
        remember(&tpm->keep, key);
        tpm->keep.handle = object;
    } else if (is_worth) {
        save_context(tpm, key, object);
    }
    return tpm->is_shared;
}

void
keep_review(struct tpm *tpm)
{
    if (tpm->keep.handle != 0 && tpm->fault != TPM_FAULT_NONE)
        drop(tpm);
}

void
keep_forget(struct keep *keep)
{
    keep->handle = 0;
    keep->context.savedHandle = 0;
}
