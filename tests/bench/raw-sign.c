// SPDX-License-Identifier: Apache-2.0
/*
 * The least that a signature in a TPM takes: one command by SAPI, over a
 * connection that stands (TSS 2.0 System API §8; TPM 2.0 Part 3 §20.2).
 */
#include "raw-sign.h"

#include <err.h>
#include <stdlib.h>
#include <tss2/tss2_tctildr.h>

void
raw_open(struct raw *raw, const char *handle)
{
    TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
    size_t size = Tss2_Sys_GetContextSize(0);
    TPM2B_PUBLIC area = { 0 };
    TPM2B_NAME name = { 0 }, qualified = { 0 };

    raw->sys = calloc(1, size);
    if (raw->sys == NULL ||
        Tss2_TctiLdr_Initialize(getenv("TPM2OPENSSL_TCTI"), &raw->tcti) != 0 ||
        Tss2_Sys_Initialize(raw->sys, size, raw->tcti, &abi) != 0)
        errx(1, "no TPM");
    raw->handle = (TPM2_HANDLE)strtoul(handle, NULL, 16);
    if (Tss2_Sys_ReadPublic(raw->sys, raw->handle, NULL, &area, &name,
                            &qualified, NULL) != 0)
        errx(1, "no key at %s", handle);
    raw->scheme.scheme =
        area.publicArea.type == TPM2_ALG_RSA ? TPM2_ALG_RSASSA : TPM2_ALG_ECDSA;
    raw->scheme.details.any.hashAlg = TPM2_ALG_SHA256;
}

void
raw_sign(struct raw *raw)
{
    const TSS2L_SYS_AUTH_COMMAND auth = {
        .count = 1, .auths = { { .sessionHandle = TPM2_RS_PW } }
    };
    const TPMT_TK_HASHCHECK ticket = { .tag = TPM2_ST_HASHCHECK,
                                       .hierarchy = TPM2_RH_NULL };
    const TPM2B_DIGEST digest = { .size = RAW_DIGEST, .buffer = { 1 } };
    TPMT_SIGNATURE signature = { 0 };
    TSS2L_SYS_AUTH_RESPONSE answer = { 0 };

    if (Tss2_Sys_Sign(raw->sys, raw->handle, &auth, &digest, &raw->scheme,
                      &ticket, &signature, &answer) != 0)
        errx(1, "the TPM does not sign");
}

void
raw_close(struct raw *raw)
{
    Tss2_Sys_Finalize(raw->sys);
    free(raw->sys);
    Tss2_TctiLdr_Finalize(&raw->tcti);
}
