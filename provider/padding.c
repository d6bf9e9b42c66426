// SPDX-License-Identifier: Apache-2.0
/*
 * RSA paddings on the host. libcrypto has them, in constant time where it
 * matters, but only under names that it calls deprecated; this file alone uses
 * those. When to pad here is decrypt.c's and scheme.c's (RFC 8017 §7, §9).
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "padding.h"

#include "provider.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <tss2/tss2_tpm2_types.h>

int
padding_remove_oaep(const struct padding_oaep *oaep, const unsigned char *block,
                    size_t size, unsigned char *out, size_t *len)
{
    int found = 0;

    ERR_set_mark();
    found = RSA_padding_check_PKCS1_OAEP_mgf1(
        out, (int)size, block, (int)size, (int)size, oaep->label,
        (int)oaep->label_len, oaep->hash, oaep->mask);
    ERR_pop_to_mark();
    *len = found < 0 ? 0 : (size_t)found;
    return found >= 0;
}

/* H = Hash(00 00 00 00 00 00 00 00 || mHash || salt) */
CHECKED static int
pss_hash(const EVP_MD *hash, const unsigned char *digest,
         const unsigned char *salt, size_t salt_len, unsigned char *out)
{
    static const unsigned char zeros[8];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = (size_t)EVP_MD_get_size(hash);
    int ok = ctx != NULL && EVP_DigestInit_ex2(ctx, hash, NULL) &&
             EVP_DigestUpdate(ctx, zeros, sizeof zeros) &&
             EVP_DigestUpdate(ctx, digest, len) &&
             EVP_DigestUpdate(ctx, salt, salt_len) &&
             EVP_DigestFinal_ex(ctx, out, NULL);

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* A block is one bit shorter than the modulus; when that leaves whole bytes,
 * a zero stands in front. Returns how many bytes are the encoding proper. */
static size_t
pss_size(int bits)
{
    return ((size_t)bits - 1 + 7) / 8;
}

static unsigned char
pss_top_mask(int bits)
{
    return (unsigned char)(0xFF >> (8 * pss_size(bits) - ((size_t)bits - 1)));
}

int
padding_add_pss(const struct provider *prov, const EVP_MD *hash,
                const EVP_MD *mask, size_t salt_len,
                const unsigned char *digest, int bits, unsigned char *block)
{
    size_t size = pss_size(bits);
    size_t hash_len = (size_t)EVP_MD_get_size(hash);
    unsigned char pad[TPM2_MAX_RSA_KEY_BYTES];
    unsigned char salt[TPM2_MAX_RSA_KEY_BYTES];
    unsigned char *coded = block;
    size_t db_len = 0;

    if (size > sizeof pad || size < hash_len + salt_len + 2)
        return 0;
    if (size < ((size_t)bits + 7) / 8)
        *coded++ = 0;
    db_len = size - hash_len - 1;
    memset(coded, 0, db_len);
    coded[db_len - salt_len - 1] = 1;
    if (RAND_bytes_ex(prov->libctx, salt, salt_len, 0) <= 0 ||
        !pss_hash(hash, digest, salt, salt_len, coded + db_len) ||
        PKCS1_MGF1(pad, (long)db_len, coded + db_len, (long)hash_len, mask) !=
            0)
        return 0;
    memcpy(coded + db_len - salt_len, salt, salt_len);
    for (size_t i = 0; i < db_len; i++)
        coded[i] ^= pad[i];
    coded[0] &= pss_top_mask(bits);
    coded[size - 1] = 0xBC;
    return 1;
}

int
padding_pss_salt(const EVP_MD *hash, const unsigned char *digest, int bits,
                 const unsigned char *block, size_t *salt_len)
{
    size_t size = pss_size(bits);
    size_t hash_len = (size_t)EVP_MD_get_size(hash);
    unsigned char db[TPM2_MAX_RSA_KEY_BYTES];
    unsigned char again[EVP_MAX_MD_SIZE];
    const unsigned char *coded = block;
    size_t db_len = 0;
    size_t one = 0;

    if (size < ((size_t)bits + 7) / 8)
        coded++;
    if (size > sizeof db || size < hash_len + 2 || coded[size - 1] != 0xBC)
        return 0;
    db_len = size - hash_len - 1;
    if (PKCS1_MGF1(db, (long)db_len, coded + db_len, (long)hash_len, hash) != 0)
        return 0;
    for (size_t i = 0; i < db_len; i++)
        db[i] ^= coded[i];
    db[0] &= pss_top_mask(bits);
    while (one < db_len && db[one] == 0)
        one++;
    if (one == db_len || db[one] != 1 ||
        !pss_hash(hash, digest, db + one + 1, db_len - one - 1, again) ||
        memcmp(again, coded + db_len, hash_len) != 0)
        return 0;
    *salt_len = db_len - one - 1;
    return 1;
}

/* DER of DigestInfo; NULL when there is no memory. */
static unsigned char *
new_digest_info(int hash_nid, const unsigned char *digest, size_t len,
                int *der_len)
{
    X509_SIG *info = X509_SIG_new();
    X509_ALGOR *algor = NULL;
    ASN1_OCTET_STRING *value = NULL;
    unsigned char *der = NULL;

    *der_len = 0;
    if (info != NULL) {
        X509_SIG_getm(info, &algor, &value);
        if (X509_ALGOR_set0(algor, OBJ_nid2obj(hash_nid), V_ASN1_NULL, NULL) &&
            ASN1_OCTET_STRING_set(value, digest, (int)len))
            *der_len = i2d_X509_SIG(info, &der);
    }
    X509_SIG_free(info);
    return *der_len > 0 ? der : NULL;
}

int
padding_add_pkcs1(int hash_nid, const unsigned char *digest, size_t len,
                  unsigned char *block, size_t size)
{
    unsigned char *der = NULL;
    int der_len = 0;
    int ok = 0;

    if (hash_nid == NID_undef)
        return RSA_padding_add_PKCS1_type_1(block, (int)size, digest,
                                            (int)len) > 0;
    der = new_digest_info(hash_nid, digest, len, &der_len);
    ok = der != NULL &&
         RSA_padding_add_PKCS1_type_1(block, (int)size, der, der_len) > 0;
    OPENSSL_free(der);
    return ok;
}
