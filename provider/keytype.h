/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one key type has of its own: a row of functions for the engine in
 * keymgmt.c, and the engine's functions that a type's dispatch table names.
 */
#ifndef PROVIDER_KEYTYPE_H
#define PROVIDER_KEYTYPE_H

#include "key.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

/* The most parameters that an export has, with the one that ends them. */
enum { KEYTYPE_EXPORTS_MAX = 4 };

/* Room for what exported parameters point at. */
struct keytype_export {
    OSSL_PARAM params[KEYTYPE_EXPORTS_MAX];
    unsigned char bytes[TPM2_MAX_RSA_KEY_BYTES];
    uint32_t exponent;
};

struct keytype {
    TPM2_ALG_ID id;
    const TPM2B_PUBLIC *template;
    int (*bits)(const TPMT_PUBLIC *area);
    int (*security_bits)(const TPMT_PUBLIC *area);
    /* The longest signature, bytes. */
    int (*max_size)(const TPMT_PUBLIC *area);
    int (*is_same)(const TPMT_PUBLIC *one, const TPMT_PUBLIC *other);
    /* Answers what only this type knows. */
    int (*get_params)(const TPMT_PUBLIC *area, OSSL_PARAM params[]);
    /* Takes what only this type has; raises its own errors. */
    int (*set_gen_params)(const struct provider *prov, TPMT_PUBLIC *area,
                          const OSSL_PARAM params[]);
    /* Fills out->params for a selection without the private part. */
    int (*to_params)(const TPMT_PUBLIC *area, int selection,
                     struct keytype_export *out);
};

extern const struct keytype keytype_rsa;
extern const struct keytype keytype_ec;

/* The type of a key that a constructor gave; never NULL. */
const struct keytype *
keytype_of(const struct tpm_key *key);

/* The engine; a type's table adds gen_init and what OpenSSL asks without a
 * key: names and lists of parameters. */
void *
keymgmt_gen_init(const struct keytype *type, void *context, int selection,
                 const OSSL_PARAM params[]);
OSSL_FUNC_keymgmt_gen_set_params_fn keymgmt_gen_set_params;
OSSL_FUNC_keymgmt_gen_set_template_fn keymgmt_gen_set_template;
OSSL_FUNC_keymgmt_gen_fn keymgmt_gen;
OSSL_FUNC_keymgmt_gen_cleanup_fn keymgmt_gen_cleanup;
OSSL_FUNC_keymgmt_load_fn keymgmt_load;
OSSL_FUNC_keymgmt_new_fn keymgmt_new;
OSSL_FUNC_keymgmt_import_fn keymgmt_import;
OSSL_FUNC_keymgmt_import_types_fn keymgmt_import_types;
OSSL_FUNC_keymgmt_free_fn keymgmt_free;
OSSL_FUNC_keymgmt_dup_fn keymgmt_dup;
OSSL_FUNC_keymgmt_has_fn keymgmt_has;
OSSL_FUNC_keymgmt_match_fn keymgmt_match;
OSSL_FUNC_keymgmt_get_params_fn keymgmt_get_params;
OSSL_FUNC_keymgmt_export_fn keymgmt_export;

/* What the table of any type begins with. */
#define KEYTYPE_FUNCTIONS                                               \
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, keymgmt_gen_set_params), \
        DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE,                    \
                 keymgmt_gen_set_template),                             \
        DISPATCH(OSSL_FUNC_KEYMGMT_GEN, keymgmt_gen),                   \
        DISPATCH(OSSL_FUNC_KEYMGMT_GEN_CLEANUP, keymgmt_gen_cleanup),   \
        DISPATCH(OSSL_FUNC_KEYMGMT_LOAD, keymgmt_load),                 \
        DISPATCH(OSSL_FUNC_KEYMGMT_NEW, keymgmt_new),                   \
        DISPATCH(OSSL_FUNC_KEYMGMT_FREE, keymgmt_free),                 \
        DISPATCH(OSSL_FUNC_KEYMGMT_HAS, keymgmt_has),                   \
        DISPATCH(OSSL_FUNC_KEYMGMT_MATCH, keymgmt_match),               \
        DISPATCH(OSSL_FUNC_KEYMGMT_GET_PARAMS, keymgmt_get_params),     \
        DISPATCH(OSSL_FUNC_KEYMGMT_EXPORT, keymgmt_export)

/* What a new key of any type takes. */
#define KEYTYPE_GEN_PARAMS                                       \
    OSSL_PARAM_uint32("parent", NULL),                           \
        OSSL_PARAM_utf8_string("parent-auth", NULL, 0),          \
        OSSL_PARAM_utf8_string("user-auth", NULL, 0),            \
        OSSL_PARAM_utf8_string("import", NULL, 0),               \
        OSSL_PARAM_utf8_string("policy-pcr", NULL, 0),           \
        OSSL_PARAM_utf8_string("policy-authorized-by", NULL, 0), \
        OSSL_PARAM_utf8_string("policy-signer", NULL, 0),        \
        OSSL_PARAM_utf8_string("policy-name", NULL, 0),          \
        OSSL_PARAM_uint32("handle", NULL)

/* What a key of any type tells. */
#define KEYTYPE_PARAMS                                                     \
    OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),                            \
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),               \
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),                    \
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),   \
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0), \
        OSSL_PARAM_uint32("handle", NULL),                                 \
        OSSL_PARAM_uint32("object-attributes", NULL),                      \
        OSSL_PARAM_utf8_string("policy", NULL, 0)

#endif
