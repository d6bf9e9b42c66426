// SPDX-License-Identifier: Apache-2.0
/*
 * Keys out (provider-encoder(7)): the TSS2 PRIVATE KEY file where OpenSSL asks
 * for PrivateKeyInfo, SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 4055 §1.2,
 * RFC 5480 §2) and PKCS #1 (RFC 8017 §A.1.1). Text is text.c's.
 */
#include "encode.h"

#include "algid.h"
#include "dispatch.h"
#include "error.h"
#include "key.h"
#include "keyfile.h"
#include "provider.h"
#include "reference.h"
#include "text.h"

#include <openssl/asn1t.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

struct rsa_asn1 {
    ASN1_INTEGER *n;
    ASN1_INTEGER *e;
};

// clang-format off
ASN1_SEQUENCE(RSA_PUBLIC) = {
    ASN1_SIMPLE(struct rsa_asn1, n, ASN1_INTEGER),
    ASN1_SIMPLE(struct rsa_asn1, e, ASN1_INTEGER)
} static_ASN1_SEQUENCE_END_name(struct rsa_asn1, RSA_PUBLIC)
// clang-format on

/* DER, and the name that its PEM has. */
struct der {
    unsigned char *data;
    size_t length;
    const char *name;
};

static OSSL_FUNC_encoder_newctx_fn encoder_new;
static OSSL_FUNC_encoder_freectx_fn encoder_free;
static OSSL_FUNC_encoder_does_selection_fn does_private, does_public, does_all;
static OSSL_FUNC_encoder_settable_ctx_params_fn private_settable;
static OSSL_FUNC_encoder_set_ctx_params_fn private_set;
static OSSL_FUNC_encoder_encode_fn encode_private_der, encode_private_pem,
    encode_spki_der, encode_spki_pem, encode_pkcs1_der, encode_pkcs1_pem,
    encode_text;

/* An encoder has nothing to remember: its context is the provider. */
static void *
encoder_new(void *context)
{
    return context;
}

static void
encoder_free(void *context)
{
    (void)context;
}

static int
does_private(void *context, int selection)
{
    (void)context;
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
}

static int
does_public(void *context, int selection)
{
    (void)context;
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 &&
           (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY) != 0;
}

static int
does_all(void *context, int selection)
{
    (void)context;
    return (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0;
}

static const OSSL_PARAM *
private_settable(void *context)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    return params;
}

/* Whoever wants the file encrypted must not be left in the belief that it
 * is. */
static int
private_set(void *context, const OSSL_PARAM params[])
{
    const struct provider *prov = context;
    const OSSL_PARAM *p =
        OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);
    const char *cipher = NULL;

    if (p == NULL || !OSSL_PARAM_get_utf8_string_ptr(p, &cipher) ||
        cipher == NULL || *cipher == '\0')
        return 1;
    tpm_raise(prov, TPM_R_NOT_SUPPORTED,
              "the file of a TPM key cannot be encrypted with %.40s: only the "
              "TPM can read it anyway; leave the cipher out (-noenc), and "
              "give the key a password when it is made (-pkeyopt user-auth:)",
              cipher);
    return 0;
}

CHECKED static int
private_check(const struct tpm_key *key)
{
    char subject[TPM_KEY_SUBJECT_MAX];

    tpm_key_subject(key, subject);
    if (key->blob.size == 0 &&
        key->handle >> TPM2_HR_SHIFT != TPM2_HT_PERSISTENT)
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "%s does not leave the TPM, not even wrapped: there is no "
                  "file of it, use its URI",
                  subject);
    else
        return 1;
    return 0;
}

/* Of a key at a persistent handle, a file that says where it is. */
CHECKED static int
reference_make(const struct tpm_key *key, struct der *der)
{
    const struct tpm_reference reference = {
        .handle = key->handle,
        .has_password = !key->empty_auth,
        .area = key->area,
        .file = tpm_key_has_policy(key) ? key->file : NULL,
    };

    der->name = TPM_REFERENCE_PEM_NAME;
    return tpm_reference_encode(&reference, &der->data, &der->length);
}

CHECKED static int
private_make(const struct tpm_key *key, struct der *der)
{
    struct tpm_keyfile *file = NULL;
    int ok = 0;

    if (!private_check(key))
        return 0;
    if (key->handle >> TPM2_HR_SHIFT == TPM2_HT_PERSISTENT)
        return reference_make(key, der);
    der->name = TPM_KEYFILE_PEM_NAME;
    if (key->file != NULL)
        return tpm_keyfile_encode(key->file, &der->data, &der->length);
    file = tpm_keyfile_new();
    if (file == NULL)
        return 0;
    file->public_area = key->area;
    file->private_area = key->blob;
    file->parent = key->parent;
    file->empty_auth = key->empty_auth;
    ok = tpm_keyfile_encode(file, &der->data, &der->length);
    tpm_keyfile_free(&file);
    return ok;
}

CHECKED static int
pkcs1_make(const struct tpm_key *key, struct der *der)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    struct rsa_asn1 *rsa =
        (struct rsa_asn1 *)ASN1_item_new(ASN1_ITEM_rptr(RSA_PUBLIC));
    BIGNUM *n = BN_bin2bn(area->unique.rsa.buffer, area->unique.rsa.size, NULL);
    int length = 0;

    if (rsa != NULL && n != NULL && BN_to_ASN1_INTEGER(n, rsa->n) != NULL &&
        ASN1_INTEGER_set_uint64(rsa->e, tpm_rsa_exponent(area)))
        length = ASN1_item_i2d((ASN1_VALUE *)rsa, &der->data,
                               ASN1_ITEM_rptr(RSA_PUBLIC));
    BN_free(n);
    ASN1_item_free((ASN1_VALUE *)rsa, ASN1_ITEM_rptr(RSA_PUBLIC));
    der->length = length > 0 ? (size_t)length : 0;
    der->name = PEM_STRING_RSA_PUBLIC;
    return length > 0;
}

/* Fills `spki`, to which `key_der` belongs from then on. */
CHECKED static int
rsa_set(const struct tpm_key *key, X509_PUBKEY *spki, struct der *key_der)
{
    const TPMT_RSA_SCHEME *fixed =
        &key->area.publicArea.parameters.rsaDetail.scheme;
    int is_pss = strcmp(tpm_key_type_name(key), "RSA-PSS") == 0;
    ASN1_STRING *parameters = NULL;

    if (is_pss) /* TPM 2.0 Part 1 §B.7: the salt is as long as the hash */
        parameters = tpm_algid_pss_params(fixed->details.rsapss.hashAlg, NULL);
    if (is_pss && parameters == NULL)
        return 0;
    if (!X509_PUBKEY_set0_param(
            spki, OBJ_nid2obj(is_pss ? NID_rsassaPss : NID_rsaEncryption),
            is_pss ? V_ASN1_SEQUENCE : V_ASN1_NULL, parameters, key_der->data,
            (int)key_der->length)) {
        ASN1_STRING_free(parameters);
        return 0;
    }
    key_der->data = NULL;
    return 1;
}

CHECKED static int
ec_set(const struct tpm_key *key, X509_PUBKEY *spki, struct der *point)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;
    const struct tpm_curve *curve =
        tpm_curve_by_id(area->parameters.eccDetail.curveID);

    if (curve == NULL ||
        !X509_PUBKEY_set0_param(spki, OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
                                V_ASN1_OBJECT, OBJ_nid2obj(curve->nid),
                                point->data, (int)point->length))
        return 0;
    point->data = NULL;
    return 1;
}

CHECKED static int
point_make(const struct tpm_key *key, struct der *der)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;

    der->data = OPENSSL_malloc(TPM_POINT_MAX);
    return der->data != NULL &&
           tpm_point_encode(tpm_curve_by_id(area->parameters.eccDetail.curveID),
                            &area->unique.ecc, der->data, &der->length);
}

CHECKED static int
spki_make(const struct tpm_key *key, struct der *der)
{
    X509_PUBKEY *spki = X509_PUBKEY_new();
    struct der inner = { NULL, 0, NULL };
    int length = 0;
    int ok = 0;

    if (spki == NULL)
        goto out;
    if (key->area.publicArea.type == TPM2_ALG_ECC)
        ok = point_make(key, &inner) && ec_set(key, spki, &inner);
    else
        ok = pkcs1_make(key, &inner) && rsa_set(key, spki, &inner);
    if (ok)
        length = i2d_X509_PUBKEY(spki, &der->data);
    der->length = length > 0 ? (size_t)length : 0;
    der->name = PEM_STRING_PUBLIC;
out:
    OPENSSL_free(inner.data);
    X509_PUBKEY_free(spki);
    return length > 0;
}

/* One way out for all: make the DER, and write it as it is or as PEM. */
CHECKED static int
encode(struct provider *prov, OSSL_CORE_BIO *core_out, const void *key,
       const OSSL_PARAM abstract[],
       int (*make)(const struct tpm_key *key, struct der *der), int is_pem)
{
    BIO *out = NULL;
    struct der der = { NULL, 0, NULL };
    int ok = 0;

    if (key == NULL || abstract != NULL)
        return 0; /* another provider's key */
    out = BIO_new_from_core_bio(prov->libctx, core_out);
    if (out == NULL || !make(key, &der))
        goto out;
    if (is_pem)
        ok = PEM_write_bio(out, der.name, "", der.data, (long)der.length) > 0;
    else
        ok = BIO_write(out, der.data, (int)der.length) == (int)der.length;
out:
    OPENSSL_free(der.data);
    BIO_free(out);
    return ok;
}

static int
encode_private_der(void *context, OSSL_CORE_BIO *core_out, const void *key,
                   const OSSL_PARAM abstract[], int selection,
                   OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, private_make, 0);
}

static int
encode_private_pem(void *context, OSSL_CORE_BIO *core_out, const void *key,
                   const OSSL_PARAM abstract[], int selection,
                   OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, private_make, 1);
}

static int
encode_spki_der(void *context, OSSL_CORE_BIO *core_out, const void *key,
                const OSSL_PARAM abstract[], int selection,
                OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, spki_make, 0);
}

static int
encode_spki_pem(void *context, OSSL_CORE_BIO *core_out, const void *key,
                const OSSL_PARAM abstract[], int selection,
                OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, spki_make, 1);
}

static int
encode_pkcs1_der(void *context, OSSL_CORE_BIO *core_out, const void *key,
                 const OSSL_PARAM abstract[], int selection,
                 OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, pkcs1_make, 0);
}

static int
encode_pkcs1_pem(void *context, OSSL_CORE_BIO *core_out, const void *key,
                 const OSSL_PARAM abstract[], int selection,
                 OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    (void)selection;
    (void)ask;
    (void)arg;
    return encode(context, core_out, key, abstract, pkcs1_make, 1);
}

static int
encode_text(void *context, OSSL_CORE_BIO *core_out, const void *key,
            const OSSL_PARAM abstract[], int selection,
            OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
    struct provider *prov = context;
    BIO *out = NULL;
    int ok = 0;

    (void)ask;
    (void)arg;
    if (key == NULL || abstract != NULL)
        return 0;
    out = BIO_new_from_core_bio(prov->libctx, core_out);
    ok = out != NULL && text_write(out, key, selection);
    BIO_free(out);
    return ok;
}

const OSSL_DISPATCH tpm_encode_private_der_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, private_settable),
    DISPATCH(OSSL_FUNC_ENCODER_SET_CTX_PARAMS, private_set),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_private),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_private_der),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_private_pem_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, private_settable),
    DISPATCH(OSSL_FUNC_ENCODER_SET_CTX_PARAMS, private_set),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_private),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_private_pem),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_spki_der_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_public),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_spki_der),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_spki_pem_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_public),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_spki_pem),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_pkcs1_der_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_public),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_pkcs1_der),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_pkcs1_pem_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_public),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_pkcs1_pem),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_encode_text_functions[] = {
    DISPATCH(OSSL_FUNC_ENCODER_NEWCTX, encoder_new),
    DISPATCH(OSSL_FUNC_ENCODER_FREECTX, encoder_free),
    DISPATCH(OSSL_FUNC_ENCODER_DOES_SELECTION, does_all),
    DISPATCH(OSSL_FUNC_ENCODER_ENCODE, encode_text),
    { 0, NULL },
};
