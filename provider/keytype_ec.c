// SPDX-License-Identifier: Apache-2.0
/*
 * What elliptic curve keys have of their own. Everything that they share with
 * the others is in keymgmt.c (TPM 2.0 Part 2 §11.2.5, §12.2.3.6;
 * EVP_PKEY-EC(7)).
 */
#include "dispatch.h"
#include "error.h"
#include "keymgmt.h"
#include "keytype.h"
#include "provider.h"
#include "template.h"

#include <openssl/core_names.h>
#include <string.h>

static OSSL_FUNC_keymgmt_gen_init_fn gen_init;
static OSSL_FUNC_keymgmt_gen_settable_params_fn gen_settable_params;
static OSSL_FUNC_keymgmt_gettable_params_fn gettable_params;
static OSSL_FUNC_keymgmt_export_types_fn export_types;
static OSSL_FUNC_keymgmt_import_fn import;
static OSSL_FUNC_keymgmt_dup_fn dup;
static OSSL_FUNC_keymgmt_set_params_fn set_params;
static OSSL_FUNC_keymgmt_settable_params_fn settable_params;
static OSSL_FUNC_keymgmt_query_operation_name_fn query_operation_name;

/* key.c lets no key in whose curve is not in the table. */
static const struct tpm_curve *
curve_of(const TPMT_PUBLIC *area)
{
    return tpm_curve_by_id(area->parameters.eccDetail.curveID);
}

static int
bits(const TPMT_PUBLIC *area)
{
    return curve_of(area)->bits;
}

static int
security_bits(const TPMT_PUBLIC *area)
{
    return curve_of(area)->security;
}

/* DER of a sequence of two numbers, each with a leading zero (RFC 3279
 * §2.2.3); a length above 127 takes a byte more. */
static int
max_size(const TPMT_PUBLIC *area)
{
    int body = 2 * (2 + 1 + (int)curve_of(area)->bytes);

    return body + (body > 127 ? 3 : 2);
}

static int
is_same(const TPMT_PUBLIC *one, const TPMT_PUBLIC *other)
{
    unsigned char a[TPM_POINT_MAX];
    unsigned char b[TPM_POINT_MAX];
    size_t a_len = 0;
    size_t b_len = 0;

    return curve_of(one) == curve_of(other) &&
           tpm_point_encode(curve_of(one), &one->unique.ecc, a, &a_len) &&
           tpm_point_encode(curve_of(other), &other->unique.ecc, b, &b_len) &&
           a_len == b_len && memcmp(a, b, a_len) == 0;
}

CHECKED static int
get_points(const TPMT_PUBLIC *area, OSSL_PARAM params[])
{
    static const char *const names[] = { OSSL_PKEY_PARAM_PUB_KEY,
                                         OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY };
    unsigned char point[TPM_POINT_MAX];
    size_t len = 0;
    OSSL_PARAM *p = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        p = OSSL_PARAM_locate(params, names[i]);
        if (p != NULL && (!tpm_point_encode(curve_of(area), &area->unique.ecc,
                                            point, &len) ||
                          !OSSL_PARAM_set_octet_string(p, point, len)))
            return 0;
    }
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_EC_PUB_X);
    if (p != NULL && !tpm_param_set_number(p, area->unique.ecc.x.buffer,
                                           area->unique.ecc.x.size))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_EC_PUB_Y);
    return p == NULL || tpm_param_set_number(p, area->unique.ecc.y.buffer,
                                             area->unique.ecc.y.size);
}

static int
get_params(const TPMT_PUBLIC *area, OSSL_PARAM params[])
{
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_GROUP_NAME);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(p, curve_of(area)->name))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(
                         p, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED))
        return 0;
    p = OSSL_PARAM_locate(params,
                          OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS);
    if (p != NULL && !OSSL_PARAM_set_int(p, 0))
        return 0;
    return get_points(area, params);
}

static int
set_gen_params(const struct provider *prov, TPMT_PUBLIC *area,
               const OSSL_PARAM params[])
{
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
    const struct tpm_curve *curve = NULL;
    const char *name = NULL;

    if (p == NULL)
        return 1;
    if (OSSL_PARAM_get_utf8_string_ptr(p, &name) && name != NULL)
        curve = tpm_curve_by_name(name);
    if (curve == NULL) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "`group` of a key in a TPM is P-256, P-384 or P-521");
        return 0;
    }
    area->parameters.eccDetail.curveID = curve->id;
    return 1;
}

static int
to_params(const TPMT_PUBLIC *area, int selection, struct keytype_export *out)
{
    const struct tpm_curve *curve = curve_of(area);
    OSSL_PARAM *p = out->params;
    size_t len = 0;

    if ((selection & (OSSL_KEYMGMT_SELECT_PUBLIC_KEY |
                      OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS)) != 0)
        *p++ = OSSL_PARAM_construct_utf8_string(
            OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)curve->name, 0);
    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0) {
        if (!tpm_point_encode(curve, &area->unique.ecc, out->bytes, &len))
            return 0;
        *p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                 out->bytes, len);
    }
    *p = OSSL_PARAM_construct_end();
    return 1;
}

const struct keytype keytype_ec = {
    .id = TPM2_ALG_ECC,
    .template = &tpm_template_ec,
    .bits = bits,
    .security_bits = security_bits,
    .max_size = max_size,
    .is_same = is_same,
    .get_params = get_params,
    .set_gen_params = set_gen_params,
    .to_params = to_params,
};

static void *
gen_init(void *context, int selection, const OSSL_PARAM params[])
{
    return keymgmt_gen_init(&keytype_ec, context, selection, params);
}

static const OSSL_PARAM *
gen_settable_params(void *gen, void *context)
{
    static const OSSL_PARAM params[] = {
        KEYTYPE_GEN_PARAMS,
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)gen;
    (void)context;
    return params;
}

static const OSSL_PARAM *
gettable_params(void *context)
{
    static const OSSL_PARAM params[] = {
        KEYTYPE_PARAMS,
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, NULL),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_X, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_Y, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static const OSSL_PARAM *
export_types(int selection)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & (OSSL_KEYMGMT_SELECT_PUBLIC_KEY |
                         OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS)) != 0
               ? params
               : NULL;
}

/* X and Y of an uncompressed point. */
CHECKED static int
take_point(const struct tpm_curve *curve, const OSSL_PARAM *param,
           TPMS_ECC_POINT *point)
{
    const unsigned char *bytes = NULL;
    const void *data = NULL;
    size_t len = 0;

    if (!OSSL_PARAM_get_octet_string_ptr(param, &data, &len) ||
        len != 1 + 2 * curve->bytes)
        return 0;
    bytes = data;
    if (bytes[0] != 0x04)
        return 0;
    point->x.size = (UINT16)curve->bytes;
    point->y.size = (UINT16)curve->bytes;
    memcpy(point->x.buffer, bytes + 1, curve->bytes);
    memcpy(point->y.buffer, bytes + 1 + curve->bytes, curve->bytes);
    return 1;
}

/* A peer's public key, to agree with. Nothing private comes in: OpenSSL then
 * leaves the key where it is. */
static int
import(void *context, int selection, const OSSL_PARAM params[])
{
    struct tpm_key *key = context;
    TPMT_PUBLIC *area = &key->area.publicArea;
    const OSSL_PARAM *group =
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
    const OSSL_PARAM *point =
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
    const struct tpm_curve *curve = NULL;
    const char *name = NULL;

    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) == 0 || group == NULL ||
        point == NULL ||
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PRIV_KEY) != NULL ||
        !OSSL_PARAM_get_utf8_string_ptr(group, &name) || name == NULL)
        return 0;
    curve = tpm_curve_by_name(name);
    if (curve == NULL || !take_point(curve, point, &area->unique.ecc))
        return 0;
    area->type = TPM2_ALG_ECC;
    area->nameAlg = TPM2_ALG_SHA256;
    area->parameters.eccDetail.curveID = curve->id;
    area->parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    area->parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    area->parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    key->is_public = 1;
    return 1;
}

/* The curve alone is the beginning of somebody else's public key. */
static void *
dup(const void *context, int selection)
{
    const struct tpm_key *key = context;
    struct tpm_key *copy = NULL;

    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0)
        return keymgmt_dup(context, selection);
    copy = keymgmt_new(key->prov);
    if (copy == NULL)
        return NULL;
    copy->area = key->area;
    copy->area.publicArea.objectAttributes = 0;
    copy->is_public = 1;
    memset(&copy->area.publicArea.unique, 0,
           sizeof copy->area.publicArea.unique);
    return copy;
}

/* Nothing in a key changes once it has its point. */
static int
set_params(void *context, const OSSL_PARAM params[])
{
    struct tpm_key *key = context;
    TPMT_PUBLIC *area = &key->area.publicArea;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY);

    if (p == NULL)
        return 1;
    return key->is_public && area->unique.ecc.x.size == 0 &&
           area->type == TPM2_ALG_ECC &&
           take_point(curve_of(area), p, &area->unique.ecc);
}

static const OSSL_PARAM *
settable_params(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static const char *
query_operation_name(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA"
           : operation == OSSL_OP_KEYEXCH ? "ECDH"
                                          : "EC";
}

const OSSL_DISPATCH tpm_ec_keymgmt_functions[] = {
    KEYTYPE_FUNCTIONS,
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_INIT, gen_init),
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, gen_settable_params),
    DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT, import),
    DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, export_types),
    DISPATCH(OSSL_FUNC_KEYMGMT_DUP, dup),
    DISPATCH(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, settable_params),
    DISPATCH(OSSL_FUNC_KEYMGMT_SET_PARAMS, set_params),
    DISPATCH(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),
    DISPATCH(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, export_types),
    DISPATCH(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, query_operation_name),
    { 0, NULL },
};
