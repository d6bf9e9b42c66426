/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that was used last stays loaded where that takes nothing from
 * anybody: behind a resource manager, which moves it out of the TPM itself.
 * For use.c alone; of a bare TPM nothing is kept (DESIGN.md, rule 2).
 */
#ifndef PROVIDER_KEEP_H
#define PROVIDER_KEEP_H

#include "checked.h"
#include "tpm.h"

/* Whether the key of this name is loaded, and where. Another one goes, so that
 * two slots are enough for what is to come. */
CHECKED int
keep_find(struct tpm *tpm, const TPM2B_NAME *name, struct tpm_entity *object);

/* Keeps a loaded key after an operation that went well; 0: it has to be flushed
 * by the caller. */
CHECKED int
keep_take(struct tpm *tpm, const struct tpm_entity *object);

/* Flushes what is kept unless all went well with it. */
void
keep_review(struct tpm *tpm);

#endif
