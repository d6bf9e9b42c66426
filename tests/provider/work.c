// SPDX-License-Identifier: Apache-2.0
/*
 * The ways through the provider (provider-keymgmt(7), provider-storemgmt(7),
 * provider-decoder(7), provider-encoder(7), provider-signature(7),
 * provider-asym_cipher(7), provider-keyexch(7)).
 */
#include "work.h"

#include "ephemeral.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <string.h>

static const unsigned char digest[32] = "thirty-two bytes of a SHA-256 .";

/* What a store or a decoder gave. */
struct given {
    const struct within *within;
    struct work_key *key;     /* of a reference */
    struct work_bytes *bytes; /* of data */
};

static const OSSL_DISPATCH *
of_key(const struct within *within, const char *type, int id)
{
    return within_find(within, OSSL_OP_KEYMGMT, type, NULL, id);
}

static int
take(const OSSL_PARAM params[], void *arg)
{
    const struct given *given = arg;
    const OSSL_PARAM *p = NULL;
    const void *data = NULL;
    size_t len = 0;

    p = OSSL_PARAM_locate_const(params, OSSL_OBJECT_PARAM_REFERENCE);
    if (p != NULL && given->key != NULL &&
        OSSL_PARAM_get_octet_string_ptr(p, &data, &len))
        given->key->key =
            OSSL_FUNC_keymgmt_load(of_key(given->within, given->key->type,
                                          OSSL_FUNC_KEYMGMT_LOAD))(data, len);
    p = OSSL_PARAM_locate_const(params, OSSL_OBJECT_PARAM_DATA);
    if (p == NULL || given->bytes == NULL ||
        !OSSL_PARAM_get_octet_string_ptr(p, &data, &len) ||
        len > sizeof given->bytes->data)
        return 1;
    memcpy(given->bytes->data, data, len);
    given->bytes->len = len;
    return 1;
}

static int
ask(char *out, size_t size, size_t *len, const OSSL_PARAM params[], void *arg)
{
    (void)params;
    (void)arg;
    *len = strlen(WORK_PASSWORD);
    if (*len > size)
        return 0;
    memcpy(out, WORK_PASSWORD, *len);
    return 1;
}

struct work_key
work_generate(const struct within *within, const char *type,
              const OSSL_PARAM params[], const struct work_key *base)
{
    struct work_key made = { type, NULL };
    void *gen = OSSL_FUNC_keymgmt_gen_init(
        of_key(within, type, OSSL_FUNC_KEYMGMT_GEN_INIT))(
        within->context, OSSL_KEYMGMT_SELECT_KEYPAIR, params);

    if (gen == NULL)
        return made;
    if (base == NULL ||
        OSSL_FUNC_keymgmt_gen_set_template(of_key(
            within, type, OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE))(gen, base->key))
        made.key = OSSL_FUNC_keymgmt_gen(
            of_key(within, type, OSSL_FUNC_KEYMGMT_GEN))(gen, NULL, NULL);
    OSSL_FUNC_keymgmt_gen_cleanup(
        of_key(within, type, OSSL_FUNC_KEYMGMT_GEN_CLEANUP))(gen);
    return made;
}

static const OSSL_DISPATCH *
of_store(const struct within *within, int id)
{
    return within_find(within, OSSL_OP_STORE, "handle", NULL, id);
}

struct work_key
work_load(const struct within *within, const char *type, const char *uri)
{
    struct work_key key = { type, NULL };
    struct given given = { within, &key, NULL };
    void *store = OSSL_FUNC_store_open(of_store(within, OSSL_FUNC_STORE_OPEN))(
        within->context, uri);

    if (store == NULL)
        return key;
    (void)OSSL_FUNC_store_load(of_store(within, OSSL_FUNC_STORE_LOAD))(
        store, take, &given, ask, NULL);
    (void)OSSL_FUNC_store_close(of_store(within, OSSL_FUNC_STORE_CLOSE))(store);
    return key;
}

static bool CHECKED
decode(const struct within *within, const char *type, const char *property,
       const struct work_bytes *from, struct given *given)
{
    BIO *in = BIO_new_mem_buf(from->data, (int)from->len);
    bool ok =
        in != NULL &&
        OSSL_FUNC_decoder_decode(within_find(
            within, OSSL_OP_DECODER, type, property, OSSL_FUNC_DECODER_DECODE))(
            within->context, (OSSL_CORE_BIO *)in, OSSL_KEYMGMT_SELECT_KEYPAIR,
            take, given, ask, NULL);

    BIO_free(in);
    return ok;
}

struct work_key
work_decode(const struct within *within, const char *type,
            const struct work_bytes *pem)
{
    struct work_key key = { type, NULL };
    struct work_bytes der = { .len = 0 };
    struct given first = { within, NULL, &der };
    struct given second = { within, &key, NULL };

    if (decode(within, "DER", "input=pem", pem, &first) && der.len > 0)
        (void)!decode(within, type, "input=der", &der, &second);
    return key;
}

void
work_free(const struct within *within, struct work_key *key)
{
    if (key->key != NULL)
        OSSL_FUNC_keymgmt_free(
            of_key(within, key->type, OSSL_FUNC_KEYMGMT_FREE))(key->key);
    key->key = NULL;
}

bool
work_encode(const struct within *within, const struct work_key *key,
            int selection, const char *properties, struct work_bytes *out)
{
    BIO *to = BIO_new(BIO_s_mem());
    char *data = NULL;
    long len = 0;
    bool ok = to != NULL && OSSL_FUNC_encoder_encode(within_find(
                                within, OSSL_OP_ENCODER, key->type, properties,
                                OSSL_FUNC_ENCODER_ENCODE))(
                                within->context, (OSSL_CORE_BIO *)to, key->key,
                                NULL, selection, NULL, NULL);

    if (ok)
        len = BIO_get_mem_data(to, &data);
    ok = len > 0 && (size_t)len <= sizeof out->data;
    if (ok) {
        memcpy(out->data, data, (size_t)len);
        out->len = (size_t)len;
    }
    BIO_free(to);
    return ok;
}

/* "RSA" is what both are called, of "EC" one is "ECDSA". */
static const OSSL_DISPATCH *
of_signature(const struct within *within, const struct work_key *key, int id)
{
    return within_find(within, OSSL_OP_SIGNATURE,
                       strcmp(key->type, "EC") == 0 ? "ECDSA" : "RSA", NULL,
                       id);
}

static bool CHECKED
make_signature(const struct within *within, const struct work_key *key,
               void *ctx, bool is_digest, const OSSL_PARAM params[],
               unsigned char *sig, size_t *len)
{
    const size_t room = *len;

    if (is_digest)
        return OSSL_FUNC_signature_sign_init(
                   of_signature(within, key, OSSL_FUNC_SIGNATURE_SIGN_INIT))(
                   ctx, key->key, params) &&
               OSSL_FUNC_signature_sign(
                   of_signature(within, key, OSSL_FUNC_SIGNATURE_SIGN))(
                   ctx, sig, len, room, digest, sizeof digest);
    return OSSL_FUNC_signature_digest_sign_init(
               of_signature(within, key, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT))(
               ctx, "SHA256", key->key, params) &&
           OSSL_FUNC_signature_digest_sign(
               of_signature(within, key, OSSL_FUNC_SIGNATURE_DIGEST_SIGN))(
               ctx, sig, len, room, digest, sizeof digest);
}

static bool CHECKED
check_signature(const struct within *within, const struct work_key *key,
                void *ctx, bool is_digest, const OSSL_PARAM params[],
                const unsigned char *sig, size_t len)
{
    if (is_digest)
        return OSSL_FUNC_signature_verify_init(
                   of_signature(within, key, OSSL_FUNC_SIGNATURE_VERIFY_INIT))(
                   ctx, key->key, params) &&
               OSSL_FUNC_signature_verify(
                   of_signature(within, key, OSSL_FUNC_SIGNATURE_VERIFY))(
                   ctx, sig, len, digest, sizeof digest);
    return OSSL_FUNC_signature_digest_verify_init(of_signature(
               within, key, OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT))(
               ctx, "SHA256", key->key, params) &&
           OSSL_FUNC_signature_digest_verify_update(of_signature(
               within, key, OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE))(
               ctx, digest, sizeof digest) &&
           OSSL_FUNC_signature_digest_verify_final(of_signature(
               within, key, OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL))(ctx, sig,
                                                                      len);
}

/* Contexts are copied on the way, as OpenSSL does before each end. */
static void *
copy_and_free(const struct within *within, const struct work_key *key,
              void *ctx)
{
    void *copy = OSSL_FUNC_signature_dupctx(
        of_signature(within, key, OSSL_FUNC_SIGNATURE_DUPCTX))(ctx);

    OSSL_FUNC_signature_freectx(
        of_signature(within, key, OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
    return copy;
}

bool
work_sign(const struct within *within, const struct work_key *key,
          bool is_digest, const OSSL_PARAM params[])
{
    unsigned char sig[1024];
    size_t len = sizeof sig;
    bool ok = false;
    void *ctx = OSSL_FUNC_signature_newctx(of_signature(
        within, key, OSSL_FUNC_SIGNATURE_NEWCTX))(within->context, NULL);

    if (ctx == NULL)
        return false;
    ok = make_signature(within, key, ctx, is_digest, params, sig, &len);
    ctx = copy_and_free(within, key, ctx);
    ok = ok && ctx != NULL &&
         check_signature(within, key, ctx, is_digest, params, sig, len);
    if (ctx == NULL)
        return false;
    ctx = copy_and_free(within, key, ctx);
    if (ctx == NULL)
        return false;
    OSSL_FUNC_signature_freectx(
        of_signature(within, key, OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
    return ok;
}

bool
work_name_algorithm(const struct within *within, const struct work_key *key,
                    const char *padding)
{
    unsigned char der[128];
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
                                      "pad-mode", (char *)(uintptr_t)padding,
                                      0),
                                  OSSL_PARAM_construct_end() };
    OSSL_PARAM answer[] = { OSSL_PARAM_construct_octet_string("algorithm-id",
                                                              der, sizeof der),
                            OSSL_PARAM_construct_end() };
    void *ctx = OSSL_FUNC_signature_newctx(of_signature(
        within, key, OSSL_FUNC_SIGNATURE_NEWCTX))(within->context, NULL);
    bool ok =
        ctx != NULL &&
        OSSL_FUNC_signature_digest_sign_init(
            of_signature(within, key, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT))(
            ctx, "SHA384", key->key, padding != NULL ? params : NULL) &&
        OSSL_FUNC_signature_get_ctx_params(of_signature(
            within, key, OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS))(ctx, answer);

    OSSL_FUNC_signature_freectx(
        of_signature(within, key, OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
    return ok;
}

static const OSSL_DISPATCH *
of_cipher(const struct within *within, int id)
{
    return within_find(within, OSSL_OP_ASYM_CIPHER, "RSA", NULL, id);
}

bool
work_decrypt(const struct within *within, const struct work_key *key,
             const OSSL_PARAM params[])
{
    unsigned char sealed[1024], plain[1024];
    size_t sealed_len = sizeof sealed, plain_len = sizeof plain;
    bool ok = false;
    void *copy = NULL;
    void *ctx = OSSL_FUNC_asym_cipher_newctx(
        of_cipher(within, OSSL_FUNC_ASYM_CIPHER_NEWCTX))(within->context);

    if (ctx == NULL)
        return false;
    ok =
        OSSL_FUNC_asym_cipher_encrypt_init(
            of_cipher(within, OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT))(
            ctx, key->key, params) &&
        OSSL_FUNC_asym_cipher_encrypt(
            of_cipher(within, OSSL_FUNC_ASYM_CIPHER_ENCRYPT))(
            ctx, sealed, &sealed_len, sizeof sealed, digest, sizeof digest) &&
        OSSL_FUNC_asym_cipher_decrypt_init(of_cipher(
            within, OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT))(ctx, key->key, params);
    if (ok)
        copy = OSSL_FUNC_asym_cipher_dupctx(
            of_cipher(within, OSSL_FUNC_ASYM_CIPHER_DUPCTX))(ctx);
    ok = ok && copy != NULL &&
         OSSL_FUNC_asym_cipher_decrypt(
             of_cipher(within, OSSL_FUNC_ASYM_CIPHER_DECRYPT))(
             copy, plain, &plain_len, sizeof plain, sealed, sealed_len) &&
         plain_len == sizeof digest && memcmp(plain, digest, plain_len) == 0;
    OSSL_FUNC_asym_cipher_freectx(
        of_cipher(within, OSSL_FUNC_ASYM_CIPHER_FREECTX))(copy);
    OSSL_FUNC_asym_cipher_freectx(
        of_cipher(within, OSSL_FUNC_ASYM_CIPHER_FREECTX))(ctx);
    return ok;
}

static const OSSL_DISPATCH *
of_exchange(const struct within *within, int id)
{
    return within_find(within, OSSL_OP_KEYEXCH, "ECDH", NULL, id);
}

bool
work_agree(const struct within *within, const struct work_key *key,
           const struct work_key *peer, const OSSL_PARAM params[])
{
    unsigned char secret[256];
    size_t len = 0;
    bool ok = false;
    void *copy = NULL;
    void *ctx = OSSL_FUNC_keyexch_newctx(
        of_exchange(within, OSSL_FUNC_KEYEXCH_NEWCTX))(within->context);

    if (ctx == NULL)
        return false;
    ok = OSSL_FUNC_keyexch_init(of_exchange(within, OSSL_FUNC_KEYEXCH_INIT))(
             ctx, key->key, params) &&
         OSSL_FUNC_keyexch_set_peer(
             of_exchange(within, OSSL_FUNC_KEYEXCH_SET_PEER))(ctx, peer->key);
    if (ok)
        copy = OSSL_FUNC_keyexch_dupctx(
            of_exchange(within, OSSL_FUNC_KEYEXCH_DUPCTX))(ctx);
    ok =
        ok && copy != NULL &&
        OSSL_FUNC_keyexch_derive(of_exchange(within, OSSL_FUNC_KEYEXCH_DERIVE))(
            copy, NULL, &len, 0) &&
        len > 0 && len <= sizeof secret &&
        OSSL_FUNC_keyexch_derive(of_exchange(within, OSSL_FUNC_KEYEXCH_DERIVE))(
            copy, secret, &len, sizeof secret);
    OSSL_FUNC_keyexch_freectx(of_exchange(within, OSSL_FUNC_KEYEXCH_FREECTX))(
        copy);
    OSSL_FUNC_keyexch_freectx(of_exchange(within, OSSL_FUNC_KEYEXCH_FREECTX))(
        ctx);
    return ok;
}

bool
work_ephemeral(const struct within *within)
{
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
                                      "group", (char *)"P-256", 0),
                                  OSSL_PARAM_construct_end() };
    struct work_key key = work_generate(within, EPHEMERAL_KEY, params, NULL);
    struct work_key copy = { EPHEMERAL_KEY, NULL };
    struct work_key peer = { EPHEMERAL_KEY, NULL };
    OSSL_FUNC_keymgmt_dup_fn *dup = OSSL_FUNC_keymgmt_dup(
        of_key(within, EPHEMERAL_KEY, OSSL_FUNC_KEYMGMT_DUP));
    bool ok = false;

    if (key.key != NULL)
        copy.key = dup(key.key, OSSL_KEYMGMT_SELECT_KEYPAIR);
    if (copy.key != NULL)
        peer.key = dup(key.key, OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS);
    ok = peer.key != NULL;
    work_free(within, &key);
    work_free(within, &copy);
    work_free(within, &peer);
    return ok;
}
