/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: the reasons that this provider gives to OpenSSL's error queue, and
 * the one table that says what a TPM response code means and what to do about
 * it (TPM 2.0 Part 2 §6.6). Who retries what is decided in tpm.c and key.c.
 */
#ifndef PROVIDER_ERROR_H
#define PROVIDER_ERROR_H

#include "checked.h"

#include <openssl/core.h>
#include <stdint.h>

struct provider;

/* Reasons, as OpenSSL's error queue knows them; their texts are in error.c. */
enum tpm_reason {
    TPM_R_NO_MEMORY = 1,
    TPM_R_NO_TPM,
    TPM_R_TPM_REFUSED,
    TPM_R_BAD_ANSWER,
    TPM_R_BAD_KEY_FILE,
    TPM_R_BAD_URI,
    TPM_R_BAD_PARAMETER,
    TPM_R_BAD_PASSWORD,
    TPM_R_NOT_A_KEY,
    TPM_R_NOT_SUPPORTED,
    TPM_R_HANDLE_TAKEN,
    TPM_R_CRYPTO,
    TPM_R_POLICY,
};

/* What a response code asks of whoever sent the command. */
enum tpm_fault {
    TPM_FAULT_NONE,    /* no fault */
    TPM_FAULT_AGAIN,   /* send the same once more, after a pause */
    TPM_FAULT_LOST,    /* the connection is gone: connect anew */
    TPM_FAULT_HUNG,    /* no answer: connect anew, but nobody waits twice */
    TPM_FAULT_STALE,   /* the TPM forgot what we loaded: load it anew */
    TPM_FAULT_CROWDED, /* others have the slots: give ours back and wait */
    TPM_FAULT_REFUSED, /* an answer, and it is no */
};

/* One row of the table. Of a code that is in none there is no sentence; there
 * is no remedy where the sentence says it all. */
struct tpm_fault_row {
    uint32_t code;
    enum tpm_fault fault;
    const char *sentence;
    const char *remedy;
};

/* Puts a reason and a printf-like sentence on the calling thread's queue. */
void
tpm_raise(const struct provider *prov, enum tpm_reason reason,
          const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Says aloud, on stderr, what was done and is less than it should be. */
void
tpm_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The row for a response code (TSS2_RC, layers included); never NULL. */
const struct tpm_fault_row *
tpm_fault_find(uint32_t code);

/* Whether a response code is this one, whatever layer it came through and
 * whichever handle, session or parameter it complains about. */
int
tpm_code_is(uint32_t code, uint32_t wanted);

/* The texts of the reasons, for OSSL_FUNC_PROVIDER_GET_REASON_STRINGS. */
extern const OSSL_ITEM tpm_reason_strings[];

#endif
