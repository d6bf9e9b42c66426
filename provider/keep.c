// SPDX-License-Identifier: Apache-2.0
/*
 * One key a connection, kept from one use to the next. Leaves it to use.c what
 * is loaded at all, and to connection.c when all is forgotten (TPM 2.0 Part 1
 * §30; Linux: tpm2-space.c).
 */
#include "keep.h"

#include "connection.h"
#include "tpm_context.h"

#include <string.h>

static int
is_same(const TPM2B_NAME *a, const TPM2B_NAME *b)
{
    return a->size == b->size && memcmp(a->name, b->name, a->size) == 0;
}

static void
drop(struct tpm *tpm)
{
    const struct tpm_entity old = tpm->keep.object;

    tpm->keep.object.handle = 0;
    tpm_flush(tpm, old.handle, &old.name);
}

/* After a reset the TPM takes no context from before; then it is of no use. */
CHECKED static int
load_context(struct tpm *tpm, const TPM2B_NAME *name, struct tpm_entity *object)
{
    if (tpm->keep.context.savedHandle == 0 || !is_same(&tpm->keep.last, name))
        return 0;
    object->name = *name;
    if (tpm_context_load(tpm, &tpm->keep.context, &object->handle))
        return 1;
    tpm->keep.context.savedHandle = 0;
    return 0;
}

int
keep_find(struct tpm *tpm, const TPM2B_NAME *name, struct tpm_entity *object,
          int *is_kept)
{
    *is_kept = 0;
    if (tpm->keep.object.handle == 0)
        return load_context(tpm, name, object);
    if (!is_same(&tpm->keep.object.name, name)) {
        drop(tpm);
        return 0;
    }
    *object = tpm->keep.object;
    *is_kept = 1;
    return 1;
}

/* The first time nobody knows whether there will be a second. */
static void
save_context(struct tpm *tpm, const struct tpm_entity *object)
{
    struct keep *keep = &tpm->keep;

    if (!is_same(&keep->last, &object->name)) {
        keep->last = object->name;
        keep->context.savedHandle = 0;
    } else if (keep->context.savedHandle == 0 &&
               !tpm_context_save(tpm, object->handle, &keep->context)) {
        keep->context.savedHandle = 0;
    }
}

int
keep_take(struct tpm *tpm, const struct tpm_entity *object, int is_worth)
{
    if (tpm->sys == NULL || tpm->fault != TPM_FAULT_NONE)
        return 0;
    if (tpm->is_shared)
        tpm->keep.object = *object;
    else if (is_worth)
        save_context(tpm, object);
    return tpm->is_shared;
}

void
keep_review(struct tpm *tpm)
{
    if (tpm->keep.object.handle != 0 && tpm->fault != TPM_FAULT_NONE)
        drop(tpm);
}

void
keep_forget(struct keep *keep)
{
    keep->object.handle = 0;
    keep->context.savedHandle = 0;
}
