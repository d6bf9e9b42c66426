// SPDX-License-Identifier: Apache-2.0
/*
 * Where the padding of an RSA signature is made. A TPM is told neither the
 * salt nor the mask of PSS, and lacks hashes; a key that may decrypt can be
 * given a block instead. Leaves the blocks to padding.c and the TPM to
 * operate.c (TPM 2.0 Part 1 Annex B.7; FIPS 186-4 §5.5; RFC 8017 §8).
 */
#include "rsasign.h"

#include "error.h"
#include "keymgmt.h"
#include "operate.h"
#include "padding.h"
#include "provider.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <string.h>

/* What the chip was seen to do, in provider.chip: chips before FIPS 186-4 salt
 * as long as fits, and a bit more for each hash of tpm_hashes[] that it lacks.
 */
enum {
    SALTS_DIGEST = 1u << 0,
    SALTS_LONGEST = 1u << 1,
    LACKS_FIRST = 1u << 8,
};

static unsigned
lacks_bit(const struct tpm_hash *hash)
{
    return LACKS_FIRST << (hash - tpm_hashes);
}

/* Part 3 §14.3: any block is taken, if the key's scheme does not say which. */
static int
may_pad(const struct tpm_key *key)
{
    const TPMT_PUBLIC *area = &key->area.publicArea;

    return area->type == TPM2_ALG_RSA &&
           tpm_fixed_scheme(area) == TPM2_ALG_NULL &&
           (area->objectAttributes &
            (TPMA_OBJECT_DECRYPT | TPMA_OBJECT_RESTRICTED)) ==
               TPMA_OBJECT_DECRYPT;
}

CHECKED static int
make_block(const struct scheme *scheme, const struct tpm_key *key,
           const struct tpm_hash *hash, const TPM2B_DIGEST *tbs,
           TPM2B_PUBLIC_KEY_RSA *block)
{
    const struct provider *prov = key->prov;
    const struct tpm_hash *mask = scheme->mask != NULL ? scheme->mask : hash;
    int salt = 0;

    block->size = key->area.publicArea.unique.rsa.size;
    if (scheme->id == TPM2_ALG_RSASSA)
        return padding_add_pkcs1(hash->nid, tbs->buffer, tbs->size,
                                 block->buffer, block->size);
    return scheme_salt(scheme, key, &salt) &&
           padding_add_pss(prov, provider_digest(prov, hash->id),
                           provider_digest(prov, mask->id), (size_t)salt,
                           tbs->buffer,
                           key->area.publicArea.parameters.rsaDetail.keyBits,
                           block->buffer);
}

/* A TPM may leave out zeros in front. */
CHECKED static int
sign_block(struct tpm_key *key, TPM2_ALG_ID id,
           const TPM2B_PUBLIC_KEY_RSA *block, TPMT_SIGNATURE *signature)
{
    TPM2B_PUBLIC_KEY_RSA *sig = &signature->signature.rsassa.sig;
    TPM2B_PUBLIC_KEY_RSA result = { 0 };

    if (!tpm_key_apply(key, block, &result) || result.size > block->size)
        return 0;
    memset(sig->buffer, 0, block->size);
    memcpy(sig->buffer + block->size - result.size, result.buffer, result.size);
    sig->size = block->size;
    signature->sigAlg = id;
    return 1;
}

CHECKED static int
sign_padded(const struct scheme *scheme, struct tpm_key *key,
            const struct tpm_hash *hash, const TPM2B_DIGEST *tbs,
            TPMT_SIGNATURE *signature)
{
    TPM2B_PUBLIC_KEY_RSA block = { 0 };

    if (make_block(scheme, key, hash, tbs, &block))
        return sign_block(key, scheme->id, &block, signature);
    tpm_raise(key->prov, TPM_R_CRYPTO,
              "cannot pad a digest for a key of this size");
    return 0;
}

int
rsasign_bare(struct tpm_key *key, const unsigned char *data, size_t len,
             TPMT_SIGNATURE *signature)
{
    TPM2B_PUBLIC_KEY_RSA block = { .size =
                                       key->area.publicArea.unique.rsa.size };
    char subject[TPM_KEY_SUBJECT_MAX];

    tpm_key_subject(key, subject);
    if (!may_pad(key)) {
        tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
                  "%s: the TPM has to be told of which hash a digest is, and "
                  "the key may not decrypt, so that it cannot be padded here "
                  "without; name it, as -pkeyopt digest:sha256",
                  subject);
        return 0;
    }
    if (padding_add_pkcs1(NID_undef, data, len, block.buffer, block.size))
        return sign_block(key, TPM2_ALG_RSASSA, &block, signature);
    tpm_raise(key->prov, TPM_R_BAD_PARAMETER,
              "%s: %zu bytes are more than it signs without hashing them",
              subject, len);
    return 0;
}

/* The block that a signature was made of. */
CHECKED static int
open_signature(const struct tpm_key *key, const TPM2B_PUBLIC_KEY_RSA *sig,
               unsigned char block[TPM2_MAX_RSA_KEY_BYTES])
{
    EVP_PKEY *public = tpm_keymgmt_public(key);
    EVP_PKEY_CTX *ctx = NULL;
    size_t len = TPM2_MAX_RSA_KEY_BYTES;
    int ok = 0;

    if (public != NULL)
        ctx = EVP_PKEY_CTX_new_from_pkey(key->prov->libctx, public, NULL);
    ok = ctx != NULL && EVP_PKEY_encrypt_init(ctx) > 0 &&
         EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0 &&
         EVP_PKEY_encrypt(ctx, block, &len, sig->buffer, sig->size) > 0;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(public);
    return ok;
}

/* How long the salt is that this chip makes: read back once a process. */
CHECKED static int
learn_salt(const struct tpm_key *key, const struct tpm_hash *hash,
           const TPM2B_DIGEST *tbs, const TPMT_SIGNATURE *signature)
{
    unsigned char block[TPM2_MAX_RSA_KEY_BYTES];
    int bits = key->area.publicArea.parameters.rsaDetail.keyBits;
    size_t salt = 0;

    if (!open_signature(key, &signature->signature.rsapss.sig, block) ||
        !padding_pss_salt(provider_digest(key->prov, hash->id), tbs->buffer,
                          bits, block, &salt)) {
        tpm_raise(key->prov, TPM_R_BAD_ANSWER,
                  "what the TPM gave is no PSS signature of the digest");
        return 0;
    }
    atomic_fetch_or(&key->prov->chip,
                    salt == hash->size ? SALTS_DIGEST : SALTS_LONGEST);
    return 1;
}

/* Which of the two salts that chips make is asked for; or neither, or both. */
static unsigned
asked_salts(const struct scheme *scheme, const struct tpm_key *key,
            const struct tpm_hash *hash)
{
    struct scheme longest = *scheme;
    unsigned asked = 0;
    int salt = 0;
    int most = 0;

    longest.salt = RSA_PSS_SALTLEN_MAX;
    if (!scheme_salt(scheme, key, &salt) || !scheme_salt(&longest, key, &most))
        return 0;
    asked |= salt == (int)hash->size ? SALTS_DIGEST : 0;
    asked |= salt == most ? SALTS_LONGEST : 0;
    return asked;
}

/* Whether TPM2_Sign would give what was asked for; no, once it was seen not to.
 * What has not been seen yet is tried. */
static int
chip_can(const struct scheme *scheme, const struct tpm_key *key,
         const struct tpm_hash *hash)
{
    unsigned chip = atomic_load(&key->prov->chip);
    unsigned asked = 0;

    if ((chip & lacks_bit(hash)) != 0)
        return 0;
    if (scheme->id != TPM2_ALG_RSAPSS)
        return 1;
    if (scheme->mask != NULL && scheme->mask != hash)
        return 0;
    asked = asked_salts(scheme, key, hash);
    return ((asked & SALTS_DIGEST) != 0 && (chip & SALTS_LONGEST) == 0) ||
           ((asked & SALTS_LONGEST) != 0 && (chip & SALTS_DIGEST) == 0);
}

static void
refuse(const struct scheme *scheme, const struct tpm_key *key,
       const struct tpm_hash *hash)
{
    char subject[TPM_KEY_SUBJECT_MAX];
    int salt = 0;

    if (!scheme_salt(scheme, key, &salt))
        salt = scheme->salt;
    tpm_key_subject(key, subject);
    tpm_raise(key->prov, TPM_R_NOT_SUPPORTED,
              "%s: this TPM does not make PSS signatures with %s, a mask of %s "
              "and a salt of %d bytes, and the key may not decrypt, so that "
              "they cannot be padded here; use a key made with both `sign` and "
              "`decrypt` (openssl genpkey does), or one on P-256",
              subject, hash->name,
              (scheme->mask != NULL ? scheme->mask : hash)->name, salt);
}

/* Signs in the TPM; *is_other when what came is not what was asked for, or
 * nothing came because the chip does not have it. */
CHECKED static int
sign_in_tpm(const struct scheme *scheme, struct tpm_key *key,
            const struct tpm_hash *hash, const TPM2B_DIGEST *tbs,
            const TPMT_SIG_SCHEME *wanted, TPMT_SIGNATURE *signature,
            int *is_other)
{
    const unsigned known = SALTS_DIGEST | SALTS_LONGEST;
    int lacks = 0;

    *is_other = 0;
    if (!tpm_key_sign(key, tbs, wanted, signature,
                      may_pad(key) ? &lacks : NULL)) {
        if (lacks)
            atomic_fetch_or(&key->prov->chip, lacks_bit(hash));
        *is_other = lacks;
        return 0;
    }
    if (scheme->id != TPM2_ALG_RSAPSS ||
        (atomic_load(&key->prov->chip) & known) != 0)
        return 1;
    if (!learn_salt(key, hash, tbs, signature))
        return 0;
    *is_other = !chip_can(scheme, key, hash);
    return !*is_other;
}

int
rsasign(const struct scheme *asked, struct tpm_key *key,
        const TPM2B_DIGEST *tbs, const TPMT_SIG_SCHEME *wanted,
        TPMT_SIGNATURE *signature)
{
    const struct tpm_hash *hash = tpm_hash_by_id(wanted->details.any.hashAlg);
    const struct scheme whole = { asked->id, hash, asked->mask, asked->salt };
    const struct scheme *scheme = &whole;
    int is_other = 1;
    int salt = 0;

    if (key->area.publicArea.type != TPM2_ALG_RSA || hash == NULL)
        return tpm_key_sign(key, tbs, wanted, signature, NULL);
    if (scheme->id == TPM2_ALG_RSAPSS && !scheme_salt(scheme, key, &salt)) {
        tpm_raise(key->prov, TPM_R_BAD_PARAMETER,
                  "a salt of %d bytes does not fit into a signature of this "
                  "key with %s",
                  scheme->salt, hash->name);
        return 0;
    }
    if (chip_can(scheme, key, hash) &&
        sign_in_tpm(scheme, key, hash, tbs, wanted, signature, &is_other))
        return 1;
    if (!is_other)
        return 0;
    if (may_pad(key))
        return sign_padded(scheme, key, hash, tbs, signature);
    refuse(scheme, key, hash);
    return 0;
}

/* What the TPM hashed has to be what was given to it. */
CHECKED static int
check_digest(const struct tpm_key *key, const struct tpm_hash *hash,
             const unsigned char *data, size_t len, const TPM2B_DIGEST *digest)
{
    unsigned char own[EVP_MAX_MD_SIZE];

    if (EVP_Digest(data, len, own, NULL, provider_digest(key->prov, hash->id),
                   NULL) &&
        digest->size == hash->size &&
        memcmp(own, digest->buffer, hash->size) == 0)
        return 1;
    tpm_raise(key->prov, TPM_R_BAD_ANSWER,
              "the TPM has hashed other data than it was given");
    return 0;
}

int
rsasign_data(const struct scheme *scheme, struct tpm_key *key,
             const unsigned char *data, size_t len, TPMT_SIGNATURE *signature)
{
    const TPMT_SIG_SCHEME wanted = {
        .scheme = scheme->id,
        .details.any.hashAlg = scheme->hash->id,
    };
    TPM2B_DIGEST digest = { 0 };

    if (scheme->id == TPM2_ALG_RSAPSS && !chip_can(scheme, key, scheme->hash)) {
        refuse(scheme, key, scheme->hash);
        return 0;
    }
    if (!tpm_key_sign_data(key, data, len, &wanted, &digest, signature) ||
        !check_digest(key, scheme->hash, data, len, &digest))
        return 0;
    if (scheme->id != TPM2_ALG_RSAPSS)
        return 1;
    if (!learn_salt(key, scheme->hash, &digest, signature))
        return 0;
    if (chip_can(scheme, key, scheme->hash))
        return 1;
    refuse(scheme, key, scheme->hash);
    return 0;
}
