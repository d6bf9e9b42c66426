// SPDX-License-Identifier: Apache-2.0
/*
 * Functions of the provider's tables, called too early, with the wrong key or
 * with too little room, refuse before a TPM is asked; each beside what they
 * do when all is right and no TPM is needed.
 */
#include "check.h"
#include "key.h"
#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

static struct within within;
static struct tpm_key *ec, *ec384, *rsa;
static const unsigned char data[32] = "data, or a digest of it";
static unsigned char out[1024];
static size_t len;

/* What keys of other programs may have. */
enum {
    SIGNS = TPMA_OBJECT_SIGN_ENCRYPT,
    DECRYPTS = TPMA_OBJECT_DECRYPT,
    RESTRICTED = TPMA_OBJECT_RESTRICTED,
};

static const OSSL_DISPATCH *
of(int operation, const char *name, int id)
{
    return within_find(&within, operation, name, NULL, id);
}

static const OSSL_DISPATCH *
sig(const char *name, int id)
{
    return of(OSSL_OP_SIGNATURE, name, id);
}

static void *
new_signature(void)
{
    return OSSL_FUNC_signature_newctx(sig("RSA", OSSL_FUNC_SIGNATURE_NEWCTX))(
        within.context, NULL);
}

static void
free_signature(void *ctx)
{
    OSSL_FUNC_signature_freectx(sig("RSA", OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
}

static bool
begin_sign(void *ctx, struct tpm_key *key)
{
    return OSSL_FUNC_signature_sign_init(
        sig("RSA", OSSL_FUNC_SIGNATURE_SIGN_INIT))(ctx, key, NULL);
}

static bool
begin_data(void *ctx, struct tpm_key *key, const char *hash)
{
    return OSSL_FUNC_signature_digest_sign_init(
        sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT))(ctx, hash, key, NULL);
}

static bool
sign(void *ctx, unsigned char *to, size_t size)
{
    return OSSL_FUNC_signature_sign(sig("RSA", OSSL_FUNC_SIGNATURE_SIGN))(
        ctx, to, &len, sizeof out, data, size);
}

static bool
sign_data(void *ctx, unsigned char *to)
{
    return OSSL_FUNC_signature_digest_sign(
        sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_SIGN))(ctx, to, &len, sizeof out,
                                                     data, sizeof data);
}

static void
nothing_is_signed_before_its_time(void)
{
    void *ctx = new_signature();
    void *copy = NULL;

    CHECK(!sign(ctx, NULL, 0) && !sign(ctx, out, 32));
    CHECK(!sign_data(ctx, NULL) && !sign_data(ctx, out));
    CHECK(!OSSL_FUNC_signature_digest_sign_update(
        sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE))(ctx, data, 1));
    CHECK(!OSSL_FUNC_signature_digest_sign_final(
        sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL))(ctx, out, &len,
                                                           sizeof out));
    CHECK(!OSSL_FUNC_signature_get_ctx_params(
        sig("RSA", OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS))(
        ctx, (OSSL_PARAM[]){ OSSL_PARAM_construct_end() }));
    CHECK(!OSSL_FUNC_signature_set_ctx_params(
        sig("RSA", OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS))(
        ctx, (OSSL_PARAM[]){ OSSL_PARAM_construct_end() }));
    CHECK(!begin_sign(ctx, NULL) && !begin_data(ctx, NULL, "SHA256"));
    CHECK(begin_sign(ctx, rsa) && sign(ctx, NULL, 0) && len == 256);
    CHECK(begin_sign(ctx, NULL)); /* anew, with the same key */
    CHECK(!sign(ctx, out, 7));    /* of no hash */
    CHECK(begin_sign(ctx, ec) && sign(ctx, NULL, 0) && len == 72);
    CHECK(!begin_data(ctx, rsa, "MD5") && begin_data(ctx, rsa, ""));
    CHECK(sign_data(ctx, NULL) && len == 256);
    copy =
        OSSL_FUNC_signature_dupctx(sig("RSA", OSSL_FUNC_SIGNATURE_DUPCTX))(ctx);
    CHECK(copy != NULL && sign_data(copy, NULL));
    free_signature(copy);
    free_signature(ctx);
    free_signature(NULL);
}

static void
keys_sign_what_they_are_for(void)
{
    struct tpm_key *const keys[] = {
        keys_fixed(&within, rsa, DECRYPTS, TPM2_ALG_NULL),
        keys_fixed(&within, ec, SIGNS, TPM2_ALG_ECDAA),
        keys_fixed(&within, rsa, SIGNS | RESTRICTED, TPM2_ALG_RSAPSS),
        keys_fixed(&within, rsa, SIGNS, TPM2_ALG_RSASSA),
    };
    void *ctx = new_signature();

    CHECK(!begin_sign(ctx, keys[0]) && !begin_sign(ctx, keys[1]));
    CHECK(begin_sign(ctx, keys[2]) && !sign(ctx, out, 32)); /* a digest */
    CHECK(begin_data(ctx, keys[2], "SHA256") && sign_data(ctx, NULL));
    CHECK(begin_data(ctx, keys[3], "SHA256"));
    CHECK(!begin_data(ctx, keys[3], "SHA384"));
    free_signature(ctx);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        tpm_key_free(&(struct tpm_key *){ keys[i] });
}

static bool
verify(void *ctx)
{
    return OSSL_FUNC_signature_verify(sig("RSA", OSSL_FUNC_SIGNATURE_VERIFY))(
        ctx, out, 256, data, sizeof data);
}

static bool
verify_data(void *ctx)
{
    return OSSL_FUNC_signature_digest_verify_update(
               sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE))(ctx, data,
                                                                     32) &&
           OSSL_FUNC_signature_digest_verify_final(sig(
               "RSA", OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL))(ctx, out, 256);
}

static bool
begin_verify(void *ctx, struct tpm_key *key, bool is_data)
{
    return is_data
               ? OSSL_FUNC_signature_digest_verify_init(
                     sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT))(
                     ctx, "SHA256", key, NULL)
               : OSSL_FUNC_signature_verify_init(sig(
                     "RSA", OSSL_FUNC_SIGNATURE_VERIFY_INIT))(ctx, key, NULL);
}

static void
nothing_is_verified_before_its_time(void)
{
    char mode[16] = "pss";
    OSSL_PARAM pss[] = { OSSL_PARAM_construct_utf8_string("pad-mode", mode,
                                                          sizeof mode),
                         OSSL_PARAM_construct_end() };
    void *ctx = new_signature();
    void *copy = NULL;

    CHECK(!verify(ctx) && !verify_data(ctx));
    CHECK(!begin_verify(ctx, NULL, false) && !begin_verify(ctx, NULL, true));
    for (int is_data = 0; is_data < 2; is_data++) {
        CHECK(begin_verify(ctx, rsa, is_data == 1));
        CHECK(!verify(ctx) && !verify_data(ctx)); /* it is no signature */
        CHECK(OSSL_FUNC_signature_set_ctx_params(
            sig("RSA", OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS))(ctx, pss));
        CHECK(OSSL_FUNC_signature_get_ctx_params(
            sig("RSA", OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS))(ctx, pss));
        copy = OSSL_FUNC_signature_dupctx(
            sig("RSA", OSSL_FUNC_SIGNATURE_DUPCTX))(ctx);
        CHECK(copy != NULL && !verify(copy));
        free_signature(copy);
    }
    CHECK(!OSSL_FUNC_signature_digest_verify_init(
        sig("RSA", OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT))(ctx, "no hash", rsa,
                                                            NULL));
    free_signature(ctx);
}

static const OSSL_DISPATCH *
cipher(int id)
{
    return of(OSSL_OP_ASYM_CIPHER, "RSA", id);
}

static bool
begin_decrypt(void *ctx, struct tpm_key *key)
{
    return OSSL_FUNC_asym_cipher_decrypt_init(
        cipher(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT))(ctx, key, NULL);
}

static bool
decrypt(void *ctx, unsigned char *to, size_t size)
{
    return OSSL_FUNC_asym_cipher_decrypt(cipher(OSSL_FUNC_ASYM_CIPHER_DECRYPT))(
        ctx, to, &len, sizeof out, out, size);
}

static void
nothing_is_decrypted_before_its_time(void)
{
    struct tpm_key *signs = keys_fixed(&within, rsa, SIGNS, TPM2_ALG_NULL);
    struct tpm_key *stores =
        keys_fixed(&within, rsa, DECRYPTS | RESTRICTED, TPM2_ALG_NULL);
    struct tpm_key *fixed = keys_fixed(&within, rsa, DECRYPTS, TPM2_ALG_OAEP);
    void *ctx = OSSL_FUNC_asym_cipher_newctx(
        cipher(OSSL_FUNC_ASYM_CIPHER_NEWCTX))(within.context);
    void *copy = NULL;

    CHECK(!decrypt(ctx, NULL, 0));
    CHECK(!OSSL_FUNC_asym_cipher_encrypt(cipher(OSSL_FUNC_ASYM_CIPHER_ENCRYPT))(
        ctx, out, &len, sizeof out, data, 1));
    CHECK(!begin_decrypt(ctx, NULL) && !begin_decrypt(ctx, signs) &&
          !begin_decrypt(ctx, stores));
    CHECK(begin_decrypt(ctx, rsa) && decrypt(ctx, NULL, 0) && len == 256);
    CHECK(!decrypt(ctx, out, 255) && !decrypt(ctx, out, 600));
    CHECK(begin_decrypt(ctx, NULL)); /* anew, with the same key */
    CHECK(begin_decrypt(ctx, fixed) && !decrypt(ctx, out, 256)); /* PKCS #1 */
    CHECK(OSSL_FUNC_asym_cipher_encrypt_init(
        cipher(OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT))(ctx, rsa, NULL));
    CHECK(!decrypt(ctx, NULL, 0));
    copy =
        OSSL_FUNC_asym_cipher_dupctx(cipher(OSSL_FUNC_ASYM_CIPHER_DUPCTX))(ctx);
    CHECK(copy != NULL &&
          OSSL_FUNC_asym_cipher_encrypt(cipher(OSSL_FUNC_ASYM_CIPHER_ENCRYPT))(
              copy, out, &len, sizeof out, data, 1));
    OSSL_FUNC_asym_cipher_freectx(cipher(OSSL_FUNC_ASYM_CIPHER_FREECTX))(copy);
    OSSL_FUNC_asym_cipher_freectx(cipher(OSSL_FUNC_ASYM_CIPHER_FREECTX))(ctx);
    OSSL_FUNC_asym_cipher_freectx(cipher(OSSL_FUNC_ASYM_CIPHER_FREECTX))(NULL);
    tpm_key_free(&signs);
    tpm_key_free(&stores);
    tpm_key_free(&fixed);
}

static const OSSL_DISPATCH *
exchange(int id)
{
    return of(OSSL_OP_KEYEXCH, "ECDH", id);
}

static bool
begin_exchange(void *ctx, struct tpm_key *key)
{
    return OSSL_FUNC_keyexch_init(exchange(OSSL_FUNC_KEYEXCH_INIT))(ctx, key,
                                                                    NULL);
}

static bool
take_peer(void *ctx, struct tpm_key *key)
{
    return OSSL_FUNC_keyexch_set_peer(exchange(OSSL_FUNC_KEYEXCH_SET_PEER))(
        ctx, key);
}

static bool
derive(void *ctx, unsigned char *to, size_t room)
{
    return OSSL_FUNC_keyexch_derive(exchange(OSSL_FUNC_KEYEXCH_DERIVE))(
        ctx, to, &len, room);
}

static void
nothing_is_agreed_on_before_its_time(void)
{
    struct tpm_key *const others[] = {
        keys_fixed(&within, ec, SIGNS, TPM2_ALG_NULL),
        keys_fixed(&within, ec, DECRYPTS | RESTRICTED, TPM2_ALG_NULL),
        keys_fixed(&within, ec, DECRYPTS | SIGNS, TPM2_ALG_ECDSA),
    };
    OSSL_PARAM kdf[] = { OSSL_PARAM_construct_utf8_string("kdf-type",
                                                          (char *)"X963KDF", 0),
                         OSSL_PARAM_construct_octet_string("kdf-ukm", out, 4),
                         OSSL_PARAM_construct_end() };
    void *ctx = OSSL_FUNC_keyexch_newctx(exchange(OSSL_FUNC_KEYEXCH_NEWCTX))(
        within.context);
    void *copy = NULL;

    CHECK(!begin_exchange(ctx, NULL) && !take_peer(ctx, ec) &&
          !derive(ctx, NULL, 0));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK(!begin_exchange(ctx, others[i]));
        tpm_key_free(&(struct tpm_key *){ others[i] });
    }
    CHECK(begin_exchange(ctx, ec) && !derive(ctx, NULL, 0));
    CHECK(!take_peer(ctx, NULL) && !take_peer(ctx, rsa) &&
          !take_peer(ctx, ec384) && take_peer(ctx, ec));
    CHECK(derive(ctx, NULL, 0) && len == 32 && !derive(ctx, out, 31));
    CHECK(OSSL_FUNC_keyexch_set_ctx_params(
        exchange(OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS))(ctx, kdf));
    CHECK(!derive(ctx, out, sizeof out)); /* with no hash */
    copy = OSSL_FUNC_keyexch_dupctx(exchange(OSSL_FUNC_KEYEXCH_DUPCTX))(ctx);
    CHECK(copy != NULL && derive(copy, NULL, 0) && len == 0);
    OSSL_FUNC_keyexch_freectx(exchange(OSSL_FUNC_KEYEXCH_FREECTX))(copy);
    OSSL_FUNC_keyexch_freectx(exchange(OSSL_FUNC_KEYEXCH_FREECTX))(ctx);
    OSSL_FUNC_keyexch_freectx(exchange(OSSL_FUNC_KEYEXCH_FREECTX))(NULL);
}

static const OSSL_DISPATCH *
generator(int id)
{
    return of(OSSL_OP_RAND, "TPM2-RAND", id);
}

static bool
generate(void *ctx, size_t size, unsigned strength)
{
    return OSSL_FUNC_rand_generate(generator(OSSL_FUNC_RAND_GENERATE))(
        ctx, out, size, strength, 0, NULL, 0);
}

static void
no_bytes_come_before_their_time(void)
{
    void *ctx = OSSL_FUNC_rand_newctx(generator(OSSL_FUNC_RAND_NEWCTX))(
        within.context, NULL, NULL);
    OSSL_FUNC_rand_instantiate_fn *begin =
        OSSL_FUNC_rand_instantiate(generator(OSSL_FUNC_RAND_INSTANTIATE));

    CHECK(!generate(ctx, 1, 0) && !begin(ctx, 257, 0, NULL, 0, NULL));
    CHECK(begin(ctx, 256, 0, NULL, 0, NULL));
    CHECK(!generate(ctx, 1, 257) && !generate(ctx, 1 << 17, 0));
    CHECK(!generate(ctx, 1, 256)); /* there is no TPM */
    CHECK(OSSL_FUNC_rand_lock(generator(OSSL_FUNC_RAND_LOCK))(ctx));
    OSSL_FUNC_rand_unlock(generator(OSSL_FUNC_RAND_UNLOCK))(ctx);
    for (int i = 0; i < 2; i++)
        CHECK(OSSL_FUNC_rand_enable_locking(
            generator(OSSL_FUNC_RAND_ENABLE_LOCKING))(ctx));
    CHECK(OSSL_FUNC_rand_lock(generator(OSSL_FUNC_RAND_LOCK))(ctx));
    OSSL_FUNC_rand_unlock(generator(OSSL_FUNC_RAND_UNLOCK))(ctx);
    CHECK(OSSL_FUNC_rand_uninstantiate(generator(OSSL_FUNC_RAND_UNINSTANTIATE))(
        ctx));
    OSSL_FUNC_rand_freectx(generator(OSSL_FUNC_RAND_FREECTX))(ctx);
    OSSL_FUNC_rand_freectx(generator(OSSL_FUNC_RAND_FREECTX))(NULL);
}

static void
digests_need_room(void)
{
    void *ctx = OSSL_FUNC_digest_newctx(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_NEWCTX))(within.context);
    void *copy = NULL;
    OSSL_FUNC_digest_final_fn *end = OSSL_FUNC_digest_final(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_FINAL));

    CHECK(OSSL_FUNC_digest_init(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_INIT))(ctx, NULL));
    copy = OSSL_FUNC_digest_dupctx(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_DUPCTX))(ctx);
    CHECK(copy != NULL && !end(copy, out, &len, 19) &&
          end(copy, out, &len, 20) && len == 20);
    OSSL_FUNC_digest_freectx(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_FREECTX))(copy);
    OSSL_FUNC_digest_freectx(
        of(OSSL_OP_DIGEST, "SHA1", OSSL_FUNC_DIGEST_FREECTX))(ctx);
}

int
main(void)
{
    /* nobody is there */
    if (!CHECK(setenv("TPM2OPENSSL_TCTI", "swtpm:path=/nowhere", 1) == 0) ||
        !CHECK(within_open(&within)))
        return check_end();
    ec = keys_ec(&within, "P-256");
    ec384 = keys_ec(&within, "P-384");
    rsa = keys_rsa(&within);
    if (CHECK(ec != NULL && ec384 != NULL && rsa != NULL)) {
        nothing_is_signed_before_its_time();
        keys_sign_what_they_are_for();
        nothing_is_verified_before_its_time();
        nothing_is_decrypted_before_its_time();
        nothing_is_agreed_on_before_its_time();
        no_bytes_come_before_their_time();
        digests_need_room();
    }
    tpm_key_free(&ec);
    tpm_key_free(&ec384);
    tpm_key_free(&rsa);
    within_close(&within);
    return check_end();
}
