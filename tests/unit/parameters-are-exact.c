// SPDX-License-Identifier: Apache-2.0
/*
 * Parameters of the provider's tables: each that is said to be gettable is
 * answered, and refused in another type; each that is said to be settable
 * refuses another type; and values are taken or refused one by one
 * (OSSL_PARAM(3)).
 */
#include "check.h"
#include "key.h"
#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

static struct within within;
static struct tpm_key *ec, *rsa;

typedef int
get(void *context, OSSL_PARAM params[]);
typedef int
set(void *context, const OSSL_PARAM params[]);

/* A parameter with room for any answer of its type. */
static OSSL_PARAM
with_room(const OSSL_PARAM *row, unsigned char *room, size_t size)
{
    OSSL_PARAM param = *row;

    param.data = room;
    param.return_size = OSSL_PARAM_UNMODIFIED;
    if (row->data_type == OSSL_PARAM_INTEGER ||
        (row->data_type == OSSL_PARAM_UNSIGNED_INTEGER && row->data_size > 0))
        return param;
    param.data_size = size;
    if (row->data_type == OSSL_PARAM_UTF8_PTR ||
        row->data_type == OSSL_PARAM_OCTET_PTR)
        param.data_size = sizeof(void *);
    return param;
}

static void
ask_each(const char *what, const OSSL_PARAM *rows, get *ask, void *context)
{
    unsigned char room[1024];

    CHECK(rows != NULL && rows->key != NULL);
    for (; rows->key != NULL; rows++) {
        OSSL_PARAM one[] = { with_room(rows, room, sizeof room),
                             OSSL_PARAM_construct_end() };

        if (!CHECK(ask(context, one)) || !CHECK(OSSL_PARAM_modified(one)))
            fprintf(stderr, "  %s: %s\n", what, rows->key);
        one[0].data_type = rows->data_type == OSSL_PARAM_OCTET_PTR
                               ? OSSL_PARAM_INTEGER
                               : OSSL_PARAM_OCTET_PTR;
        if (!CHECK(!ask(context, one)))
            fprintf(stderr, "  %s: %s in another type\n", what, rows->key);
    }
    CHECK(ask(context, (OSSL_PARAM[]){ OSSL_PARAM_construct_end() }));
}

/* What is listed because OpenSSL sets it, and says nothing to a TPM. */
static bool
is_ignored(const char *name)
{
    return strstr(name, "prop") != NULL ||
           strcmp(name, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE) == 0;
}

static void
set_each_wrongly(const char *what, const OSSL_PARAM *rows, set *put,
                 void *context)
{
    void *pointer = NULL;

    CHECK(rows != NULL && rows->key != NULL);
    for (; rows->key != NULL; rows++) {
        const OSSL_PARAM one[] = { OSSL_PARAM_construct_octet_ptr(rows->key,
                                                                  &pointer, 0),
                                   OSSL_PARAM_construct_end() };

        if (!CHECK(put(context, one) == is_ignored(rows->key)))
            fprintf(stderr, "  %s: %s in another type\n", what, rows->key);
    }
    CHECK(put(context, (OSSL_PARAM[]){ OSSL_PARAM_construct_end() }));
}

/* A value, as text or as a number. */
struct value {
    const char *name;
    const char *text; /* NULL: the number */
    int64_t number;
    bool is_good;
};

static void
set_values(const char *what, const struct value *values, set *put,
           void *context)
{
    for (; values->name != NULL; values++) {
        int64_t number = values->number;
        OSSL_PARAM one[] = { OSSL_PARAM_construct_int64(values->name, &number),
                             OSSL_PARAM_construct_end() };

        if (values->text != NULL)
            one[0] = OSSL_PARAM_construct_utf8_string(
                values->name, (char *)(uintptr_t)values->text, 0);
        if (!CHECK(put(context, one) == values->is_good))
            fprintf(stderr, "  %s: %s=%s%ld\n", what, values->name,
                    values->text != NULL ? values->text : "",
                    values->text != NULL ? 0L : (long)number);
    }
}

static void
keys_tell_of_themselves(void)
{
    const struct {
        const char *type;
        struct tpm_key *key;
    } rows[] = { { "EC", ec }, { "RSA", rsa } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const OSSL_PARAM *list = OSSL_FUNC_keymgmt_gettable_params(
            within_find(&within, OSSL_OP_KEYMGMT, rows[i].type, NULL,
                        OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS))(within.context);
        OSSL_PARAM without_mandatory[32];
        size_t count = 0;

        /* that one only a key with a fixed scheme has */
        for (; list->key != NULL && count < 31; list++)
            if (strcmp(list->key, OSSL_PKEY_PARAM_MANDATORY_DIGEST) != 0)
                without_mandatory[count++] = *list;
        without_mandatory[count] = OSSL_PARAM_construct_end();
        ask_each(rows[i].type, without_mandatory,
                 OSSL_FUNC_keymgmt_get_params(
                     within_find(&within, OSSL_OP_KEYMGMT, rows[i].type, NULL,
                                 OSSL_FUNC_KEYMGMT_GET_PARAMS)),
                 rows[i].key);
    }
}

static const OSSL_DISPATCH *
of_key(const char *type, int id)
{
    return within_find(&within, OSSL_OP_KEYMGMT, type, NULL, id);
}

static const struct value generation_values[] = {
    { "digest", "SHA256", 0, true },
    { "digest", "MD5", 0, false },
    { "parent", NULL, 0, true },
    { "parent", NULL, -1, false },
    { "handle", NULL, 0x81000010, true },
    { "handle", NULL, 0x40000001, false },
    { "user-auth", "secret", 0, true },
    { "user-auth", "", 0, true },
    { "user-auth", "a password of more than 32 bytes.", 0, false },
    { "policy-pcr", "sha256:0,7", 0, true },
    { "policy-pcr", "sha256:", 0, false },
    { "policy-pcr", "sha256:24", 0, false },
    { "policy-pcr", "sha256:1,1", 0, false },
    { "policy-pcr", "md5:1", 0, false },
    { "policy-pcr", "sha1:1=00,2", 0, false },
    { "policy-authorized-by", "/nowhere", 0, false },
    { "policy-signer", "/nowhere", 0, true },
    { "policy-name", "a name", 0, true },
    { NULL, NULL, 0, false },
};
static const struct value rsa_values[] = {
    { "bits", NULL, 3072, true }, { "bits", NULL, 2000, false },
    { "e", NULL, 65537, true },   { "e", NULL, 1LL << 40, false },
    { "primes", NULL, 2, true },  { "primes", NULL, 3, false },
    { NULL, NULL, 0, false },
};
static const struct value ec_values[] = {
    { "group", "P-384", 0, true },
    { "group", "P-224", 0, false },
    { NULL, NULL, 0, false },
};

static void
generation_takes_what_it_can(void)
{
    static const char *const types[] = { "EC", "RSA", "RSA-PSS" };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        set *put = OSSL_FUNC_keymgmt_gen_set_params(
            of_key(types[i], OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS));
        void *gen = OSSL_FUNC_keymgmt_gen_init(
            of_key(types[i], OSSL_FUNC_KEYMGMT_GEN_INIT))(
            within.context, OSSL_KEYMGMT_SELECT_KEYPAIR, NULL);

        if (!CHECK(gen != NULL))
            continue;
        set_each_wrongly(types[i],
                         OSSL_FUNC_keymgmt_gen_settable_params(of_key(
                             types[i], OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS))(
                             gen, within.context),
                         put, gen);
        set_values(types[i], generation_values, put, gen);
        set_values(types[i], i == 0 ? ec_values : rsa_values, put, gen);
        OSSL_FUNC_keymgmt_gen_cleanup(
            of_key(types[i], OSSL_FUNC_KEYMGMT_GEN_CLEANUP))(gen);
        /* and all of it at the start */
        CHECK(OSSL_FUNC_keymgmt_gen_init(
                  of_key(types[i], OSSL_FUNC_KEYMGMT_GEN_INIT))(
                  within.context, OSSL_KEYMGMT_SELECT_KEYPAIR,
                  (OSSL_PARAM[]){ OSSL_PARAM_construct_utf8_string(
                                      "digest", (char *)"MD5", 0),
                                  OSSL_PARAM_construct_end() }) == NULL);
    }
}

static const OSSL_DISPATCH *
of_signature(const char *name, int id)
{
    return within_find(&within, OSSL_OP_SIGNATURE, name, NULL, id);
}

static const struct value signature_values[] = {
    { "digest", "SHA384", 0, true },    { "digest", "MD5", 0, false },
    { "pad-mode", "pss", 0, true },     { "pad-mode", "x931", 0, false },
    { "pad-mode", NULL, 1, true },      { "pad-mode", NULL, 5, false },
    { "pad-mode", NULL, 6, true },      { "saltlen", "digest", 0, true },
    { "saltlen", "max", 0, true },      { "saltlen", "auto", 0, true },
    { "saltlen", "20", 0, true },       { "saltlen", "2o", 0, false },
    { "saltlen", "", 0, false },        { "saltlen", "-5", 0, false },
    { "saltlen", NULL, -2, true },      { "saltlen", NULL, -4, true },
    { "saltlen", NULL, 1000, false },   { "saltlen", NULL, -1, true },
    { "mgf1-digest", "SHA1", 0, true }, { "mgf1-digest", "MD5", 0, false },
    { "mgf1-digest", "", 0, true },     { "saltlen", NULL, -3, true },
    { NULL, NULL, 0, false },
};

/* Also after each of the values, as what they say differs. */
static void
signatures_tell_what_they_do(const char *name, struct tpm_key *key)
{
    get *ask = OSSL_FUNC_signature_get_ctx_params(
        of_signature(name, OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS));
    set *put = OSSL_FUNC_signature_set_ctx_params(
        of_signature(name, OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS));
    const OSSL_PARAM *gettable = NULL, *settable = NULL;
    char salt[16];
    OSSL_PARAM text[] = { OSSL_PARAM_construct_utf8_string("saltlen", salt,
                                                           sizeof salt),
                          OSSL_PARAM_construct_end() };
    void *ctx = OSSL_FUNC_signature_newctx(
        of_signature(name, OSSL_FUNC_SIGNATURE_NEWCTX))(within.context, NULL);

    gettable = OSSL_FUNC_signature_gettable_ctx_params(of_signature(
        name, OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS))(ctx, within.context);
    settable = OSSL_FUNC_signature_settable_ctx_params(of_signature(
        name, OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS))(ctx, within.context);
    CHECK(OSSL_FUNC_signature_digest_sign_init(of_signature(
        name, OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT))(ctx, "SHA256", key, NULL));
    CHECK(put(ctx, NULL));
    if (key == rsa) {
        ask_each(name, gettable, ask, ctx);
        for (size_t i = 0; signature_values[i].name != NULL; i++) {
            const struct value two[] = { signature_values[i],
                                         { NULL, NULL, 0, false } };

            set_values(name, two, put, ctx);
            ask_each(name, gettable, ask, ctx);
            CHECK(ask(ctx, text));
        }
    } else {
        ask_each(name,
                 (OSSL_PARAM[]){ gettable[0], gettable[1],
                                 OSSL_PARAM_construct_end() },
                 ask, ctx);
    }
    set_each_wrongly(name, settable, put, ctx);
    OSSL_FUNC_signature_freectx(
        of_signature(name, OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
}

/* The parameters of the hash go to OpenSSL's own. */
static void
hashes_within_signatures_are_asked(void)
{
    void *ctx = OSSL_FUNC_signature_newctx(
        of_signature("RSA", OSSL_FUNC_SIGNATURE_NEWCTX))(within.context, NULL);
    OSSL_PARAM none[] = { OSSL_PARAM_construct_end() };

    for (int turn = 0; turn < 2; turn++) {
        const OSSL_PARAM *list =
            OSSL_FUNC_signature_gettable_ctx_md_params(of_signature(
                "RSA", OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS))(ctx);

        CHECK(turn == 1 || list == NULL);
        CHECK(!OSSL_FUNC_signature_get_ctx_md_params(of_signature(
                  "RSA", OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS))(ctx, none) ||
              turn == 1);
        list = OSSL_FUNC_signature_settable_ctx_md_params(of_signature(
            "RSA", OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS))(ctx);
        CHECK(turn == 1 || list == NULL);
        CHECK(!OSSL_FUNC_signature_set_ctx_md_params(of_signature(
                  "RSA", OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS))(ctx, none) ||
              turn == 1);
        CHECK(OSSL_FUNC_signature_digest_sign_init(
            of_signature("RSA", OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT))(
            ctx, NULL, rsa, NULL));
    }
    OSSL_FUNC_signature_freectx(
        of_signature("RSA", OSSL_FUNC_SIGNATURE_FREECTX))(ctx);
}

static const struct value cipher_values[] = {
    { "pad-mode", "oaep", 0, true },    { "pad-mode", "x931", 0, false },
    { "pad-mode", NULL, 4, true },      { "pad-mode", NULL, 5, false },
    { "digest", "SHA384", 0, true },    { "digest", "MD5", 0, false },
    { "mgf1-digest", "SHA1", 0, true }, { "mgf1-digest", "MD5", 0, false },
    { NULL, NULL, 0, false },
};

static const OSSL_DISPATCH *
of_cipher(int id)
{
    return within_find(&within, OSSL_OP_ASYM_CIPHER, "RSA", NULL, id);
}

static void
ciphers_tell_what_they_do(void)
{
    get *ask = OSSL_FUNC_asym_cipher_get_ctx_params(
        of_cipher(OSSL_FUNC_ASYM_CIPHER_GET_CTX_PARAMS));
    set *put = OSSL_FUNC_asym_cipher_set_ctx_params(
        of_cipher(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS));
    const OSSL_PARAM *gettable = NULL;
    void *ctx = OSSL_FUNC_asym_cipher_newctx(
        of_cipher(OSSL_FUNC_ASYM_CIPHER_NEWCTX))(within.context);
    int number = 0;
    OSSL_PARAM padding[] = { OSSL_PARAM_construct_int("pad-mode", &number),
                             OSSL_PARAM_construct_end() };

    CHECK(!ask(ctx, padding));
    CHECK(OSSL_FUNC_asym_cipher_decrypt_init(
        of_cipher(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT))(ctx, rsa, NULL));
    gettable = OSSL_FUNC_asym_cipher_gettable_ctx_params(of_cipher(
        OSSL_FUNC_ASYM_CIPHER_GETTABLE_CTX_PARAMS))(ctx, within.context);
    ask_each("decryption", gettable, ask, ctx);
    set_values("decryption", cipher_values, put, ctx);
    ask_each("decryption", gettable, ask, ctx);
    CHECK(ask(ctx, padding) && number == 4);
    set_each_wrongly("decryption",
                     OSSL_FUNC_asym_cipher_settable_ctx_params(
                         of_cipher(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS))(
                         ctx, within.context),
                     put, ctx);
    /* encryption is the host's, and so are its parameters */
    CHECK(OSSL_FUNC_asym_cipher_encrypt_init(
        of_cipher(OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT))(ctx, rsa, NULL));
    CHECK(ask(ctx, padding) && number == 1);
    set_values("encryption", (struct value[]){ cipher_values[0], { 0 } }, put,
               ctx);
    OSSL_FUNC_asym_cipher_freectx(of_cipher(OSSL_FUNC_ASYM_CIPHER_FREECTX))(
        ctx);
}

static const struct value exchange_values[] = {
    { "kdf-type", "X963KDF", 0, true },  { "kdf-type", "HKDF", 0, false },
    { "kdf-digest", "SHA256", 0, true }, { "kdf-digest", "MD5", 0, false },
    { "kdf-outlen", NULL, 32, true },    { "kdf-outlen", NULL, -1, false },
    { "kdf-type", "", 0, true },         { NULL, NULL, 0, false },
};

static const OSSL_DISPATCH *
of_exchange(int id)
{
    return within_find(&within, OSSL_OP_KEYEXCH, "ECDH", NULL, id);
}

static void
exchanges_tell_what_they_do(void)
{
    get *ask = OSSL_FUNC_keyexch_get_ctx_params(
        of_exchange(OSSL_FUNC_KEYEXCH_GET_CTX_PARAMS));
    set *put = OSSL_FUNC_keyexch_set_ctx_params(
        of_exchange(OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS));
    const OSSL_PARAM *gettable = NULL;
    void *ctx = OSSL_FUNC_keyexch_newctx(of_exchange(OSSL_FUNC_KEYEXCH_NEWCTX))(
        within.context);

    gettable = OSSL_FUNC_keyexch_gettable_ctx_params(of_exchange(
        OSSL_FUNC_KEYEXCH_GETTABLE_CTX_PARAMS))(ctx, within.context);
    CHECK(OSSL_FUNC_keyexch_init(of_exchange(OSSL_FUNC_KEYEXCH_INIT))(ctx, ec,
                                                                      NULL));
    for (size_t i = 0; exchange_values[i].name != NULL; i++) {
        const struct value two[] = { exchange_values[i],
                                     { NULL, NULL, 0, false } };

        ask_each("exchange", gettable, ask, ctx);
        set_values("exchange", two, put, ctx);
    }
    set_each_wrongly("exchange",
                     OSSL_FUNC_keyexch_settable_ctx_params(
                         of_exchange(OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS))(
                         ctx, within.context),
                     put, ctx);
    OSSL_FUNC_keyexch_freectx(of_exchange(OSSL_FUNC_KEYEXCH_FREECTX))(ctx);
}

static int
ask_digest(void *function, OSSL_PARAM params[])
{
    return (*(OSSL_FUNC_digest_get_params_fn **)function)(params);
}

static void
digests_and_generators_tell_what_they_are(void)
{
    static const char *const names[] = { "SHA1", "SHA2-256", "SHA2-384",
                                         "SHA2-512" };
    void *rand = OSSL_FUNC_rand_newctx(
        within_find(&within, OSSL_OP_RAND, "TPM2-RAND", NULL,
                    OSSL_FUNC_RAND_NEWCTX))(within.context, NULL, NULL);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        OSSL_FUNC_digest_get_params_fn *ask = OSSL_FUNC_digest_get_params(
            within_find(&within, OSSL_OP_DIGEST, names[i], NULL,
                        OSSL_FUNC_DIGEST_GET_PARAMS));

        ask_each(names[i],
                 OSSL_FUNC_digest_gettable_params(within_find(
                     &within, OSSL_OP_DIGEST, names[i], NULL,
                     OSSL_FUNC_DIGEST_GETTABLE_PARAMS))(within.context),
                 ask_digest, &ask);
    }
    ask_each("random bytes",
             OSSL_FUNC_rand_gettable_ctx_params(within_find(
                 &within, OSSL_OP_RAND, "TPM2-RAND", NULL,
                 OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS))(rand, within.context),
             OSSL_FUNC_rand_get_ctx_params(
                 within_find(&within, OSSL_OP_RAND, "TPM2-RAND", NULL,
                             OSSL_FUNC_RAND_GET_CTX_PARAMS)),
             rand);
    OSSL_FUNC_rand_freectx(within_find(&within, OSSL_OP_RAND, "TPM2-RAND", NULL,
                                       OSSL_FUNC_RAND_FREECTX))(rand);
}

static int
ask_provider(void *context, OSSL_PARAM params[])
{
    (void)context;
    return OSSL_PROVIDER_get_params(within.provider, params);
}

static void
the_provider_tells_of_itself(void)
{
    const OSSL_PARAM *list = OSSL_PROVIDER_gettable_params(within.provider);
    OSSL_PARAM own[16];
    size_t count = 0;

    for (; list->key != NULL && count < 15; list++)
        if (strncmp(list->key, "tpm-", 4) != 0) /* those ask a TPM */
            own[count++] = *list;
    own[count] = OSSL_PARAM_construct_end();
    ask_each("provider", own, ask_provider, NULL);
}

int
main(void)
{
    if (!CHECK(within_open(&within)))
        return check_end();
    ec = keys_ec(&within, "P-256");
    rsa = keys_rsa(&within);
    if (CHECK(ec != NULL && rsa != NULL)) {
        keys_tell_of_themselves();
        generation_takes_what_it_can();
        signatures_tell_what_they_do("ECDSA", ec);
        signatures_tell_what_they_do("RSA", rsa);
        hashes_within_signatures_are_asked();
        ciphers_tell_what_they_do();
        exchanges_tell_what_they_do();
        digests_and_generators_tell_what_they_are();
        the_provider_tells_of_itself();
    }
    tpm_key_free(&ec);
    tpm_key_free(&rsa);
    within_close(&within);
    return check_end();
}
