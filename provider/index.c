// SPDX-License-Identifier: Apache-2.0
/*
 * Data in NV indices, handed on. Leaves the commands to tpm_nv.c, and what the
 * data is to OpenSSL (provider-object(7); TPM 2.0 Part 2 §13.4).
 */
#include "index.h"

#include "error.h"
#include "provider.h"
#include "tpm_nv.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

/* As much as every TPM gives at once (TCG PC Client Platform TPM Profile,
 * TPM_PT_NV_BUFFER_MAX). */
enum { PIECE = 512 };

struct index {
    TPM2_HANDLE handle;
    unsigned char *data;
    uint16_t len;
};

/* By whose right it can be read without a password, where a wrong try does no
 * harm: it may have one after all. 0: by nobody's. */
static TPM2_HANDLE
find_reader(const struct index *index, TPMA_NV attributes)
{
    if ((attributes & TPMA_NV_AUTHREAD) != 0 &&
        (attributes & TPMA_NV_NO_DA) != 0)
        return index->handle;
    return (attributes & TPMA_NV_OWNERREAD) != 0 ? TPM2_RH_OWNER : 0;
}

CHECKED static int
check_area(struct tpm *tpm, const TPMS_NV_PUBLIC *area, TPM2_HANDLE reader)
{
    const char *why = NULL;

    if ((area->attributes & TPMA_NV_WRITTEN) == 0)
        why = "nothing has been written to it";
    else if (reader == 0)
        why = "it can only be read with its policy, or with a password of "
              "which a wrong one counts towards lockout";
    else if (area->dataSize == 0)
        why = "it holds nothing";
    if (why != NULL)
        tpm_raise(tpm_provider(tpm), TPM_R_NOT_A_KEY, "%s: %s",
                  tpm_subject(tpm), why);
    return why == NULL;
}

static int
read_work(struct tpm *tpm, void *arg)
{
    struct index *index = arg;
    TPMS_NV_PUBLIC area = { 0 };
    TPM2_HANDLE reader = 0;

    if (!tpm_nv_read_public(tpm, index->handle, &area))
        return 0;
    reader = find_reader(index, area.attributes);
    if (!check_area(tpm, &area, reader))
        return 0;
    OPENSSL_free(index->data); /* of a first try */
    index->len = area.dataSize;
    index->data = OPENSSL_malloc(index->len);
    if (index->data == NULL)
        return 0;
    for (size_t at = 0; at < index->len; at += PIECE) {
        size_t left = index->len - at;

        if (!tpm_nv_read(tpm, reader, index->handle, (uint16_t)at,
                         (uint16_t)(left < PIECE ? left : PIECE),
                         index->data + at))
            return 0;
    }
    return 1;
}

/* OpenSSL wants DER, and to be told what it was if that is known. */
CHECKED static int
give(const void *der, size_t len, int type, OSSL_CALLBACK *callback, void *arg)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, (void *)der,
                                          len),
        OSSL_PARAM_construct_end(),
    };

    return callback(params, arg);
}

static int
type_of(const char *name)
{
    if (strcmp(name, PEM_STRING_X509) == 0)
        return OSSL_OBJECT_CERT;
    return strcmp(name, PEM_STRING_X509_CRL) == 0 ? OSSL_OBJECT_CRL
                                                  : OSSL_OBJECT_UNKNOWN;
}

CHECKED static int
give_data(const struct index *index, OSSL_CALLBACK *callback, void *arg)
{
    BIO *in = BIO_new_mem_buf(index->data, index->len);
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long len = 0;
    int is_pem = 0;
    int ok = 0;

    if (in == NULL)
        return 0;
    ERR_set_mark();
    is_pem = PEM_read_bio(in, &name, &header, &der, &len);
    ERR_pop_to_mark();
    ok = is_pem ? give(der, (size_t)len, type_of(name), callback, arg)
                : give(index->data, index->len, OSSL_OBJECT_UNKNOWN, callback,
                       arg);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(in);
    return ok;
}

int
index_give(struct provider *prov, TPM2_HANDLE handle, OSSL_CALLBACK *callback,
           void *arg)
{
    struct index index = { .handle = handle };
    char subject[48];
    int ok = 0;

    (void)snprintf(subject, sizeof subject, "the NV index 0x%08x", handle);
    ok = tpm_transact(prov, subject, read_work, &index) &&
         give_data(&index, callback, arg);
    OPENSSL_free(index.data);
    return ok;
}
