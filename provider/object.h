/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the decoders and the store have in common: a key that is ready, and
 * OpenSSL, which waits for it (provider-object(7)).
 */
#ifndef PROVIDER_OBJECT_H
#define PROVIDER_OBJECT_H

#include "checked.h"

#include <openssl/core.h>

struct tpm_key;

/* Asks for the key's password by OpenSSL's means and keeps it. Nobody is
 * asked when the key has none, or `ask` is NULL. When no password is given the
 * key is good for what needs none: operate.c says so, not this. */
CHECKED int
tpm_object_ask(struct tpm_key *key, OSSL_PASSPHRASE_CALLBACK *ask, void *arg);

/* Offers the key by reference. Whoever takes it clears *key; when nobody did
 * it stays the caller's. */
CHECKED int
tpm_object_give(struct tpm_key **key, OSSL_CALLBACK *callback, void *arg);

#endif
