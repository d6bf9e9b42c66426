/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TPM says of itself, as parameters of the provider, so that a program
 * can look at a machine without talking to a TPM itself. Asking for any of
 * them connects; asking for none does not (TPM 2.0 Part 3 §30.2).
 */
#ifndef PROVIDER_TPM_STATE_H
#define PROVIDER_TPM_STATE_H

#include "checked.h"

#include <openssl/core.h>

struct provider;

/* The rows for OSSL_PROVIDER_gettable_params:
 *   tpm-manufacturer      text, four letters of the TCG's registry
 *   tpm-in-lockout        int, 1: keys that are not noDA are refused
 *   tpm-lockout-counter   uint, wrong passwords so far
 *   tpm-max-tries         uint, how many lock it
 *   tpm-lockout-interval  uint, seconds until one of them is forgotten
 *   tpm-slots             uint, how many more objects can be loaded now
 *   tpm-algorithms        text, names with spaces between
 *   tpm-parent            text, what stands at 0x81000001, or "none" */
#define TPM_STATE_PARAMS                                   \
    OSSL_PARAM_utf8_string("tpm-manufacturer", NULL, 0),   \
        OSSL_PARAM_int("tpm-in-lockout", NULL),            \
        OSSL_PARAM_uint("tpm-lockout-counter", NULL),      \
        OSSL_PARAM_uint("tpm-max-tries", NULL),            \
        OSSL_PARAM_uint("tpm-lockout-interval", NULL),     \
        OSSL_PARAM_uint("tpm-slots", NULL),                \
        OSSL_PARAM_utf8_string("tpm-algorithms", NULL, 0), \
        OSSL_PARAM_utf8_string("tpm-parent", NULL, 0)

/* Answers those of `params` that are in the list above. Fails, with the error
 * raised, when one is and the TPM does not tell. */
CHECKED int
tpm_state_get_params(struct provider *prov, OSSL_PARAM params[]);

#endif
