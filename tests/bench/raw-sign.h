/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TPM2_Sign as tpm2-tss's SAPI sends it when nobody else is in between: what
 * the benches hold the provider against.
 */
#ifndef BENCH_RAW_SIGN_H
#define BENCH_RAW_SIGN_H

#include <tss2/tss2_sys.h>

enum { RAW_DIGEST = 32 };

struct raw {
    TSS2_TCTI_CONTEXT *tcti;
    TSS2_SYS_CONTEXT *sys;
    TPM2_HANDLE handle;
    TPMT_SIG_SCHEME scheme; /* RSASSA or ECDSA, as the key is */
};

/* Connects to the TPM of TPM2OPENSSL_TCTI and looks what the key at a handle
 * ("0x81000010") is; exits when it cannot, as the others do. */
void
raw_open(struct raw *raw, const char *handle);

/* Signs a digest, with an empty password. */
void
raw_sign(struct raw *raw);

void
raw_close(struct raw *raw);

#endif
