/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key as `openssl pkey -text` shows it.
 */
#ifndef PROVIDER_TEXT_H
#define PROVIDER_TEXT_H

#include "checked.h"

#include <openssl/types.h>

struct tpm_key;

/* Writes kind, place, public values and attributes, a line each; with a
 * selection of the public key alone the kind and the public values. */
CHECKED int
text_write(BIO *out, const struct tpm_key *key, int selection);

/* Answers a parameter with what has to be met to use the key: a line for each
 * command of its policy, and of its signed policies behind their names; empty
 * without one. */
CHECKED int
text_answer_policy(const struct tpm_key *key, OSSL_PARAM *param);

#endif
