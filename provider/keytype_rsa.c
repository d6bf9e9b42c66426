// SPDX-License-Identifier: Apache-2.0
/*
 * What RSA keys have of their own. Everything that they share with the others
 * is in keymgmt.c (TPM 2.0 Part 2 §11.2.4, §12.2.3.5; EVP_PKEY-RSA(7)).
 */
#include "dispatch.h"
#include "error.h"
#include "keymgmt.h"
#include "keytype.h"
#include "provider.h"
#include "template.h"

#include <openssl/core_names.h>
#include <string.h>

static OSSL_FUNC_keymgmt_gen_init_fn gen_init, gen_init_pss;
static OSSL_FUNC_keymgmt_gen_settable_params_fn gen_settable_params;
static OSSL_FUNC_keymgmt_gettable_params_fn gettable_params;
static OSSL_FUNC_keymgmt_export_types_fn export_types;
static OSSL_FUNC_keymgmt_query_operation_name_fn query_operation_name;

static int
bits(const TPMT_PUBLIC *area)
{
    return area->parameters.rsaDetail.keyBits;
}

/* NIST SP 800-57 Part 1 table 2, and what OpenSSL says between its rows. */
static int
security_bits(const TPMT_PUBLIC *area)
{
    static const struct {
        int bits;
        int security;
    } rows[] = { { 4096, 152 }, { 3072, 128 }, { 2048, 112 }, { 1024, 80 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (bits(area) >= rows[i].bits)
            return rows[i].security;
    return 0;
}

static int
max_size(const TPMT_PUBLIC *area)
{
    return (bits(area) + 7) / 8;
}

static int
is_same(const TPMT_PUBLIC *one, const TPMT_PUBLIC *other)
{
    const TPM2B_PUBLIC_KEY_RSA *a = &one->unique.rsa;
    const TPM2B_PUBLIC_KEY_RSA *b = &other->unique.rsa;

    return a->size == b->size && memcmp(a->buffer, b->buffer, a->size) == 0 &&
           tpm_rsa_exponent(one) == tpm_rsa_exponent(other);
}

static int
get_params(const TPMT_PUBLIC *area, OSSL_PARAM params[])
{
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_RSA_N);
    if (p != NULL && !tpm_param_set_number(p, area->unique.rsa.buffer,
                                           area->unique.rsa.size))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_RSA_E);
    return p == NULL || OSSL_PARAM_set_uint32(p, tpm_rsa_exponent(area));
}

CHECKED static int
take_bits(const struct provider *prov, const OSSL_PARAM *param,
          TPMT_PUBLIC *area)
{
    size_t count = 0;

    if (OSSL_PARAM_get_size_t(param, &count) &&
        (count == 1024 || count == 2048 || count == 3072 || count == 4096)) {
        area->parameters.rsaDetail.keyBits = (TPMI_RSA_KEY_BITS)count;
        return 1;
    }
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "`bits` of an RSA key in a TPM is 2048, 3072 or 4096 (or 1024)");
    return 0;
}

/* Zero says 65537, and is what every TPM takes (Part 2 §12.2.3.5). */
CHECKED static int
take_exponent(const struct provider *prov, const OSSL_PARAM *param,
              TPMT_PUBLIC *area)
{
    uint32_t exponent = 0;

    if (!OSSL_PARAM_get_uint32(param, &exponent)) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "`e` of an RSA key in a TPM has 32 bits at most; leave it "
                  "out for 65537");
        return 0;
    }
    area->parameters.rsaDetail.exponent = exponent == 65537 ? 0 : exponent;
    return 1;
}

static int
set_gen_params(const struct provider *prov, TPMT_PUBLIC *area,
               const OSSL_PARAM params[])
{
    const OSSL_PARAM *p = NULL;
    size_t primes = 0;

    p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_BITS);
    if (p != NULL && !take_bits(prov, p, area))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_E);
    if (p != NULL && !take_exponent(prov, p, area))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_PRIMES);
    if (p == NULL || (OSSL_PARAM_get_size_t(p, &primes) && primes == 2))
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "an RSA key in a TPM has two primes, no other number");
    return 0;
}

static int
to_params(const TPMT_PUBLIC *area, int selection, struct keytype_export *out)
{
    OSSL_PARAM *p = out->params;
    size_t len = area->unique.rsa.size;

    if ((selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0) {
        if (len > sizeof out->bytes)
            return 0;
        tpm_reverse(out->bytes, area->unique.rsa.buffer, len);
        out->exponent = tpm_rsa_exponent(area);
        *p++ = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, out->bytes, len);
        *p++ =
            OSSL_PARAM_construct_uint32(OSSL_PKEY_PARAM_RSA_E, &out->exponent);
    }
    *p = OSSL_PARAM_construct_end();
    return 1;
}

const struct keytype keytype_rsa = {
    .id = TPM2_ALG_RSA,
    .template = &tpm_template_rsa,
    .bits = bits,
    .security_bits = security_bits,
    .max_size = max_size,
    .is_same = is_same,
    .get_params = get_params,
    .set_gen_params = set_gen_params,
    .to_params = to_params,
};

/* What generation takes from a type: all but the template is the same. */
static const struct keytype keytype_rsa_pss = {
    .id = TPM2_ALG_RSA,
    .template = &tpm_template_rsa_pss,
    .set_gen_params = set_gen_params,
};

static void *
gen_init(void *context, int selection, const OSSL_PARAM params[])
{
    return keymgmt_gen_init(&keytype_rsa, context, selection, params);
}

static void *
gen_init_pss(void *context, int selection, const OSSL_PARAM params[])
{
    return keymgmt_gen_init(&keytype_rsa_pss, context, selection, params);
}

static const OSSL_PARAM *
gen_settable_params(void *gen, void *context)
{
    static const OSSL_PARAM params[] = {
        KEYTYPE_GEN_PARAMS,
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_RSA_DIGEST, NULL, 0),
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_RSA_BITS, NULL),
        OSSL_PARAM_size_t(OSSL_PKEY_PARAM_RSA_PRIMES, NULL),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
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
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

static const OSSL_PARAM *
export_types(int selection)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_END,
    };

    return (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0 ? params : NULL;
}

/* Also of an RSA-PSS key the operations are called RSA. */
static const char *
query_operation_name(int operation)
{
    (void)operation;
    return "RSA";
}

/* All but the template of a new key. */
#define RSA_FUNCTIONS                                                         \
    KEYTYPE_FUNCTIONS,                                                        \
        DISPATCH(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, gen_settable_params), \
        DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT, keymgmt_import),                   \
        DISPATCH(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, keymgmt_import_types),       \
        DISPATCH(OSSL_FUNC_KEYMGMT_DUP, keymgmt_dup),                         \
        DISPATCH(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_params),         \
        DISPATCH(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, export_types),               \
        DISPATCH(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, query_operation_name)

const OSSL_DISPATCH tpm_rsa_keymgmt_functions[] = {
    RSA_FUNCTIONS,
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_INIT, gen_init),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_rsa_pss_keymgmt_functions[] = {
    RSA_FUNCTIONS,
    DISPATCH(OSSL_FUNC_KEYMGMT_GEN_INIT, gen_init_pss),
    { 0, NULL },
};
