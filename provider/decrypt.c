// SPDX-License-Identifier: Apache-2.0
/*
 * Decryption with RSA keys. The TPM takes the padding off where it can be told
 * how; where not (hashes that it lacks, labels that do not end in zero) it
 * gives the block, and padding.c does. Encryption is the default provider's
 * (provider-asym_cipher(7); TPM 2.0 Part 1 Annex B; RFC 8017 §7).
 */
#include "decrypt.h"

#include "dispatch.h"
#include "error.h"
#include "keymgmt.h"
#include "operate.h"
#include "padding.h"
#include "provider.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <string.h>

struct cipher {
    struct provider *prov;
    struct tpm_key *key; /* a reference of our own */
    EVP_PKEY_CTX *host;  /* for encryption; NULL: decryption */
    int padding;         /* RSA_*_PADDING */
    const struct tpm_hash *hash;
    const struct tpm_hash *mask; /* NULL: the same */
    unsigned char *label;
    size_t label_len;
};

static OSSL_FUNC_asym_cipher_newctx_fn new_context;
static OSSL_FUNC_asym_cipher_freectx_fn free_context;
static OSSL_FUNC_asym_cipher_dupctx_fn dup_context;
static OSSL_FUNC_asym_cipher_encrypt_init_fn encrypt_init;
static OSSL_FUNC_asym_cipher_encrypt_fn encrypt;
static OSSL_FUNC_asym_cipher_decrypt_init_fn decrypt_init;
static OSSL_FUNC_asym_cipher_decrypt_fn decrypt;
static OSSL_FUNC_asym_cipher_get_ctx_params_fn get_params;
static OSSL_FUNC_asym_cipher_gettable_ctx_params_fn gettable_params;
static OSSL_FUNC_asym_cipher_set_ctx_params_fn set_params;
static OSSL_FUNC_asym_cipher_settable_ctx_params_fn settable_params;

static const struct {
    int number;
    const char *name;
    TPM2_ALG_ID id;
} paddings[] = {
    { RSA_PKCS1_PADDING, OSSL_PKEY_RSA_PAD_MODE_PKCSV15, TPM2_ALG_RSAES },
    { RSA_PKCS1_OAEP_PADDING, OSSL_PKEY_RSA_PAD_MODE_OAEP, TPM2_ALG_OAEP },
    { RSA_NO_PADDING, OSSL_PKEY_RSA_PAD_MODE_NONE, TPM2_ALG_NULL },
};

enum { PADDINGS = sizeof paddings / sizeof *paddings };

static void *
new_context(void *context)
{
    struct cipher *op = OPENSSL_zalloc(sizeof *op);

    if (op != NULL)
        op->prov = context;
    return op;
}

static void
free_context(void *context)
{
    struct cipher *op = context;

    if (op == NULL)
        return;
    EVP_PKEY_CTX_free(op->host);
    OPENSSL_free(op->label);
    tpm_key_free(&op->key);
    OPENSSL_free(op);
}

static void *
dup_context(void *context)
{
    const struct cipher *op = context;
    struct cipher *copy = OPENSSL_memdup(op, sizeof *op);

    if (copy == NULL)
        return NULL;
    copy->host = NULL;
    copy->label = NULL;
    if (copy->key != NULL)
        tpm_key_up_ref(copy->key);
    if (op->label_len > 0)
        copy->label = OPENSSL_memdup(op->label, op->label_len);
    if (op->host != NULL)
        copy->host = EVP_PKEY_CTX_dup(op->host);
    if ((copy->label == NULL) == (op->label_len == 0) &&
        (copy->host == NULL) == (op->host == NULL))
        return copy;
    free_context(copy);
    return NULL;
}

CHECKED static int
take_key(struct cipher *op, struct tpm_key *key)
{
    EVP_PKEY_CTX_free(op->host);
    op->host = NULL;
    if (key == NULL)
        return op->key != NULL;
    tpm_key_up_ref(key);
    tpm_key_free(&op->key);
    op->key = key;
    OPENSSL_free(op->label);
    op->label = NULL;
    op->label_len = 0;
    op->padding = RSA_PKCS1_PADDING;
    op->hash = tpm_hash_by_id(TPM2_ALG_SHA1); /* RFC 8017 §A.2.1 */
    op->mask = NULL;
    return 1;
}

static int
encrypt_init(void *context, void *key, const OSSL_PARAM params[])
{
    struct cipher *op = context;
    EVP_PKEY *public = NULL;
    int ok = 0;

    if (!take_key(op, key))
        return 0;
    public = tpm_keymgmt_public(op->key);
    if (public != NULL)
        op->host = EVP_PKEY_CTX_new_from_pkey(op->prov->libctx, public, NULL);
    ok = op->host != NULL && EVP_PKEY_encrypt_init_ex(op->host, params) > 0;
    EVP_PKEY_free(public);
    return ok;
}

static int
encrypt(void *context, unsigned char *out, size_t *len, size_t room,
        const unsigned char *in, size_t in_len)
{
    const struct cipher *op = context;

    *len = room;
    return op->host != NULL &&
           EVP_PKEY_encrypt(op->host, out, len, in, in_len) > 0;
}

/* The attributes say it before the TPM has to (Part 2 §8.3). */
CHECKED static int
may_decrypt(const struct tpm_key *key)
{
    TPMA_OBJECT attributes = key->area.publicArea.objectAttributes;
    char subject[TPM_KEY_SUBJECT_MAX];

    tpm_key_subject(key, subject);
    if ((attributes & TPMA_OBJECT_DECRYPT) == 0)
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "%s was not made for decryption: its attribute `decrypt` is "
                  "clear",
                  subject);
    else if ((attributes & TPMA_OBJECT_RESTRICTED) != 0)
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "%s is a storage key (restricted): it decrypts only keys "
                  "that are loaded under it; make a key of its own for this",
                  subject);
    else
        return 1;
    return 0;
}

static int
decrypt_init(void *context, void *key, const OSSL_PARAM params[])
{
    struct cipher *op = context;

    return take_key(op, key) && may_decrypt(op->key) && set_params(op, params);
}

/* Whether the TPM can be told to do this OAEP: its labels end in a zero, the
 * mask is made with the same hash, and of hashes only these two are on every
 * chip (Part 1 Annex B.4; field.md P18). */
static int
is_for_tpm(const struct cipher *op)
{
    return (op->mask == NULL || op->mask == op->hash) &&
           (op->hash->id == TPM2_ALG_SHA256 || op->hash->id == TPM2_ALG_SHA1) &&
           (op->label_len == 0 ||
            (op->label_len <= sizeof((TPM2B_DATA *)0)->buffer &&
             memchr(op->label, 0, op->label_len) ==
                 op->label + op->label_len - 1));
}

static TPM2_ALG_ID
padding_id(const struct cipher *op)
{
    for (size_t i = 0; i < PADDINGS; i++)
        if (paddings[i].number == op->padding)
            return paddings[i].id;
    return TPM2_ALG_NULL;
}

/* What the TPM is told; a key of a fixed scheme is told the same again. */
CHECKED static int
resolve(const struct cipher *op, TPMT_RSA_DECRYPT *scheme, TPM2B_DATA *label)
{
    const TPMT_RSA_SCHEME *fixed =
        &op->key->area.publicArea.parameters.rsaDetail.scheme;

    scheme->scheme = padding_id(op);
    if (op->padding == RSA_PKCS1_OAEP_PADDING &&
        fixed->scheme == TPM2_ALG_NULL && !is_for_tpm(op))
        scheme->scheme = TPM2_ALG_NULL; /* the host takes it off */
    if (scheme->scheme == TPM2_ALG_OAEP) {
        scheme->details.oaep.hashAlg = op->hash->id;
        label->size = is_for_tpm(op) ? (UINT16)op->label_len : 0;
        if (label->size > 0)
            memcpy(label->buffer, op->label, label->size);
    }
    if (fixed->scheme == TPM2_ALG_NULL ||
        (fixed->scheme == scheme->scheme &&
         (fixed->scheme != TPM2_ALG_OAEP ||
          (fixed->details.oaep.hashAlg == op->hash->id &&
           label->size == op->label_len &&
           (op->mask == NULL || op->mask == op->hash)))))
        return 1;
    tpm_raise(op->prov, TPM_R_NOT_SUPPORTED,
              "the key is made for one padding, hash and kind of label, and "
              "this is another");
    return 0;
}

/* A TPM may leave out the zeros in front of a block. */
CHECKED static int
unpad(const struct cipher *op, const TPMT_RSA_DECRYPT *scheme,
      TPM2B_PUBLIC_KEY_RSA *message, size_t size)
{
    unsigned char block[sizeof message->buffer] = { 0 };
    size_t len = 0;
    int ok = 1;
    const struct padding_oaep oaep = {
        .hash = provider_digest(op->prov, op->hash->id),
        .mask = provider_digest(op->prov,
                                (op->mask != NULL ? op->mask : op->hash)->id),
        .label = op->label,
        .label_len = op->label_len,
    };

    if (scheme->scheme != TPM2_ALG_NULL)
        return 1;
    if (message->size > size)
        return 0;
    memcpy(block + size - message->size, message->buffer, message->size);
    if (op->padding == RSA_PKCS1_OAEP_PADDING) {
        ok = padding_remove_oaep(&oaep, block, size, message->buffer, &len);
    } else {
        memcpy(message->buffer, block, size);
        len = size;
    }
    message->size = (UINT16)len;
    OPENSSL_cleanse(block, sizeof block);
    return ok;
}

CHECKED static int
put_message(const struct cipher *op, const TPM2B_PUBLIC_KEY_RSA *message,
            unsigned char *out, size_t *len, size_t room)
{
    if (message->size > room) {
        tpm_raise(op->prov, TPM_R_BAD_PARAMETER,
                  "the message has %u bytes, and there is room for %zu",
                  message->size, room);
        return 0;
    }
    memcpy(out, message->buffer, message->size);
    *len = message->size;
    return 1;
}

static int
decrypt(void *context, unsigned char *out, size_t *len, size_t room,
        const unsigned char *in, size_t in_len)
{
    const struct cipher *op = context;
    TPM2B_PUBLIC_KEY_RSA cipher = { 0 };
    TPM2B_PUBLIC_KEY_RSA message = { 0 };
    TPMT_RSA_DECRYPT scheme = { 0 };
    TPM2B_DATA label = { 0 };
    size_t size = 0;
    int is_wrong = 0;
    int ok = 0;

    if (op->key == NULL || op->host != NULL)
        return 0;
    size = op->key->area.publicArea.unique.rsa.size;
    if (out == NULL) {
        *len = size;
        return 1;
    }
    if (in_len <= sizeof cipher.buffer && in_len == size) {
        memcpy(cipher.buffer, in, in_len);
        cipher.size = (UINT16)in_len;
        if (!resolve(op, &scheme, &label))
            return 0;
        ok = tpm_key_decrypt(op->key, &cipher, &scheme, &label, &message,
                             &is_wrong);
        if (ok && !unpad(op, &scheme, &message, size)) {
            ok = 0;
            is_wrong = 1;
        }
    } else {
        is_wrong = 1;
    }
    if (is_wrong)
        tpm_raise(op->prov, TPM_R_BAD_PARAMETER,
                  "what was given is not encrypted for this key, or with "
                  "another padding, hash or label");
    ok = ok && put_message(op, &message, out, len, room);
    OPENSSL_cleanse(&message, sizeof message);
    return ok;
}

CHECKED static int
take_padding(struct cipher *op, const OSSL_PARAM *param)
{
    const char *name = NULL;
    int number = 0;
    int is_number = OSSL_PARAM_get_int(param, &number);

    if (!is_number && !OSSL_PARAM_get_utf8_string_ptr(param, &name))
        return 0;
    for (size_t i = 0; i < PADDINGS; i++) {
        if (is_number ? paddings[i].number == number
                      : strcmp(paddings[i].name, name) == 0) {
            op->padding = paddings[i].number;
            return 1;
        }
    }
    tpm_raise(op->prov, TPM_R_NOT_SUPPORTED,
              "a TPM key decrypts with the paddings pkcs1, oaep and none; in "
              "TLS, leave the RSA key exchange out (`-cipher ECDHE`)");
    return 0;
}

CHECKED static int
take_label(struct cipher *op, const OSSL_PARAM *param)
{
    void *label = NULL;
    size_t len = 0;

    if (!OSSL_PARAM_get_octet_string(param, &label, 0, &len))
        return 0;
    OPENSSL_free(op->label);
    op->label = label;
    op->label_len = len;
    return 1;
}

static int
set_params(void *context, const OSSL_PARAM params[])
{
    struct cipher *op = context;
    const OSSL_PARAM *p = NULL;

    if (params == NULL)
        return 1;
    if (op->host != NULL)
        return EVP_PKEY_CTX_set_params(op->host, params) > 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
    if (p != NULL && !take_padding(op, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST);
    if (p != NULL && !provider_take_hash(op->prov, p, "OAEP", &op->hash))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST);
    if (p != NULL && !provider_take_hash(op->prov, p, "MGF1", &op->mask))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL);
    return p == NULL || take_label(op, p);
}

static const OSSL_PARAM *
settable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST_PROPS, NULL,
                               0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST_PROPS, NULL,
                               0),
        OSSL_PARAM_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

CHECKED static int
answer_padding(const struct cipher *op, OSSL_PARAM *param)
{
    for (size_t i = 0; i < PADDINGS; i++)
        if (paddings[i].number == op->padding)
            return param->data_type == OSSL_PARAM_UTF8_STRING
                       ? OSSL_PARAM_set_utf8_string(param, paddings[i].name)
                       : OSSL_PARAM_set_int(param, paddings[i].number);
    return 0;
}

static int
get_params(void *context, OSSL_PARAM params[])
{
    struct cipher *op = context;
    OSSL_PARAM *p = NULL;

    if (op->host != NULL)
        return EVP_PKEY_CTX_get_params(op->host, params) > 0;
    if (op->key == NULL)
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
    if (p != NULL && !answer_padding(op, p))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(p, op->hash->name))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST);
    if (p != NULL && !OSSL_PARAM_set_utf8_string(
                         p, (op->mask != NULL ? op->mask : op->hash)->name))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL);
    return p == NULL || OSSL_PARAM_set_octet_ptr(p, op->label, op->label_len);
}

static const OSSL_PARAM *
gettable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_octet_ptr(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

const OSSL_DISPATCH tpm_rsa_cipher_functions[] = {
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_NEWCTX, new_context),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_FREECTX, free_context),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_DUPCTX, dup_context),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT, encrypt_init),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_ENCRYPT, encrypt),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, decrypt_init),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_DECRYPT, decrypt),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_GET_CTX_PARAMS, get_params),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_GETTABLE_CTX_PARAMS, gettable_params),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, set_params),
    DISPATCH(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, settable_params),
    { 0, NULL },
};
