// SPDX-License-Identifier: Apache-2.0
/*
 * Ephemeral EC keys for TLS. libssl takes a group only from the provider that
 * it would fetch the group's key type from, and for EC that is this one when
 * it comes first; so the groups are offered here too, with keys that go on to
 * the private context's `default` and never near the TPM (RFC 8422, RFC 8446).
 */
#include "ephemeral.h"

#include "convert.h"
#include "dispatch.h"
#include "provider.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/prov_ssl.h>
#include <string.h>

/* A key of the private context, or the parameters of one. */
struct ephemeral {
    struct provider *prov;
    EVP_PKEY *pkey;
};

/* A key, or parameters, about to be made. */
struct ephemeral_gen {
    struct provider *prov;
    int selection;
    const struct tpm_curve *curve;
};

struct ephemeral_exchange {
    struct provider *prov;
    EVP_PKEY_CTX *derivation;
};

static OSSL_FUNC_keymgmt_free_fn key_free;
static OSSL_FUNC_keymgmt_dup_fn key_dup;
static OSSL_FUNC_keymgmt_has_fn key_has;
static OSSL_FUNC_keymgmt_gettable_params_fn key_gettable;
static OSSL_FUNC_keymgmt_get_params_fn key_get;
static OSSL_FUNC_keymgmt_settable_params_fn key_settable;
static OSSL_FUNC_keymgmt_set_params_fn key_set;
static OSSL_FUNC_keymgmt_gen_init_fn gen_init;
static OSSL_FUNC_keymgmt_gen_settable_params_fn gen_settable;
static OSSL_FUNC_keymgmt_gen_set_params_fn gen_set;
static OSSL_FUNC_keymgmt_gen_set_template_fn gen_set_template;
static OSSL_FUNC_keymgmt_gen_fn gen;
static OSSL_FUNC_keymgmt_gen_cleanup_fn gen_cleanup;
static OSSL_FUNC_keymgmt_query_operation_name_fn operation_name;
static OSSL_FUNC_keyexch_newctx_fn exchange_new;
static OSSL_FUNC_keyexch_freectx_fn exchange_free;
static OSSL_FUNC_keyexch_init_fn exchange_init;
static OSSL_FUNC_keyexch_set_peer_fn exchange_set_peer;
static OSSL_FUNC_keyexch_derive_fn exchange_derive;

/* Takes the key over; NULL frees nothing. */
static struct ephemeral *
key_new(struct provider *prov, EVP_PKEY *pkey)
{
    struct ephemeral *key = NULL;

    if (pkey == NULL)
        return NULL;
    key = OPENSSL_zalloc(sizeof *key);
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    key->prov = prov;
    key->pkey = pkey;
    return key;
}

static void
key_free(void *context)
{
    struct ephemeral *key = context;

    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    OPENSSL_free(key);
}

/* libssl makes a peer's key from the parameters of its own. */
static void *
key_dup(const void *context, int selection)
{
    const struct ephemeral *key = context;
    EVP_PKEY *copy = NULL;

    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        return key_new(key->prov, EVP_PKEY_dup(key->pkey));
    copy = EVP_PKEY_new();
    if (copy != NULL && !EVP_PKEY_copy_parameters(copy, key->pkey)) {
        EVP_PKEY_free(copy);
        copy = NULL;
    }
    return key_new(key->prov, copy);
}

static int
key_has(const void *context, int selection)
{
    (void)selection;
    return context != NULL;
}

static const OSSL_PARAM *
key_gettable(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static int
key_get(void *context, OSSL_PARAM params[])
{
    const struct ephemeral *key = context;

    return EVP_PKEY_get_params(key->pkey, params);
}

static const OSSL_PARAM *
key_settable(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static int
key_set(void *context, const OSSL_PARAM params[])
{
    const struct ephemeral *key = context;

    return EVP_PKEY_set_params(key->pkey, (OSSL_PARAM *)(uintptr_t)params);
}

static void *
gen_init(void *context, int selection, const OSSL_PARAM params[])
{
    struct ephemeral_gen *made = OPENSSL_zalloc(sizeof *made);

    if (made == NULL)
        return NULL;
    made->prov = context;
    made->selection = selection;
    if (!gen_set(made, params)) {
        gen_cleanup(made);
        return NULL;
    }
    return made;
}

static const OSSL_PARAM *
gen_settable(void *made, void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)made;
    (void)context;
    return params;
}

static int
gen_set(void *context, const OSSL_PARAM params[])
{
    struct ephemeral_gen *made = context;
    const OSSL_PARAM *p =
        params == NULL
            ? NULL
            : OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
    const char *name = NULL;

    if (p == NULL)
        return 1;
    if (!OSSL_PARAM_get_utf8_string_ptr(p, &name) || name == NULL)
        return 0;
    made->curve = tpm_curve_by_name(name);
    return made->curve != NULL;
}

/* libssl makes its own key from the parameters of the peer's. */
static int
gen_set_template(void *context, void *template)
{
    struct ephemeral_gen *made = context;
    const struct ephemeral *key = template;
    char name[32] = "";

    if (!EVP_PKEY_get_group_name(key->pkey, name, sizeof name, NULL))
        return 0;
    made->curve = tpm_curve_by_name(name);
    return made->curve != NULL;
}

static void *
gen(void *context, OSSL_CALLBACK *callback, void *arg)
{
    const struct ephemeral_gen *made = context;
    int is_pair = (made->selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0;
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *maker =
        EVP_PKEY_CTX_new_from_name(made->prov->libctx, "EC", NULL);

    (void)callback;
    (void)arg;
    if (maker == NULL || made->curve == NULL ||
        (is_pair ? EVP_PKEY_keygen_init(maker)
                 : EVP_PKEY_paramgen_init(maker)) <= 0 ||
        EVP_PKEY_CTX_set_group_name(maker, made->curve->name) <= 0 ||
        EVP_PKEY_generate(maker, &pkey) <= 0)
        pkey = NULL;
    EVP_PKEY_CTX_free(maker);
    return key_new(made->prov, pkey);
}

static void
gen_cleanup(void *context)
{
    OPENSSL_free(context);
}

static const char *
operation_name(int operation)
{
    return operation == OSSL_OP_KEYEXCH ? EPHEMERAL_EXCHANGE : EPHEMERAL_KEY;
}

static void *
exchange_new(void *context)
{
    struct ephemeral_exchange *exchange = OPENSSL_zalloc(sizeof *exchange);

    if (exchange != NULL)
        exchange->prov = context;
    return exchange;
}

static void
exchange_free(void *context)
{
    struct ephemeral_exchange *exchange = context;

    EVP_PKEY_CTX_free(exchange->derivation);
    OPENSSL_free(exchange);
}

static int
exchange_init(void *context, void *own, const OSSL_PARAM params[])
{
    struct ephemeral_exchange *exchange = context;
    const struct ephemeral *key = own;

    (void)params;
    EVP_PKEY_CTX_free(exchange->derivation);
    exchange->derivation =
        EVP_PKEY_CTX_new_from_pkey(exchange->prov->libctx, key->pkey, NULL);
    return exchange->derivation != NULL &&
           EVP_PKEY_derive_init(exchange->derivation) > 0;
}

/* Whether the peer's point is on the curve is looked at here. */
static int
exchange_set_peer(void *context, void *peer)
{
    struct ephemeral_exchange *exchange = context;
    const struct ephemeral *key = peer;

    return EVP_PKEY_derive_set_peer(exchange->derivation, key->pkey) > 0;
}

static int
exchange_derive(void *context, unsigned char *secret, size_t *length,
                size_t room)
{
    struct ephemeral_exchange *exchange = context;

    *length = room;
    return EVP_PKEY_derive(exchange->derivation, secret, length) > 0;
}

/* RFC 8446 §4.2.7, RFC 8422 §5.1.1; each by both of the names that people
 * write behind -groups. */
struct group {
    const char *name;
    unsigned int id;
    TPM2_ECC_CURVE curve;
};

static const struct group groups[] = {
    { "secp256r1", 23, TPM2_ECC_NIST_P256 },
    { "P-256", 23, TPM2_ECC_NIST_P256 },
    { "secp384r1", 24, TPM2_ECC_NIST_P384 },
    { "P-384", 24, TPM2_ECC_NIST_P384 },
    { "secp521r1", 25, TPM2_ECC_NIST_P521 },
    { "P-521", 25, TPM2_ECC_NIST_P521 },
};

CHECKED static int
give_group(const struct group *group, OSSL_CALLBACK *callback, void *arg)
{
    const struct tpm_curve *curve = tpm_curve_by_id(group->curve);
    unsigned int id = group->id;
    unsigned int security = (unsigned int)curve->security;
    int min_tls = TLS1_VERSION, min_dtls = DTLS1_VERSION, no_max = 0;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_NAME,
                                         (char *)(uintptr_t)group->name, 0),
        OSSL_PARAM_construct_utf8_string(
            OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL,
            (char *)(uintptr_t)curve->name, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_ALG,
                                         (char *)(uintptr_t)EPHEMERAL_KEY, 0),
        OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_ID, &id),
        OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_SECURITY_BITS,
                                  &security),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_TLS, &min_tls),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_TLS, &no_max),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_DTLS, &min_dtls),
        OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_DTLS, &no_max),
        OSSL_PARAM_construct_end(),
    };

    return callback(params, arg);
}

int
ephemeral_capabilities(void *context, const char *capability,
                       OSSL_CALLBACK *callback, void *arg)
{
    (void)context;
    if (OPENSSL_strcasecmp(capability, "TLS-GROUP") != 0)
        return 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (!give_group(&groups[i], callback, arg))
            return 0;
    }
    return 1;
}

const OSSL_DISPATCH ephemeral_keymgmt_functions[] = {
    DISPATCH(OSSL_FUNC_KEYMGMT_FREE, key_free),
    DISPATCH(OSSL_FUNC_KEYMGMT_DUP, key_dup),
    DISPATCH(OSSL_FUNC_KEYMGMT_HAS, key_has),
    DISPATCH(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable),
    DISPATCH(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get),
    DISPATCH(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, key_settable),
    DISPATCH(OSSL_FUNC_KEYMGMT_SET_PARAMS, key_set),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_INIT, gen_init),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, gen_settable),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, gen_set),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, gen_set_template),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN, gen),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_CLEANUP, gen_cleanup),
    DISPATCH(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name),
    { 0, NULL },
};

const OSSL_DISPATCH ephemeral_exchange_functions[] = {
    DISPATCH(OSSL_FUNC_KEYEXCH_NEWCTX, exchange_new),
    DISPATCH(OSSL_FUNC_KEYEXCH_FREECTX, exchange_free),
    DISPATCH(OSSL_FUNC_KEYEXCH_INIT, exchange_init),
    DISPATCH(OSSL_FUNC_KEYEXCH_SET_PEER, exchange_set_peer),
    DISPATCH(OSSL_FUNC_KEYEXCH_DERIVE, exchange_derive),
    { 0, NULL },
};
