// SPDX-License-Identifier: Apache-2.0
/*
 * A software key on its way into a TPM, wrapped as TPM2_Import wants it. The
 * seed is salt.c's, the parent use.c's, the command tpm.c's (TPM 2.0 Part 1
 * §23.3.2, §11.4.10.2; Part 2 §12.3.2.4; Part 3 §13.3).
 */
#include "import.h"

#include "bind.h"
#include "error.h"
#include "provider.h"
#include "salt.h"
#include "session.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <string.h>
#include <tss2/tss2_mu.h>

enum { INNER_KEY_SIZE = 16, HASH_SIZE = TPM2_SHA256_DIGEST_SIZE };

/* Room for what is wrapped: a digest, and the sensitive area. */
struct wrapping {
    unsigned char data[sizeof(TPM2B_PRIVATE)];
    size_t len;
};

/* The terminal is asked, and that it was is remembered. */
static int
ask(char *buffer, int size, int is_writing, void *arg)
{
    int *was_asked = arg;

    *was_asked = 1;
    return PEM_def_callback(buffer, size, is_writing, NULL);
}

EVP_PKEY *
import_read_file(struct provider *prov, const char *path)
{
    BIO *in = BIO_new_file(path, "rb");
    EVP_PKEY *pkey = NULL;
    int was_asked = 0;

    ERR_set_mark();
    if (in != NULL)
        pkey = PEM_read_bio_PrivateKey_ex(in, NULL, ask, &was_asked,
                                          prov->libctx, NULL);
    ERR_pop_to_mark();
    BIO_free(in);
    if (pkey == NULL)
        tpm_raise(prov, was_asked ? TPM_R_BAD_PASSWORD : TPM_R_BAD_PARAMETER,
                  was_asked ? "%.200s has a password, and it was not this one"
                            : "%.200s is no file with a private key in PEM",
                  path);
    return pkey;
}

EVP_PKEY *
import_read_der(struct provider *prov, const unsigned char *der, size_t len)
{
    EVP_PKEY *pkey = NULL;

    ERR_set_mark();
    if (len <= INT32_MAX)
        pkey = d2i_AutoPrivateKey_ex(NULL, &der, (long)len, prov->libctx, NULL);
    ERR_pop_to_mark();
    if (pkey == NULL)
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "`import` is no private key in DER");
    return pkey;
}

/* One of the two primes is all that a TPM is given (Part 2 §11.2.4.7). */
CHECKED static int
take_prime(const EVP_PKEY *pkey, const TPMT_PUBLIC *area,
           TPM2B_PRIVATE_KEY_RSA *out)
{
    int size = (area->parameters.rsaDetail.keyBits / 2 + 7) / 8;
    BIGNUM *prime = NULL;
    BIGNUM *third = NULL;
    int ok = 0;

    ERR_set_mark();
    ok = !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) &&
         EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1, &prime) &&
         size <= (int)sizeof out->buffer && BN_num_bytes(prime) == size &&
         BN_bn2binpad(prime, out->buffer, size) == size;
    ERR_pop_to_mark();
    out->size = (UINT16)size;
    BN_clear_free(prime);
    BN_clear_free(third);
    return ok;
}

CHECKED static int
take_scalar(const EVP_PKEY *pkey, const TPMT_PUBLIC *area,
            TPM2B_ECC_PARAMETER *out)
{
    const struct tpm_curve *curve =
        tpm_curve_by_id(area->parameters.eccDetail.curveID);
    BIGNUM *scalar = NULL;
    int ok = 0;

    ok = curve != NULL &&
         EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) &&
         BN_bn2binpad(scalar, out->buffer, (int)curve->bytes) ==
             (int)curve->bytes;
    out->size = ok ? (UINT16)curve->bytes : 0;
    BN_clear_free(scalar);
    return ok;
}

/* Not every TPM looks whether the halves belong together. */
CHECKED static int
is_pair(const struct provider *prov, EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = NULL;
    int ok = 0;

    ERR_set_mark();
    ctx = EVP_PKEY_CTX_new_from_pkey(prov->libctx, pkey, NULL);
    ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) > 0;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

/* Its type, size or curve, and public number; the rest is the template's. */
CHECKED static int
take_public(struct provider *prov, const EVP_PKEY *pkey, TPMT_PUBLIC *area)
{
    TPMT_PUBLIC found = { 0 };

    if (!bind_signer_area(pkey, &found)) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "the key to be imported is none that a TPM knows: RSA with "
                  "the exponent 65537, P-256, P-384 or P-521");
        return 0;
    }
    if (found.type != area->type) {
        tpm_raise(prov, TPM_R_BAD_PARAMETER,
                  "the key to be imported is of the type %s, and another was "
                  "asked for",
                  found.type == TPM2_ALG_RSA ? "RSA" : "EC");
        return 0;
    }
    if (found.type == TPM2_ALG_RSA)
        area->parameters.rsaDetail.keyBits = found.parameters.rsaDetail.keyBits;
    else
        area->parameters.eccDetail.curveID = found.parameters.eccDetail.curveID;
    area->unique = found.unique;
    return 1;
}

int
import_take(struct provider *prov, EVP_PKEY *pkey, TPMT_PUBLIC *area,
            TPM2B_SENSITIVE *sensitive)
{
    TPMT_SENSITIVE *out = &sensitive->sensitiveArea;

    if (!take_public(prov, pkey, area))
        return 0;
    out->sensitiveType = area->type;
    /* Part 2 §8.3: it was somewhere else before, and the TPM does not let us
     * say otherwise. Without a policy for it nobody can take it out again. */
    area->objectAttributes &= ~(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                                TPMA_OBJECT_SENSITIVEDATAORIGIN);
    if ((area->type == TPM2_ALG_RSA
             ? take_prime(pkey, area, &out->sensitive.rsa)
             : take_scalar(pkey, area, &out->sensitive.ecc)) &&
        is_pair(prov, pkey))
        return 1;
    tpm_raise(prov, TPM_R_BAD_PARAMETER,
              "the key to be imported is not whole: its halves do not belong "
              "together, or it lacks its two primes");
    return 0;
}

/* Both wraps begin with a zero vector (Part 1 §23.3.2). */
CHECKED static int
encrypt(struct provider *prov, const char *cipher, const unsigned char *key,
        struct wrapping *text)
{
    static const unsigned char zeros[16];
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(prov->libctx, cipher, NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    int ok = 0;

    ok = fetched != NULL && ctx != NULL &&
         EVP_EncryptInit_ex2(ctx, fetched, key, zeros, NULL) &&
         EVP_EncryptUpdate(ctx, text->data, &len, text->data, (int)text->len);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(fetched);
    return ok;
}

/* A TPM2B_DIGEST in front of what is there. */
CHECKED static int
put_digest(struct wrapping *text, const unsigned char digest[HASH_SIZE])
{
    if (text->len + 2 + HASH_SIZE > sizeof text->data)
        return 0;
    memmove(text->data + 2 + HASH_SIZE, text->data, text->len);
    text->data[0] = 0;
    text->data[1] = HASH_SIZE;
    memcpy(text->data + 2, digest, HASH_SIZE);
    text->len += 2 + HASH_SIZE;
    return 1;
}

/* What the hashes of both wraps cover: the text, and the object's name. */
CHECKED static int
with_name(const struct wrapping *text, const TPM2B_NAME *name,
          struct wrapping *out)
{
    if (text->len + name->size > sizeof out->data)
        return 0;
    memcpy(out->data, text->data, text->len);
    memcpy(out->data + text->len, name->name, name->size);
    out->len = text->len + name->size;
    return 1;
}

/* Part 1 §23.3.2.2, with the name algorithm of the object: SHA-256. */
CHECKED static int
wrap_inside(struct provider *prov, const TPM2B_SENSITIVE *sensitive,
            const TPM2B_NAME *name, const TPM2B_DATA *key,
            struct wrapping *text)
{
    struct wrapping hashed;
    unsigned char digest[HASH_SIZE];
    int ok = 0;

    text->len = 0;
    ok = Tss2_MU_TPM2B_SENSITIVE_Marshal(sensitive, text->data,
                                         sizeof text->data,
                                         &text->len) == TSS2_RC_SUCCESS &&
         with_name(text, name, &hashed) &&
         EVP_Digest(hashed.data, hashed.len, digest, NULL,
                    provider_digest(prov, TPM2_ALG_SHA256), NULL) &&
         put_digest(text, digest) &&
         encrypt(prov, "AES-128-CFB", key->buffer, text);
    OPENSSL_cleanse(&hashed, sizeof hashed);
    return ok;
}

/* Part 1 §23.3.2.3, with the name algorithm and the cipher of the parent. */
CHECKED static int
wrap_outside(struct provider *prov, unsigned bits, const TPM2B_DIGEST *seed,
             const TPM2B_NAME *name, struct wrapping *text)
{
    static const TPM2B_NONCE none = { 0 };
    TPM2B_NONCE context = { .size = name->size };
    struct wrapping hashed = { .len = 0 };
    unsigned char key[HASH_SIZE];
    unsigned char digest[HASH_SIZE];
    size_t len = 0;
    int ok = 0;

    memcpy(context.buffer, name->name, name->size);
    ok =
        session_kdfa(prov, seed->buffer, seed->size, "STORAGE", &context, &none,
                     key, bits / 8) &&
        encrypt(prov, bits == 256 ? "AES-256-CFB" : "AES-128-CFB", key, text) &&
        session_kdfa(prov, seed->buffer, seed->size, "INTEGRITY", &none, &none,
                     key, HASH_SIZE) &&
        with_name(text, name, &hashed) &&
        EVP_Q_mac(prov->libctx, "HMAC", NULL, "SHA2-256", NULL, key, HASH_SIZE,
                  hashed.data, hashed.len, digest, sizeof digest,
                  &len) != NULL &&
        put_digest(text, digest);
    OPENSSL_cleanse(key, sizeof key);
    return ok;
}

/* The same place in the union for both types (Part 2 §12.2.3.5, §12.2.3.6). */
CHECKED static int
check_parent(const struct provider *prov, const TPMT_PUBLIC *parent)
{
    const TPMT_SYM_DEF_OBJECT *cipher =
        &parent->parameters.asymDetail.symmetric;
    const TPMA_OBJECT storage = TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;

    if ((parent->type == TPM2_ALG_RSA || parent->type == TPM2_ALG_ECC) &&
        (parent->objectAttributes & storage) == storage &&
        parent->nameAlg == TPM2_ALG_SHA256 &&
        cipher->algorithm == TPM2_ALG_AES && cipher->mode.aes == TPM2_ALG_CFB &&
        (cipher->keyBits.aes == 128 || cipher->keyBits.aes == 256))
        return 1;
    tpm_raise(prov, TPM_R_NOT_SUPPORTED,
              "the parent is no storage key with SHA-256 and AES in CFB mode: "
              "nothing can be wrapped for it; leave `parent` out");
    return 0;
}

int
import_wrap(struct provider *prov, const TPMT_PUBLIC *parent,
            const TPMT_PUBLIC *area, const TPM2B_SENSITIVE *sensitive,
            struct tpm_duplicate *out)
{
    struct wrapping text = { .len = 0 };
    TPM2B_DIGEST seed = { 0 };
    TPM2B_NAME name = { 0 };
    int ok = 0;

    if (!check_parent(prov, parent))
        return 0;
    out->cipher.algorithm = TPM2_ALG_AES;
    out->cipher.keyBits.aes = 8 * INNER_KEY_SIZE;
    out->cipher.mode.aes = TPM2_ALG_CFB;
    out->key.size = INNER_KEY_SIZE;
    ok = tpm_name(prov, area, &name) &&
         RAND_priv_bytes_ex(prov->libctx, out->key.buffer, INNER_KEY_SIZE, 0) >
             0 &&
         salt_make(prov, parent, "DUPLICATE", &seed, &out->seed) &&
         wrap_inside(prov, sensitive, &name, &out->key, &text) &&
         wrap_outside(prov, parent->parameters.asymDetail.symmetric.keyBits.aes,
                      &seed, &name, &text) &&
         text.len <= sizeof out->blob.buffer;
    if (ok) {
        out->blob.size = (UINT16)text.len;
        memcpy(out->blob.buffer, text.data, text.len);
    } else {
        tpm_raise(prov, TPM_R_CRYPTO, "cannot wrap a key for its parent");
    }
    OPENSSL_cleanse(&text, sizeof text);
    OPENSSL_cleanse(&seed, sizeof seed);
    return ok;
}
