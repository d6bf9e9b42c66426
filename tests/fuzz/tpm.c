// SPDX-License-Identifier: Apache-2.0
/*
 * A TCTI without a TPM (TSS 2.0 TCTI §3; TPM 2.0 Part 1 §18 for the shape of
 * answers). Nobody waits for it: sleeping is stood in for as well.
 */
#include "tpm.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_tcti.h>
#include <tss2/tss2_tctildr.h>

enum { ANSWER_MAX = 4096, HEADER = 10 };

static const uint8_t *rest;
static size_t rest_size;
static int endless;
static const uint8_t *always;
static size_t always_size;
static int absent;
static char tried[4096];

void
tpm_answers(const uint8_t *data, size_t size, int is_endless)
{
    rest = data;
    rest_size = size;
    endless = is_endless;
    always = NULL;
}

void
tpm_answers_always(const uint8_t *answer, size_t size)
{
    always = answer;
    always_size = size;
}

void
tpm_is_absent(int is_absent)
{
    absent = is_absent;
}

const char *
tpm_tried(void)
{
    return tried;
}

static TSS2_RC
transmit(TSS2_TCTI_CONTEXT *tcti, size_t size, const uint8_t *command)
{
    (void)tcti;
    (void)size;
    (void)command;
    return TSS2_RC_SUCCESS;
}

static size_t
next(uint8_t *answer, size_t room)
{
    size_t size = 0;

    if (always != NULL) {
        size = always_size < room ? always_size : room;
        memcpy(answer, always, size);
        return size;
    }
    if (rest_size < 2)
        return 0;
    size = (size_t)rest[0] << 8 | rest[1];
    rest += 2;
    rest_size -= 2;
    if (size > rest_size)
        size = rest_size;
    if (size > room)
        size = room;
    memcpy(answer, rest, size);
    rest += size;
    rest_size -= size;
    if (endless && rest_size < 2)
        tpm_answers_always(rest - size, size);
    return size;
}

static TSS2_RC
receive(TSS2_TCTI_CONTEXT *tcti, size_t *size, uint8_t *answer, int32_t timeout)
{
    uint8_t whole[ANSWER_MAX];
    size_t len = 0;

    (void)tcti;
    (void)timeout;
    if (answer == NULL) {
        *size = sizeof whole;
        return TSS2_RC_SUCCESS;
    }
    len = next(whole, *size < sizeof whole ? *size : sizeof whole);
    if (len == 0)
        return TSS2_TCTI_RC_IO_ERROR;
    if (len >= HEADER) {
        whole[2] = 0;
        whole[3] = 0;
        whole[4] = (uint8_t)(len >> 8);
        whole[5] = (uint8_t)len;
    }
    memcpy(answer, whole, len);
    *size = len;
    return TSS2_RC_SUCCESS;
}

static void
finalize(TSS2_TCTI_CONTEXT *tcti)
{
    (void)tcti;
}

TSS2_RC
Tss2_TctiLdr_Initialize(const char *name, TSS2_TCTI_CONTEXT **tcti)
{
    TSS2_TCTI_CONTEXT_COMMON_V1 *made = NULL;

    (void)snprintf(tried, sizeof tried, "%s", name == NULL ? "" : name);
    if (absent)
        return TSS2_TCTI_RC_NO_CONNECTION;
    made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    made->version = 1;
    made->transmit = transmit;
    made->receive = receive;
    made->finalize = finalize;
    *tcti = (TSS2_TCTI_CONTEXT *)made;
    return TSS2_RC_SUCCESS;
}

void
Tss2_TctiLdr_Finalize(TSS2_TCTI_CONTEXT **tcti)
{
    free(*tcti);
    *tcti = NULL;
}

int
nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)time;
    (void)left;
    return 0;
}

const TPM2B_PUBLIC *
tpm_public_area(void)
{
    static TPM2B_PUBLIC area;
    TPMT_PUBLIC *key = &area.publicArea;

    key->type = TPM2_ALG_ECC;
    key->nameAlg = TPM2_ALG_SHA256;
    key->objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_FIXEDTPM |
                            TPMA_OBJECT_FIXEDPARENT;
    key->parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    key->parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    key->parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    key->parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    key->unique.ecc.x.size = 32;
    key->unique.ecc.y.size = 32;
    return &area;
}

/* Part 1 §16: the hash's name and the hash of the public area. */
static TPM2B_NAME
name_of(const TPMT_PUBLIC *area)
{
    TPM2B_NAME name = { .size = 34, .name = { 0x00, 0x0B } };
    uint8_t bytes[sizeof *area];
    size_t len = 0;

    if (Tss2_MU_TPMT_PUBLIC_Marshal(area, bytes, sizeof bytes, &len) !=
            TSS2_RC_SUCCESS ||
        !EVP_Digest(bytes, len, name.name + 2, NULL, EVP_sha256(), NULL))
        abort();
    return name;
}

const uint8_t *
tpm_public_answer(size_t *size)
{
    static uint8_t answer[ANSWER_MAX] = { 0x80, 0x01 };
    const TPM2B_PUBLIC *area = tpm_public_area();
    const TPM2B_NAME name = name_of(&area->publicArea);

    *size = HEADER;
    if (Tss2_MU_TPM2B_PUBLIC_Marshal(area, answer, sizeof answer, size) !=
            TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_NAME_Marshal(&name, answer, sizeof answer, size) !=
            TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_NAME_Marshal(&name, answer, sizeof answer, size) !=
            TSS2_RC_SUCCESS)
        abort();
    return answer;
}
