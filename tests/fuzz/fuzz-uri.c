// SPDX-License-Identifier: Apache-2.0
/*
 * URIs of keys: whatever the text, a key or nothing comes of it, and a key only
 * of what begins as one of ours.  The first byte says what is expected to be
 * there; any file that is named holds a good object.
 */
#include "tpm.h"
#include "work.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct within within;
static uint8_t object[1024];
static size_t object_size;

/* In the place of OpenSSL's: there are no files here. */
BIO *
BIO_new_file(const char *path, const char *mode)
{
    (void)mode;
    return strlen(path) % 2 == 0 ? BIO_new_mem_buf(object, (int)object_size)
                                 : NULL;
}

static void
insist(int is_so)
{
    if (!is_so)
        abort();
}

/* As tpm2-tss serializes it: handle, name, kind, public area. */
static void
make_object(const uint8_t *answer, size_t size)
{
    const TPM2B_PUBLIC *area = tpm_public_area();
    TPM2B_NAME name = { .size = 34 };

    memcpy(name.name, answer + size - 34, 34);
    insist(Tss2_MU_UINT32_Marshal(0x81000010, object, sizeof object,
                                  &object_size) == TSS2_RC_SUCCESS);
    insist(Tss2_MU_TPM2B_NAME_Marshal(&name, object, sizeof object,
                                      &object_size) == TSS2_RC_SUCCESS);
    insist(Tss2_MU_UINT32_Marshal(1, object, sizeof object, &object_size) ==
           TSS2_RC_SUCCESS);
    insist(Tss2_MU_TPM2B_PUBLIC_Marshal(area, object, sizeof object,
                                        &object_size) == TSS2_RC_SUCCESS);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    size_t size = 0;
    const uint8_t *answer = NULL;
    struct work_key key;

    (void)argc;
    (void)argv;
    if (setenv("TSS2_LOG", "all+NONE", 1) != 0)
        abort();
    answer = tpm_public_answer(&size);
    insist(setenv("TPM2OPENSSL_TCTI", "fuzz:", 1) == 0);
    insist(within_open(&within));
    make_object(answer, size);
    tpm_answers_always(answer, size);
    key = work_load(&within, "EC", "object:ab"); /* the control */
    insist(key.key != NULL);
    work_free(&within, &key);
    return 0;
}

static const OSSL_DISPATCH *
of_store(int id)
{
    return within_find(&within, OSSL_OP_STORE, "handle", NULL, id);
}

static void
expect(const char *uri, int expected)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_STORE_PARAM_EXPECT, &expected),
        OSSL_PARAM_construct_end(),
    };
    void *store = OSSL_FUNC_store_open(of_store(OSSL_FUNC_STORE_OPEN))(
        within.context, uri);

    if (store == NULL)
        return;
    insist(OSSL_FUNC_store_set_ctx_params(
        of_store(OSSL_FUNC_STORE_SET_CTX_PARAMS))(store, params));
    insist(!OSSL_FUNC_store_eof(of_store(OSSL_FUNC_STORE_EOF))(store));
    OSSL_FUNC_store_close(of_store(OSSL_FUNC_STORE_CLOSE))(store);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *uri = NULL;
    struct work_key key;

    if (size == 0)
        return 0;
    uri = calloc(1, size);
    insist(uri != NULL);
    memcpy(uri, data + 1, size - 1);
    expect(uri, data[0]);
    key = work_load(&within, "EC", uri);
    insist(key.key == NULL || OPENSSL_strncasecmp(uri, "handle:", 7) == 0 ||
           OPENSSL_strncasecmp(uri, "object:", 7) == 0);
    work_free(&within, &key);
    ERR_clear_error();
    free(uri);
    return 0;
}
