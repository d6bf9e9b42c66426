// SPDX-License-Identifier: Apache-2.0
/*
 * One loaded key a connection, kept from one use to the next. Leaves it to
 * connection.c to forget it together with the connection, to use.c what is
 * loaded at all (TPM 2.0 Part 1 §30; Linux: tpm2-space.c).
 */
#include "keep.h"

#include "connection.h"

#include <string.h>

static void
drop(struct tpm *tpm)
{
    const struct tpm_entity old = tpm->kept;

    tpm->kept.handle = 0;
    tpm_flush(tpm, old.handle, &old.name);
}

int
keep_find(struct tpm *tpm, const TPM2B_NAME *name, struct tpm_entity *object)
{
    if (tpm->kept.handle == 0)
        return 0;
    if (tpm->kept.name.size != name->size ||
        memcmp(tpm->kept.name.name, name->name, name->size) != 0) {
        drop(tpm);
        return 0;
    }
    *object = tpm->kept;
    return 1;
}

int
keep_take(struct tpm *tpm, const struct tpm_entity *object)
{
    if (!tpm->is_shared || tpm->sys == NULL || tpm->fault != TPM_FAULT_NONE)
        return 0;
    tpm->kept = *object;
    return 1;
}

void
keep_review(struct tpm *tpm)
{
    if (tpm->kept.handle != 0 && tpm->fault != TPM_FAULT_NONE)
        drop(tpm);
}
