/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes the next use of the same key cheaper, and takes nothing from
 * anybody. Behind a resource manager, which moves objects out of the TPM by
 * itself, the key used last stays loaded. Of a bare TPM its context is saved,
 * where loading it anew would mean to make its parent first (DESIGN.md, rule
 * 2). For use.c alone.
 */
#ifndef PROVIDER_KEEP_H
#define PROVIDER_KEEP_H

#include "checked.h"
#include "tpm.h"

struct tpm_key;

/* Of one key a connection: its name, and the private part, as several may have
 * that name. */
struct keep {
    TPM2B_NAME name;
    TPM2B_PRIVATE blob;
    TPM2_HANDLE handle;   /* loaded still; 0: not */
    TPMS_CONTEXT context; /* savedHandle 0: not saved */
};

/* Whether the key is loaded, and where; the caller flushes it unless *is_kept.
 * Another one goes, so that two slots are enough for what is to come. */
CHECKED int
keep_find(struct tpm *tpm, const struct tpm_key *key, struct tpm_entity *object,
          int *is_kept);

/* After a use that went well: keeps a loaded key, or saves its context if that
 * is worth it. Returns 0: it has to be flushed by the caller. */
CHECKED int
keep_take(struct tpm *tpm, const struct tpm_key *key, TPM2_HANDLE object,
          int is_worth);

/* Flushes what is kept unless all went well with it. */
void
keep_review(struct tpm *tpm);

/* The connection is gone, and with it what was loaded. */
void
keep_forget(struct keep *keep);

#endif
