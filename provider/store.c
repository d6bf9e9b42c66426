// SPDX-License-Identifier: Apache-2.0
/*
 * Keys by URI (provider-storemgmt(7)): handle:NUMBER is a persistent key,
 * object:FILE one that tpm2_evictcontrol -o described; ?pass behind either
 * says that it has a password. What may be at a handle is left to key.c, and to
 * index.c what an NV index holds, which handle: also names.
 */
#include "store.h"

#include "dispatch.h"
#include "error.h"
#include "index.h"
#include "key.h"
#include "object.h"
#include "objectfile.h"
#include "provider.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/store.h>
#include <string.h>

static OSSL_FUNC_store_open_fn store_open;
static OSSL_FUNC_store_settable_ctx_params_fn store_settable;
static OSSL_FUNC_store_set_ctx_params_fn store_set;
static OSSL_FUNC_store_load_fn store_load;
static OSSL_FUNC_store_eof_fn store_eof;
static OSSL_FUNC_store_close_fn store_close;

struct store;

/* A row a scheme; `rest` is what stands between the colon and the ?. */
struct scheme {
    const char *prefix;
    struct tpm_key *(*load)(const struct store *store);
};

struct store {
    struct provider *prov;
    const struct scheme *scheme;
    char *rest;
    int has_password;
    int expected; /* OSSL_STORE_INFO_*, 0: anything */
    int is_done;
};

static int
digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return 16;
}

/* 0x81000010; 81000010, which tpm2-openssl takes for the same; and what is
 * longer than that without 0x, as every persistent handle in decimal is:
 * 2164260880. */
CHECKED static int
handle_read(const char *text, TPM2_HANDLE *handle)
{
    int has_prefix = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = has_prefix ? text + 2 : text;
    int base = has_prefix || strlen(digits) <= 8 ? 16 : 10;
    uint64_t value = 0;

    if (*digits == '\0')
        return 0;
    for (; *digits != '\0'; digits++) {
        int digit = digit_value(*digits);

        if (digit >= base)
            return 0;
        value = value * (unsigned)base + (unsigned)digit;
        if (value > UINT32_MAX)
            return 0;
    }
    *handle = (TPM2_HANDLE)value;
    return 1;
}

static struct tpm_key *
load_handle(const struct store *store)
{
    TPM2_HANDLE handle = 0;

    if (!handle_read(store->rest, &handle)) {
        tpm_raise(store->prov, TPM_R_BAD_URI,
                  "handle:%.40s is no handle: write handle:0x81000010",
                  store->rest);
        return NULL;
    }
    return tpm_key_new_from_handle(store->prov, handle, !store->has_password);
}

static struct tpm_key *
load_object(const struct store *store)
{
    unsigned char data[TPM_OBJECTFILE_SIZE_MAX + 1];
    size_t length = 0, got = 0;
    BIO *in = BIO_new_file(store->rest, "rb");

    if (in == NULL) {
        tpm_raise(store->prov, TPM_R_BAD_URI,
                  "the object file %.200s cannot be opened", store->rest);
        return NULL;
    }
    while (length < sizeof data &&
           BIO_read_ex(in, data + length, sizeof data - length, &got))
        length += got;
    BIO_free(in);
    return tpm_key_new_from_object(store->prov, data, length,
                                   !store->has_password);
}

static const struct scheme schemes[] = {
    { "handle:", load_handle },
    { "object:", load_object },
};

static const struct scheme *
scheme_find(const char *uri)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (OPENSSL_strncasecmp(uri, schemes[i].prefix,
                                strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    }
    return NULL;
}

/* Cuts the options off; ?pass is the only one there is. */
CHECKED static int
options_read(struct store *store)
{
    char *options = strchr(store->rest, '?');

    if (options == NULL)
        return 1;
    *options++ = '\0';
    store->has_password = strcmp(options, "pass") == 0;
    if (!store->has_password)
        tpm_raise(store->prov, TPM_R_BAD_URI,
                  "a key URI has no option but ?pass, and this is ?%.40s",
                  options);
    return store->has_password;
}

static void *
store_open(void *context, const char *uri)
{
    struct provider *prov = context;
    const struct scheme *scheme = scheme_find(uri);
    struct store *store = NULL;

    if (scheme == NULL) {
        tpm_raise(prov, TPM_R_BAD_URI,
                  "%.40s is neither handle: nor object:", uri);
        return NULL;
    }
    store = OPENSSL_zalloc(sizeof *store);
    if (store == NULL)
        return NULL;
    store->prov = prov;
    store->scheme = scheme;
    store->rest = OPENSSL_strdup(uri + strlen(scheme->prefix));
    if (store->rest == NULL || !options_read(store)) {
        store_close(store);
        return NULL;
    }
    return store;
}

static const OSSL_PARAM *
store_settable(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static int
store_set(void *context, const OSSL_PARAM params[])
{
    struct store *store = context;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);

    return p == NULL || OSSL_PARAM_get_int(p, &store->expected);
}

/* handle: of data, not of a key. */
static int
is_index(const struct store *store, TPM2_HANDLE *index)
{
    return store->scheme->load == load_handle &&
           handle_read(store->rest, index) &&
           *index >> TPM2_HR_SHIFT == TPM2_HT_NV_INDEX;
}

static int
is_expected(const struct store *store)
{
    switch (store->expected) {
    case 0:
    case OSSL_STORE_INFO_PARAMS:
    case OSSL_STORE_INFO_PUBKEY:
    case OSSL_STORE_INFO_PKEY:
        return 1;
    default: /* certificates and the like: no key is one */
        return 0;
    }
}

static int
store_load(void *context, OSSL_CALLBACK *callback, void *arg,
           OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
    struct store *store = context;
    struct tpm_key *key = NULL;
    TPM2_HANDLE index = 0;
    int ok = 0;

    store->is_done = 1; /* one try: what fails once would fail for ever */
    if (is_index(store, &index) && store->expected != OSSL_STORE_INFO_PKEY)
        return index_give(store->prov, index, callback, arg);
    if (!is_expected(store))
        return 0;
    key = store->scheme->load(store);
    if (key == NULL)
        return 0;
    if (store->expected == OSSL_STORE_INFO_PUBKEY)
        ask = NULL; /* the public part needs no password */
    ok = tpm_object_ask(key, ask, ask_arg) &&
         tpm_object_give(&key, callback, arg);
    tpm_key_free(&key);
    return ok;
}

static int
store_eof(void *context)
{
    const struct store *store = context;

    return store->is_done;
}

static int
store_close(void *context)
{
    struct store *store = context;

    OPENSSL_free(store->rest);
    OPENSSL_free(store);
    return 1;
}

/* No export_object, for the reason that decode.c gives. */
const OSSL_DISPATCH tpm_store_functions[] = {
    DISPATCH(OSSL_FUNC_STORE_OPEN, store_open),
    DISPATCH(OSSL_FUNC_STORE_SETTABLE_CTX_PARAMS, store_settable),
    DISPATCH(OSSL_FUNC_STORE_SET_CTX_PARAMS, store_set),
    DISPATCH(OSSL_FUNC_STORE_LOAD, store_load),
    DISPATCH(OSSL_FUNC_STORE_EOF, store_eof),
    DISPATCH(OSSL_FUNC_STORE_CLOSE, store_close),
    { 0, NULL },
};
