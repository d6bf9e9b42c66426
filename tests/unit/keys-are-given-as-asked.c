// SPDX-License-Identifier: Apache-2.0
/*
 * Key management as OpenSSL uses it: which halves there are and leave, which
 * come in, which keys are the same, and the keys of TLS that never come near
 * a TPM (provider-keymgmt(7)).
 */
#include "check.h"
#include "key.h"
#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/prov_ssl.h>
#include <string.h>

static struct within within;
static struct tpm_key *ec, *ec384, *rsa, *public;
static unsigned char point[256];
static size_t point_len;

static const int private_half = OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
static const int public_half = OSSL_KEYMGMT_SELECT_PUBLIC_KEY;
static const int curve_alone = OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS;

static const OSSL_DISPATCH *
of(const char *type, int id)
{
    return within_find(&within, OSSL_OP_KEYMGMT, type, NULL, id);
}

static bool
has(const char *type, const void *key, int selection)
{
    return OSSL_FUNC_keymgmt_has(of(type, OSSL_FUNC_KEYMGMT_HAS))(key,
                                                                  selection);
}

static bool
match(const char *type, const void *one, const void *other)
{
    return OSSL_FUNC_keymgmt_match(of(type, OSSL_FUNC_KEYMGMT_MATCH))(
        one, other, public_half);
}

static int
count_params(const OSSL_PARAM params[], void *arg)
{
    for (; params->key != NULL; params++)
        ++*(int *)arg;
    return 1;
}

static int export(const char *type, void *key, int selection)
{
    int count = 0;

    return OSSL_FUNC_keymgmt_export(of(type, OSSL_FUNC_KEYMGMT_EXPORT))(
               key, selection, count_params, &count)
               ? count
               : -1;
}

static void
halves_are_as_they_are(void)
{
    static const char *const types[] = { "EC", "RSA", "RSA-PSS" };

    CHECK(has("EC", ec, private_half) && has("RSA", rsa, private_half));
    CHECK(has("EC", public, public_half) && !has("EC", public, private_half));
    CHECK(!has("EC", NULL, public_half));
    CHECK(export("EC", ec, public_half) == 2);
    CHECK(export("EC", ec, curve_alone) == 1);
    CHECK(export("EC", ec, private_half | public_half) == -1);
    CHECK(export("EC", NULL, public_half) == -1);
    CHECK(export("RSA", rsa, public_half) == 2);
    CHECK(export("RSA", rsa, curve_alone) == 0);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        OSSL_FUNC_keymgmt_export_types_fn *list =
            OSSL_FUNC_keymgmt_export_types(
                of(types[i], OSSL_FUNC_KEYMGMT_EXPORT_TYPES));
        OSSL_FUNC_keymgmt_query_operation_name_fn *name =
            OSSL_FUNC_keymgmt_query_operation_name(
                of(types[i], OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME));

        CHECK(list(public_half) != NULL && list(private_half) == NULL);
        CHECK(strcmp(name(OSSL_OP_SIGNATURE), i == 0 ? "ECDSA" : "RSA") == 0);
        CHECK(strcmp(name(OSSL_OP_KEYEXCH), i == 0 ? "ECDH" : "RSA") == 0);
        CHECK(strcmp(name(OSSL_OP_ASYM_CIPHER), i == 0 ? "EC" : "RSA") == 0);
        (void)OSSL_FUNC_keymgmt_import_types(
            of(types[i], OSSL_FUNC_KEYMGMT_IMPORT_TYPES))(public_half);
        CHECK(OSSL_FUNC_keymgmt_gen_init(
                  of(types[i], OSSL_FUNC_KEYMGMT_GEN_INIT))(
                  within.context, curve_alone, NULL) == NULL);
        OSSL_FUNC_keymgmt_gen_cleanup(
            of(types[i], OSSL_FUNC_KEYMGMT_GEN_CLEANUP))(NULL);
        CHECK(OSSL_FUNC_keymgmt_load(of(types[i], OSSL_FUNC_KEYMGMT_LOAD))(
                  NULL, sizeof(void *)) == NULL);
        CHECK(OSSL_FUNC_keymgmt_load(of(types[i], OSSL_FUNC_KEYMGMT_LOAD))(
                  &ec, 1) == NULL);
    }
}

static void
same_keys_match(void)
{
    struct tpm_key *other = keys_ec(&within, "P-256");
    struct tpm_key *other_rsa = keys_rsa(&within);
    struct tpm_key *again =
        keys_fixed(&within, rsa, TPMA_OBJECT_DECRYPT, TPM2_ALG_NULL);

    CHECK(match("EC", ec, ec) && match("EC", ec, public));
    CHECK(!match("EC", ec, other) && !match("EC", ec, ec384));
    CHECK(match("RSA", rsa, again) && !match("RSA", rsa, other_rsa));
    CHECK(!match("RSA", rsa, ec));
    tpm_key_free(&other);
    tpm_key_free(&other_rsa);
    tpm_key_free(&again);
}

static bool
import(struct tpm_key *key, int selection, const OSSL_PARAM params[])
{
    return OSSL_FUNC_keymgmt_import(of("EC", OSSL_FUNC_KEYMGMT_IMPORT))(
        key, selection, params);
}

static void *
new_key(const char *type)
{
    return OSSL_FUNC_keymgmt_new(of(type, OSSL_FUNC_KEYMGMT_NEW))(
        within.context);
}

static bool
set_point(void *key, size_t len)
{
    OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string("encoded-pub-key",
                                                              point, len),
                            OSSL_PARAM_construct_end() };

    return OSSL_FUNC_keymgmt_set_params(of("EC", OSSL_FUNC_KEYMGMT_SET_PARAMS))(
        key, params);
}

/* A peer's half comes in, in its two ways, and nothing else. */
static void
public_halves_come_in(void)
{
    OSSL_PARAM whole[] = {
        OSSL_PARAM_construct_utf8_string("group", (char *)"P-256", 0),
        OSSL_PARAM_construct_octet_string("pub", point, point_len),
        OSSL_PARAM_construct_octet_string("priv", point, 32),
        OSSL_PARAM_construct_end(),
    };
    struct tpm_key *half = NULL;

    public = new_key("EC");
    CHECK(!has("EC", public, public_half));
    CHECK(!import(public, public_half, whole)); /* there is a private half */
    whole[2] = OSSL_PARAM_construct_end();
    CHECK(!import(public, curve_alone, whole));
    CHECK(!import(public, public_half, whole + 1) &&
          !import(public, public_half, whole + 2));
    whole[0] = OSSL_PARAM_construct_utf8_string("group", (char *)"P-224", 0);
    CHECK(!import(public, public_half, whole));
    whole[0] = OSSL_PARAM_construct_octet_string("group", point, 1);
    CHECK(!import(public, public_half, whole));
    whole[0] = OSSL_PARAM_construct_utf8_string("group", (char *)"P-256", 0);
    whole[1].data_size--;
    CHECK(!import(public, public_half, whole));
    whole[1].data_size++;
    point[0] = 0x02; /* compressed */
    CHECK(!import(public, public_half, whole));
    point[0] = 0x04;
    CHECK(import(public, public_half, whole));
    CHECK(!set_point(public, point_len)); /* it has one */
    half = OSSL_FUNC_keymgmt_dup(of("EC", OSSL_FUNC_KEYMGMT_DUP))(public,
                                                                  curve_alone);
    CHECK(half != NULL && !set_point(half, 12) && set_point(half, point_len));
    CHECK(match("EC", half, ec));
    CHECK(!set_point(ec, point_len));
    CHECK(OSSL_FUNC_keymgmt_set_params(of("EC", OSSL_FUNC_KEYMGMT_SET_PARAMS))(
        ec, whole + 2));
    tpm_key_free(&half);
    half = new_key("RSA");
    CHECK(!OSSL_FUNC_keymgmt_import(of("RSA", OSSL_FUNC_KEYMGMT_IMPORT))(
        half, public_half, whole));
    tpm_key_free(&half);
}

/* Keys of TLS; `type` is what OpenSSL calls them. */
static const OSSL_DISPATCH *
tls(int id)
{
    static const char *name;
    int no_cache = 0;
    const OSSL_ALGORITHM *rows = OSSL_PROVIDER_query_operation(
        within.provider, OSSL_OP_KEYMGMT, &no_cache);

    while (rows[1].algorithm_names != NULL)
        rows++; /* the last one */
    name = rows->algorithm_names;
    return of(name, id);
}

static void *
generate(int selection, const char *group, void *model)
{
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
                                "group", (char *)(uintptr_t)group, 0),
                            OSSL_PARAM_construct_end() };
    void *key = NULL;
    void *gen = OSSL_FUNC_keymgmt_gen_init(tls(OSSL_FUNC_KEYMGMT_GEN_INIT))(
        within.context, selection, group != NULL ? params : NULL);

    if (gen == NULL)
        return NULL;
    if (model == NULL || OSSL_FUNC_keymgmt_gen_set_template(tls(
                             OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE))(gen, model))
        key =
            OSSL_FUNC_keymgmt_gen(tls(OSSL_FUNC_KEYMGMT_GEN))(gen, NULL, NULL);
    OSSL_FUNC_keymgmt_gen_cleanup(tls(OSSL_FUNC_KEYMGMT_GEN_CLEANUP))(gen);
    return key;
}

static void
free_tls(void *key)
{
    OSSL_FUNC_keymgmt_free(tls(OSSL_FUNC_KEYMGMT_FREE))(key);
}

static void
ephemeral_keys_are_made(void)
{
    void *group = generate(curve_alone, "P-256", NULL);
    void *one = generate(OSSL_KEYMGMT_SELECT_KEYPAIR, NULL, group);
    void *copy = NULL, *peer = NULL;
    unsigned char half[128];
    OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(
                                "encoded-pub-key", half, sizeof half),
                            OSSL_PARAM_construct_end() };

    CHECK(group != NULL && one != NULL);
    CHECK(generate(OSSL_KEYMGMT_SELECT_KEYPAIR, "P-224", NULL) == NULL);
    CHECK(generate(OSSL_KEYMGMT_SELECT_KEYPAIR, NULL, NULL) == NULL);
    CHECK(OSSL_FUNC_keymgmt_get_params(tls(OSSL_FUNC_KEYMGMT_GET_PARAMS))(
        one, params));
    CHECK(params[0].return_size == 65);
    params[0].data_size = 65;
    copy = OSSL_FUNC_keymgmt_dup(tls(OSSL_FUNC_KEYMGMT_DUP))(
        one, OSSL_KEYMGMT_SELECT_KEYPAIR);
    peer = OSSL_FUNC_keymgmt_dup(tls(OSSL_FUNC_KEYMGMT_DUP))(one, curve_alone);
    CHECK(copy != NULL && peer != NULL);
    CHECK(OSSL_FUNC_keymgmt_set_params(tls(OSSL_FUNC_KEYMGMT_SET_PARAMS))(
        peer, params));
    CHECK(OSSL_FUNC_keymgmt_has(tls(OSSL_FUNC_KEYMGMT_HAS))(peer, public_half));
    CHECK(
        !OSSL_FUNC_keymgmt_has(tls(OSSL_FUNC_KEYMGMT_HAS))(NULL, public_half));
    CHECK(OSSL_FUNC_keymgmt_gettable_params(
              tls(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS))(NULL) != NULL);
    CHECK(OSSL_FUNC_keymgmt_settable_params(
              tls(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS))(NULL) != NULL);
    CHECK(OSSL_FUNC_keymgmt_gen_settable_params(
              tls(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS))(NULL, NULL) != NULL);
    free_tls(group);
    free_tls(one);
    free_tls(copy);
    free_tls(peer);
    free_tls(NULL);
}

static int
stop(const OSSL_PARAM params[], void *arg)
{
    (void)params;
    return --*(int *)arg > 0;
}

static void
groups_are_told(void)
{
    int all = 100, some = 2;

    CHECK(OSSL_PROVIDER_get_capabilities(within.provider, "TLS-GROUP", stop,
                                         &all) == 1);
    CHECK(all == 94);
    CHECK(OSSL_PROVIDER_get_capabilities(within.provider, "TLS-GROUP", stop,
                                         &some) == 0);
    CHECK(OSSL_PROVIDER_get_capabilities(within.provider, "TLS-SIGALG", stop,
                                         &all) == 0);
}

int
main(void)
{
    if (!CHECK(within_open(&within)))
        return check_end();
    ec = keys_ec(&within, "P-256");
    ec384 = keys_ec(&within, "P-384");
    rsa = keys_rsa(&within);
    if (CHECK(ec != NULL && ec384 != NULL && rsa != NULL)) {
        OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string("pub", point,
                                                                  sizeof point),
                                OSSL_PARAM_construct_end() };

        CHECK(OSSL_FUNC_keymgmt_get_params(
            of("EC", OSSL_FUNC_KEYMGMT_GET_PARAMS))(ec, params));
        point_len = params[0].return_size;
        public_halves_come_in();
        halves_are_as_they_are();
        same_keys_match();
        ephemeral_keys_are_made();
        groups_are_told();
    }
    tpm_key_free(&public);
    tpm_key_free(&ec);
    tpm_key_free(&ec384);
    tpm_key_free(&rsa);
    within_close(&within);
    return check_end();
}
