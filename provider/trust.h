/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a session's salt is trusted to. It goes to a key whose name is known:
 * the one that is pinned in openssl.cnf, the parent, or the key itself; else
 * to a primary of the null hierarchy (TPM 2.0 Part 1 §16, §19.6.12).
 */
#ifndef PROVIDER_TRUST_H
#define PROVIDER_TRUST_H

#include "use.h"

/* Whether an object's name is what its public area says; 0 with an error
 * raised when it is not: somebody's forgery. */
CHECKED int
trust_name(struct tpm *tpm, const TPM2B_PUBLIC *area, const TPM2B_NAME *name);

/* Reads the parent's public area, if it is not in use->area yet, and with it
 * the name that a session has to cover. */
CHECKED int
trust_parent(struct use *use);

/* Starts `session`, a policy session for keys with the name algorithm `hash`,
 * or, when that is TPM2_ALG_NULL, one that proves a password. */
CHECKED int
trust_start(struct use *use, TPM2_ALG_ID hash, struct session *session);

/* Reads `pin` of openssl.cnf: 0x81000001:NAME, the name in hexadecimal. 0 when
 * it is none; raises nothing. */
CHECKED int
trust_read_pin(const char *text, struct tpm_entity *pin);

#endif
