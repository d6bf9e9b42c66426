// SPDX-License-Identifier: Apache-2.0
/*
 * Key management, one engine for all types. Leaves what differs between them
 * to keytype_*.c and the TPM to key.c (provider-keymgmt(7)).
 */
#include "keymgmt.h"

#include "approve.h"
#include "bind.h"
#include "error.h"
#include "generate.h"
#include "import.h"
#include "keytype.h"
#include "provider.h"
#include "text.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <string.h>

/* Generation under way. */
struct gen {
    struct provider *prov;
    const struct keytype *type;
    struct tpm_key_wish wish;
    struct tpm_key *base;         /* OpenSSL's template, or NULL */
    struct tpm_approval approval; /* signer NULL: a new key is wanted */
};

static const struct keytype *const types[] = { &keytype_rsa, &keytype_ec };

const struct keytype *
keytype_of(const struct tpm_key *key)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i]->id == key->area.publicArea.type)
            return types[i];
    return types[0];
}

void *
keymgmt_gen_init(const struct keytype *type, void *context, int selection,
                 const OSSL_PARAM params[])
{
    struct provider *prov = context;
    struct gen *gen = NULL;

    /* Parameters alone are no key, and no TPM makes any. */
    if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == 0)
        return NULL;
    gen = OPENSSL_zalloc(sizeof *gen);
    if (gen == NULL)
        return NULL;
    gen->prov = prov;
    gen->type = type;
    gen->wish.template = *type->template;
    gen->wish.parent = TPM2_RH_OWNER;
    if (!keymgmt_gen_set_params(gen, params)) {
        keymgmt_gen_cleanup(gen);
        return NULL;
    }
    return gen;
}

/* A password comes as text or as bytes. */
CHECKED static int
take_auth(const struct provider *prov, const OSSL_PARAM *param,
          TPM2B_AUTH *auth)
{
    if (param->data_type != OSSL_PARAM_UTF8_STRING &&
        param->data_type != OSSL_PARAM_OCTET_STRING)
        return 0;
    if (param->data_size > TPM2_SHA256_DIGEST_SIZE) {
        tpm_raise(prov, TPM_R_BAD_PASSWORD,
                  "`%s` is longer than the TPM takes (%d bytes)", param->key,
                  TPM2_SHA256_DIGEST_SIZE);
        return 0;
    }
    auth->size = (UINT16)param->data_size;
    if (auth->size > 0)
        memcpy(auth->buffer, param->data, auth->size);
    return 1;
}

CHECKED static int
take_handle(const struct provider *prov, const OSSL_PARAM *param,
            TPM2_HANDLE *handle)
{
    if (OSSL_PARAM_get_uint32(param, handle) &&
        *handle >> TPM2_HR_SHIFT == TPM2_HT_PERSISTENT)
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "`%s` has to be a persistent handle, 0x81000000 to 0x81ffffff",
              param->key);
    return 0;
}

CHECKED static int
take_parent(const struct provider *prov, const OSSL_PARAM *param,
            TPM2_HANDLE *parent)
{
    if (!OSSL_PARAM_get_uint32(param, parent)) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "`parent` has to be a handle, as 0x81000001 or 0x40000001");
        return 0;
    }
    if (*parent == 0)
        *parent = TPM2_RH_OWNER;
    return 1;
}

/* Rule 4: only a key that has a password is subject to the lockout. */
CHECKED static int
take_user_auth(struct gen *gen, const OSSL_PARAM *param)
{
    TPM2B_AUTH *auth = &gen->wish.sensitive.sensitive.userAuth;
    TPMA_OBJECT *attributes = &gen->wish.template.publicArea.objectAttributes;

    if (!take_auth(gen->prov, param, auth))
        return 0;
    *attributes = auth->size > 0 ? *attributes & ~TPMA_OBJECT_NODA
                                 : *attributes | TPMA_OBJECT_NODA;
    return 1;
}

/* The hash of the scheme, of keys that have one. One that may both sign and
 * decrypt has none (Part 2 §12.2.3.6): there this only has to be a hash. */
CHECKED static int
take_digest(const struct provider *prov, const OSSL_PARAM *param,
            TPMT_PUBLIC *area)
{
    TPMT_RSA_SCHEME *scheme = &area->parameters.rsaDetail.scheme;
    const struct tpm_hash *hash = NULL;
    const char *name = NULL;

    if (OSSL_PARAM_get_utf8_string_ptr(param, &name) && name != NULL)
        hash = provider_hash_by_name(prov, name);
    if (hash != NULL && area->type == TPM2_ALG_RSA &&
        scheme->scheme != TPM2_ALG_NULL)
        scheme->details.anySig.hashAlg = hash->id;
    if (hash != NULL)
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "`digest` has to be SHA1, SHA256, SHA384 or SHA512");
    return 0;
}

CHECKED static int
take_pcrs(const struct provider *prov, const OSSL_PARAM *param,
          struct tpm_bond *bond)
{
    const char *text = NULL;

    if (OSSL_PARAM_get_utf8_string_ptr(param, &text) && text != NULL &&
        bind_read_pcrs(text, bond))
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "`%s` has to be PCRs of one bank, as sha256:0,2,7, or all of "
              "them with values, as sha256:7=HEX",
              param->key);
    return 0;
}

CHECKED static int
take_signer(struct provider *prov, const OSSL_PARAM *param,
            struct tpm_bond *bond)
{
    const char *path = NULL;

    return OSSL_PARAM_get_utf8_string_ptr(param, &path) && path != NULL &&
           bind_read_signer(prov, path, &bond->signer);
}

/* A file in PEM by its path, or a key in DER. */
CHECKED static int
take_software(struct provider *prov, const OSSL_PARAM *param, EVP_PKEY **pkey)
{
    const char *path = NULL;

    EVP_PKEY_free(*pkey);
    *pkey = NULL;
    if (param->data_type == OSSL_PARAM_OCTET_STRING)
        *pkey = import_read_der(prov, param->data, param->data_size);
    else if (OSSL_PARAM_get_utf8_string_ptr(param, &path) && path != NULL)
        *pkey = import_read_file(prov, path);
    return *pkey != NULL;
}

CHECKED static int
take_text(const OSSL_PARAM *param, char **text)
{
    const char *given = NULL;

    if (!OSSL_PARAM_get_utf8_string_ptr(param, &given) || given == NULL)
        return 0;
    OPENSSL_free(*text);
    *text = OPENSSL_strdup(given);
    return *text != NULL;
}

/* The key whose file gets a signed policy; as a model for a new one, which
 * OpenSSL also asks for this way, it says nothing. */
int
keymgmt_gen_set_template(void *context, void *template)
{
    struct gen *gen = context;
    struct tpm_key *key = template;

    tpm_key_free(&gen->base);
    tpm_key_up_ref(key);
    gen->base = key;
    return 1;
}

int
keymgmt_gen_set_params(void *context, const OSSL_PARAM params[])
{
    struct gen *gen = context;
    struct tpm_key_wish *wish = &gen->wish;
    const OSSL_PARAM *p = NULL;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, "user-auth");
    if (p != NULL && !take_user_auth(gen, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, "parent");
    if (p != NULL && !take_parent(gen->prov, p, &wish->parent))
        return 0;
    p = OSSL_PARAM_locate_const(params, "parent-auth");
    if (p != NULL && !take_auth(gen->prov, p, &wish->parent_auth))
        return 0;
    p = OSSL_PARAM_locate_const(params, "handle");
    if (p != NULL && !take_handle(gen->prov, p, &wish->handle))
        return 0;
    p = OSSL_PARAM_locate_const(params, "digest");
    if (p != NULL && !take_digest(gen->prov, p, &wish->template.publicArea))
        return 0;
    p = OSSL_PARAM_locate_const(params, "policy-pcr");
    if (p != NULL && !take_pcrs(gen->prov, p, &wish->bond))
        return 0;
    p = OSSL_PARAM_locate_const(params, "policy-authorized-by");
    if (p != NULL && !take_signer(gen->prov, p, &wish->bond))
        return 0;
    p = OSSL_PARAM_locate_const(params, "import");
    if (p != NULL && !take_software(gen->prov, p, &wish->software))
        return 0;
    p = OSSL_PARAM_locate_const(params, "policy-signer");
    if (p != NULL && !take_text(p, &gen->approval.signer))
        return 0;
    p = OSSL_PARAM_locate_const(params, "policy-name");
    if (p != NULL && !take_text(p, &gen->approval.name))
        return 0;
    return gen->type->set_gen_params(gen->prov, &wish->template.publicArea,
                                     params);
}

void *
keymgmt_gen(void *context, OSSL_CALLBACK *callback, void *arg)
{
    struct gen *gen = context;
    const struct tpm_key_wish *wish = &gen->wish;

    (void)callback;
    (void)arg;
    if (gen->approval.signer != NULL && gen->base != NULL) {
        gen->approval.bond = wish->bond;
        return tpm_key_approve(gen->prov, gen->base, &gen->approval);
    }
    return tpm_key_generate(gen->prov, &gen->wish);
}

void
keymgmt_gen_cleanup(void *context)
{
    struct gen *gen = context;

    if (gen == NULL)
        return;
    tpm_key_free(&gen->base);
    EVP_PKEY_free(gen->wish.software);
    OPENSSL_free(gen->approval.signer);
    OPENSSL_free(gen->approval.name);
    OPENSSL_clear_free(gen, sizeof *gen);
}

/* Decoder and store pass a key by the address of a pointer; the pointer is
 * emptied to say that the key is taken. */
void *
keymgmt_load(const void *reference, size_t size)
{
    struct tpm_key **slot = (struct tpm_key **)(uintptr_t)reference;
    struct tpm_key *key = NULL;

    if (slot == NULL || size != sizeof key)
        return NULL;
    key = *slot;
    *slot = NULL;
    return key;
}

/* To compare two keys OpenSSL would like to have the other one here as well.
 * It is given an empty key and then told no, and turns to the other provider;
 * without these two it does the same, and leaves an error on the queue. */
void *
keymgmt_new(void *context)
{
    struct tpm_key *key = OPENSSL_zalloc(sizeof *key);

    if (key == NULL)
        return NULL;
    key->prov = context;
    atomic_init(&key->references, 1);
    return key;
}

int
keymgmt_import(void *context, int selection, const OSSL_PARAM params[])
{
    (void)context;
    (void)selection;
    (void)params;
    return 0; /* no key comes into a TPM this way */
}

const OSSL_PARAM *
keymgmt_import_types(int selection)
{
    (void)selection;
    return NULL;
}

void
keymgmt_free(void *context)
{
    struct tpm_key *key = context;

    tpm_key_free(&key);
}

/* Nothing in a key changes once OpenSSL has it. */
void *
keymgmt_dup(const void *context, int selection)
{
    struct tpm_key *key = (struct tpm_key *)(uintptr_t)context;

    (void)selection;
    tpm_key_up_ref(key);
    return key;
}

int
keymgmt_has(const void *context, int selection)
{
    const struct tpm_key *key = context;

    /* a TPM key has everything, if we may use it */
    return key != NULL && key->area.publicArea.type != 0 &&
           !(key->is_public &&
             (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0);
}

int
keymgmt_match(const void *one, const void *other, int selection)
{
    const struct tpm_key *a = one;
    const struct tpm_key *b = other;

    (void)selection;
    return a->area.publicArea.type == b->area.publicArea.type &&
           keytype_of(a)->is_same(&a->area.publicArea, &b->area.publicArea);
}

CHECKED static int
get_digest_names(const TPMT_PUBLIC *area, OSSL_PARAM params[])
{
    const struct tpm_hash *hash = tpm_fixed_hash(area);
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_DEFAULT_DIGEST);
    if (p != NULL &&
        !OSSL_PARAM_set_utf8_string(p, hash != NULL ? hash->name : "SHA256"))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_MANDATORY_DIGEST);
    return p == NULL || hash == NULL ||
           OSSL_PARAM_set_utf8_string(p, hash->name);
}

int
keymgmt_get_params(void *context, OSSL_PARAM params[])
{
    const struct tpm_key *key = context;
    const TPMT_PUBLIC *area = &key->area.publicArea;
    const struct keytype *type = keytype_of(key);
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_BITS);
    if (p != NULL && !OSSL_PARAM_set_int(p, type->bits(area)))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_SECURITY_BITS);
    if (p != NULL && !OSSL_PARAM_set_int(p, type->security_bits(area)))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_MAX_SIZE);
    if (p != NULL && !OSSL_PARAM_set_int(p, type->max_size(area)))
        return 0;
    p = OSSL_PARAM_locate(params, "handle");
    if (p != NULL && !OSSL_PARAM_set_uint32(p, key->handle))
        return 0;
    p = OSSL_PARAM_locate(params, "policy");
    if (p != NULL && !text_answer_policy(key, p))
        return 0;
    p = OSSL_PARAM_locate(params, "object-attributes");
    if (p != NULL && !OSSL_PARAM_set_uint32(p, area->objectAttributes))
        return 0;
    return get_digest_names(area, params) && type->get_params(area, params);
}

EVP_PKEY *
tpm_keymgmt_public(const struct tpm_key *key)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    struct keytype_export out = { .exponent = 0 };
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *pkey = NULL;

    ctx = EVP_PKEY_CTX_new_from_name(
        key->prov->libctx, area->type == TPM2_ALG_ECC ? "EC" : "RSA", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        !keytype_of(key)->to_params(area, EVP_PKEY_PUBLIC_KEY, &out) ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, out.params) <= 0)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

int
keymgmt_export(void *context, int selection, OSSL_CALLBACK *callback, void *arg)
{
    const struct tpm_key *key = context;
    struct keytype_export out = { .exponent = 0 };

    if (key == NULL || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0)
        return 0;
    return keytype_of(key)->to_params(&key->area.publicArea, selection, &out) &&
           callback(out.params, arg);
}
