/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ephemeral EC keys of TLS, in software and under names of their own, so
 * that TLS has its groups when tpm2 is loaded before default.
 */
#ifndef PROVIDER_EPHEMERAL_H
#define PROVIDER_EPHEMERAL_H

#include "checked.h"

#include <openssl/core_dispatch.h>

/* Nobody asks for these by themselves: the TLS groups below name them. */
#define EPHEMERAL_KEY "TPM2-EPHEMERAL-EC"
#define EPHEMERAL_EXCHANGE "TPM2-EPHEMERAL-ECDH"

extern const OSSL_DISPATCH ephemeral_keymgmt_functions[];
extern const OSSL_DISPATCH ephemeral_exchange_functions[];

/* The groups for which libssl may use them (provider-base(7),
 * CAPABILITIES); no other capability is known. */
CHECKED int
ephemeral_capabilities(void *context, const char *capability,
                       OSSL_CALLBACK *callback, void *arg);

#endif
