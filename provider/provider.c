// SPDX-License-Identifier: Apache-2.0
/*
 * The door: OSSL_provider_init, the parameters that openssl.cnf gives,
 * teardown. Loading it sends the TPM nothing; what is behind the door is
 * algorithms.c's table (provider(7), provider-base(7)).
 */
#include "provider.h"

#include "dispatch.h"
#include "ephemeral.h"
#include "error.h"
#include "tpm.h"
#include "tpm_state.h"
#include "trust.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDER_NAME "iot-tpm, keys in a TPM 2.0"

/* Seconds: what Linux itself gives a TPM, and a day. */
enum { TIMEOUT_S = 120, TIMEOUT_MAX_S = 86400 };

/* Beyond any TCTI string; openssl.cnf is not the place for a novel. */
enum { TCTI_MAX = 1024 };

static OSSL_FUNC_provider_teardown_fn teardown;
static OSSL_FUNC_provider_gettable_params_fn gettable_params;
static OSSL_FUNC_provider_get_params_fn get_params;
static OSSL_FUNC_provider_query_operation_fn query_operation;
static OSSL_FUNC_provider_get_reason_strings_fn get_reason_strings;

OSSL_provider_init_fn OSSL_provider_init;

static void
take_core(struct provider_core *core, const OSSL_DISPATCH *in)
{
    for (; in->function_id != 0; in++) {
        switch (in->function_id) {
        case OSSL_FUNC_CORE_GET_PARAMS:
            core->get_params = OSSL_FUNC_core_get_params(in);
            break;
        case OSSL_FUNC_CORE_NEW_ERROR:
            core->new_error = OSSL_FUNC_core_new_error(in);
            break;
        case OSSL_FUNC_CORE_VSET_ERROR:
            core->vset_error = OSSL_FUNC_core_vset_error(in);
            break;
        case OSSL_FUNC_CORE_SET_ERROR_MARK:
            core->set_error_mark = OSSL_FUNC_core_set_error_mark(in);
            break;
        case OSSL_FUNC_CORE_CLEAR_LAST_ERROR_MARK:
            core->clear_last_error_mark =
                OSSL_FUNC_core_clear_last_error_mark(in);
            break;
        case OSSL_FUNC_CORE_POP_ERROR_TO_MARK:
            core->pop_error_to_mark = OSSL_FUNC_core_pop_error_to_mark(in);
            break;
        default:
            break;
        }
    }
}

/* Whoever wrote these wants protection: what cannot be read must not be passed
 * over. */
static int
take_trust(struct provider *prov, const char *pin, const char *session)
{
    if (pin != NULL && !trust_read_pin(pin, &prov->pin)) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "`pin` in openssl.cnf has to be a handle and the name of the "
                  "key there in hexadecimal, as 0x81000001:000b...");
        return 0;
    }
    prov->is_always = session != NULL && strcmp(session, "always") == 0;
    if (session == NULL || prov->is_always || strcmp(session, "password") == 0)
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "`session` in openssl.cnf has to be `password`, which is the "
              "default, or `always`");
    return 0;
}

CHECKED static int
take_timeout(struct provider *prov, const char *text)
{
    char *end = NULL;
    long seconds = TIMEOUT_S;

    if (text != NULL) {
        seconds = strtol(text, &end, 10);
        if (end == text || *end != '\0' || seconds < 1 ||
            seconds > TIMEOUT_MAX_S) {
            tpm_raise(prov, TPM_R_BAD_PARAMETER,
                      "`timeout` in openssl.cnf has to be a number of seconds, "
                      "1 to %d",
                      TIMEOUT_MAX_S);
            return 0;
        }
    }
    prov->timeout_s = (int)seconds;
    return 1;
}

/* What openssl.cnf says in our section; the core keeps the string only as
 * long as its configuration, so it is copied. */
static int
take_settings(struct provider *prov)
{
    char *tcti = NULL;
    char *ctr_drbg = NULL;
    char *pin = NULL;
    char *session = NULL;
    char *timeout = NULL;
    OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_utf8_ptr("tcti", &tcti, 0),
        OSSL_PARAM_construct_utf8_ptr("pin", &pin, 0),
        OSSL_PARAM_construct_utf8_ptr("session", &session, 0),
        OSSL_PARAM_construct_utf8_ptr("timeout", &timeout, 0),
        OSSL_PARAM_construct_utf8_ptr("ctr-drbg", &ctr_drbg, 0),
        OSSL_PARAM_construct_end(),
    };

    if (prov->core.get_params == NULL ||
        !prov->core.get_params(prov->handle, settings))
        return take_timeout(prov, NULL);
    prov->is_ctr_drbg = ctr_drbg != NULL && strcmp(ctr_drbg, "yes") == 0;
    if (!take_trust(prov, pin, session) || !take_timeout(prov, timeout))
        return 0;
    if (tcti == NULL)
        return 1;
    prov->tcti = OPENSSL_strndup(tcti, TCTI_MAX);
    return prov->tcti != NULL;
}

/* nginx empties the environment of its workers: what it said to the master
 * still holds for them. */
static int
take_variable(struct provider *prov)
{
    const char *tcti = getenv("TPM2OPENSSL_TCTI");

    if (tcti == NULL)
        return 1;
    prov->variable = OPENSSL_strndup(tcti, TCTI_MAX);
    return prov->variable != NULL;
}

/* tpm2-tss prints what it expects to fail as well as what it does not, and has
 * no other switch than its own variable; we say what matters ourselves. It is
 * read once, so it has to stand before the first command. */
static void
silence_tss(void)
{
    (void)setenv("TSS2_LOG", "all+none", 0);
}

/* A library context of our own, so that no hash of ours can come back to us
 * through the application's configuration (DESIGN.md, rule 8). */
static int
take_crypto(struct provider *prov, const OSSL_DISPATCH *in)
{
    prov->libctx = OSSL_LIB_CTX_new_from_dispatch(prov->handle, in);
    if (prov->libctx == NULL)
        return 0;
    prov->crypto = OSSL_PROVIDER_load(prov->libctx, "default");
    if (prov->crypto == NULL)
        return 0;
    for (size_t i = 0; i < TPM_HASHES; i++) {
        prov->digests[i] = EVP_MD_fetch(prov->libctx, tpm_hashes[i].name, NULL);
        if (prov->digests[i] == NULL)
            return 0;
    }
    prov->hmac = EVP_MAC_fetch(prov->libctx, "HMAC", NULL);
    prov->cipher = EVP_CIPHER_fetch(prov->libctx, "AES-128-CFB", NULL);
    return prov->hmac != NULL && prov->cipher != NULL;
}

int
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                   const OSSL_DISPATCH **out, void **context)
{
    struct provider *prov = NULL;

    prov = OPENSSL_zalloc(sizeof *prov);
    if (prov == NULL)
        return 0;
    prov->handle = handle;
    atomic_init(&prov->tpm, NULL);
    take_core(&prov->core, in);
    silence_tss();
    if (!take_settings(prov) || !take_variable(prov) ||
        !take_crypto(prov, in)) {
        teardown(prov);
        return 0;
    }
    *context = prov;
    *out = provider_functions;
    return 1;
}

static void
teardown(void *context)
{
    struct provider *prov = context;
    struct tpm *tpm = atomic_exchange(&prov->tpm, NULL);

    tpm_free(&tpm);
    for (size_t i = 0; i < TPM_HASHES; i++)
        EVP_MD_free(prov->digests[i]);
    EVP_CIPHER_free(prov->cipher);
    EVP_MAC_free(prov->hmac);
    OSSL_PROVIDER_unload(prov->crypto);
    OSSL_LIB_CTX_free(prov->libctx);
    OPENSSL_free(prov->tcti);
    OPENSSL_free(prov->variable);
    OPENSSL_free(prov);
}

static const OSSL_PARAM *
gettable_params(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
        OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
        OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
        TPM_STATE_PARAMS,
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static int
get_params(void *context, OSSL_PARAM params[])
{
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME);
    if (p != NULL && !OSSL_PARAM_set_utf8_ptr(p, PROVIDER_NAME))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_VERSION);
    if (p != NULL && !OSSL_PARAM_set_utf8_ptr(p, PROVIDER_VERSION))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_BUILDINFO);
    if (p != NULL && !OSSL_PARAM_set_utf8_ptr(p, PROVIDER_VERSION))
        return 0;
    /* It runs, TPM or no TPM: that shows when a key is used. */
    p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
    return (p == NULL || OSSL_PARAM_set_int(p, 1)) &&
           tpm_state_get_params(context, params);
}

static const OSSL_ALGORITHM *
query_operation(void *context, int operation, int *no_cache)
{
    *no_cache = 0;
    return provider_algorithms(context, operation);
}

static const OSSL_ITEM *
get_reason_strings(void *context)
{
    (void)context;
    return tpm_reason_strings;
}

const struct tpm_hash *
provider_hash_by_name(const struct provider *prov, const char *name)
{
    for (size_t i = 0; i < TPM_HASHES; i++)
        if (EVP_MD_is_a(prov->digests[i], name))
            return &tpm_hashes[i];
    return NULL;
}

int
provider_take_hash(const struct provider *prov, const OSSL_PARAM *param,
                   const char *what, const struct tpm_hash **hash)
{
    const struct tpm_hash *found = NULL;
    const char *name = NULL;

    if (!OSSL_PARAM_get_utf8_string_ptr(param, &name) || name == NULL)
        return 0;
    found = provider_hash_by_name(prov, name);
    if (found != NULL) {
        *hash = found;
        return 1;
    }
    tpm_raise(prov, TPM_R_NOT_SUPPORTED,
              "%s with %.40s is not to be had: SHA1, SHA256, SHA384 and SHA512 "
              "are",
              what, name);
    return 0;
}

const EVP_MD *
provider_digest(const struct provider *prov, TPM2_ALG_ID hash)
{
    const struct tpm_hash *row = tpm_hash_by_id(hash);

    return row == NULL ? NULL : prov->digests[row - tpm_hashes];
}

const OSSL_DISPATCH provider_functions[] = {
    DISPATCH(OSSL_FUNC_PROVIDER_TEARDOWN, teardown),
    DISPATCH(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, gettable_params),
    DISPATCH(OSSL_FUNC_PROVIDER_GET_PARAMS, get_params),
    DISPATCH(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query_operation),
    DISPATCH(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, ephemeral_capabilities),
    DISPATCH(OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, get_reason_strings),
    { 0, NULL },
};
