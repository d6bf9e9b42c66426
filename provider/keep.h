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

/* Of one key a connection. */
struct keep {
    struct tpm_entity object; /* loaded still; handle 0: none */
    TPM2B_NAME last;          /* was used last, under a hierarchy */
    TPMS_CONTEXT context;     /* of that; savedHandle 0: not saved */
};

/* Whether the key of this name is loaded, and where; the caller flushes it
 * unless *is_kept. Another one goes, so that two slots are enough for what is
 * to come. */
CHECKED int
keep_find(struct tpm *tpm, const TPM2B_NAME *name, struct tpm_entity *object,
          int *is_kept);

/* After a use that went well: keeps a loaded key, or saves its context if that
 * is worth it. Returns 0: it has to be flushed by the caller. */
CHECKED int
keep_take(struct tpm *tpm, const struct tpm_entity *object, int is_worth);

/* Flushes what is kept unless all went well with it. */
void
keep_review(struct tpm *tpm);

/* The connection is gone, and with it what was loaded. */
void
keep_forget(struct keep *keep);

#endif
