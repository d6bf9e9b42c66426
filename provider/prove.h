/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves a key's policy in a session: the commands of its file in their order,
 * or the first of its signed policies that the TPM's state fulfils
 * (draft-bottomley-tpm2-keys §4, §5; TPM 2.0 Part 1 §19.7).
 */
#ifndef PROVIDER_PROVE_H
#define PROVIDER_PROVE_H

#include "key.h"
#include "session.h"
#include "tpm.h"

/* Whether the file's policy is the one that the key was made with; sends
 * nothing. 0 with an error raised. */
CHECKED int
prove_check(const struct tpm_key *key, const char *subject);

/* Proves it in `session`, a policy session; `secret` is how an entity that
 * PolicySecret names is authorized. Needs one free object slot, for the key of
 * a signed policy. */
CHECKED int
prove_policy(struct tpm *tpm, const struct tpm_key *key,
             const struct tpm_auth *secret, struct session *session);

#endif
