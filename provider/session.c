// SPDX-License-Identifier: Apache-2.0
/*
 * Salted HMAC sessions, with digests and ciphers that the provider fetched
 * once. Leaves sending to tpm.c and the choice of the salt key to key.c
 * (TPM 2.0 Part 1 §11.4.10 KDFs, §19 sessions, §21 encryption, Annex C.6.1).
 */
#include "session.h"

#include "provider.h"
#include "salt.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/* SHA-256 and AES-128 in CFB are on every TPM that was ever counted. */
enum {
    HASH = TPM2_ALG_SHA256,
    HASH_SIZE = 32,
    AES_KEY_SIZE = 16,
    NONCE_SIZE = 32,
};

/* One counted piece of something hashed. */
struct piece {
    const void *data;
    size_t len;
};

/* HMAC key: sessionKey || authValue (Part 1 §19.6.8). */
struct hmac_key {
    unsigned char bytes[HASH_SIZE + sizeof(TPMU_HA)];
    size_t len;
};

/* Part 1 §19.6.4: zeros at the end of a value do not count. */
static void
make_key(const struct session *session, const TPM2B_AUTH *value,
         struct hmac_key *key)
{
    size_t len = value == NULL ? 0 : value->size;

    while (len > 0 && value->buffer[len - 1] == 0)
        len--;
    memcpy(key->bytes, session->key.buffer, session->key.size);
    if (len > 0)
        memcpy(key->bytes + session->key.size, value->buffer, len);
    key->len = session->key.size + len;
}

CHECKED static int
hmac(const struct provider *prov, const void *key, size_t key_len,
     const struct piece *pieces, size_t count, unsigned char out[HASH_SIZE])
{
    EVP_MAC_CTX *ctx = NULL;
    size_t len = 0;
    int ok = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA2-256", 0),
        OSSL_PARAM_construct_end(),
    };

    ctx = EVP_MAC_CTX_new(prov->hmac);
    if (ctx == NULL || !EVP_MAC_init(ctx, key, key_len, params))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!EVP_MAC_update(ctx, pieces[i].data, pieces[i].len))
            goto out;
    ok = EVP_MAC_final(ctx, out, &len, HASH_SIZE) && len == HASH_SIZE;
out:
    EVP_MAC_CTX_free(ctx);
    return ok;
}

CHECKED static int
hash(const EVP_MD *digest, const struct piece *pieces, size_t count,
     unsigned char *out)
{
    EVP_MD_CTX *ctx = NULL;
    int ok = 0;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL || digest == NULL || !EVP_DigestInit_ex2(ctx, digest, NULL))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len))
            goto out;
    ok = EVP_DigestFinal_ex(ctx, out, NULL);
out:
    EVP_MD_CTX_free(ctx);
    return ok;
}

static void
put_uint32(unsigned char out[4], uint32_t number)
{
    out[0] = (unsigned char)(number >> 24);
    out[1] = (unsigned char)(number >> 16);
    out[2] = (unsigned char)(number >> 8);
    out[3] = (unsigned char)number;
}

int
session_kdfa(const struct provider *prov, const void *key, size_t key_len,
             const char *label, const TPM2B_NONCE *u, const TPM2B_NONCE *v,
             unsigned char *out, size_t len)
{
    unsigned char block[HASH_SIZE];
    unsigned char counter[4];
    unsigned char bits[4];
    const struct piece pieces[] = {
        { counter, sizeof counter }, { label, strlen(label) + 1 },
        { u->buffer, u->size },      { v->buffer, v->size },
        { bits, sizeof bits },
    };

    if (len > sizeof block)
        return 0;
    put_uint32(counter, 1);
    put_uint32(bits, (uint32_t)len * 8);
    if (!hmac(prov, key, key_len, pieces, 5, block))
        return 0;
    memcpy(out, block, len);
    OPENSSL_cleanse(block, sizeof block);
    return 1;
}

CHECKED static int
start(struct session *session, struct tpm *tpm, const struct tpm_start *how,
      const TPM2B_PUBLIC *area)
{
    struct provider *prov = tpm_provider(tpm);
    TPM2B_ENCRYPTED_SECRET secret = { 0 };
    TPM2B_DIGEST salt = { 0 };
    int ok = 0;

    memset(session, 0, sizeof *session);
    session->prov = prov;
    session->is_policy = how->type == TPM2_SE_POLICY;
    if ((area != NULL &&
         !salt_make(prov, &area->publicArea, "SECRET", &salt, &secret)) ||
        !session_renew(session)) {
        tpm_raise(prov, TPM_R_CRYPTO, "cannot make the salt of a session");
        goto out;
    }
    if (!tpm_start_session(tpm, how, &session->caller, &secret,
                           &session->handle, &session->tpm,
                           &session->is_unable))
        goto out;
    ok = 1;
    if (area == NULL) /* Part 1 §19.6.8: no salt, no key */
        goto out;
    session->key.size = HASH_SIZE;
    ok = session_kdfa(prov, salt.buffer, salt.size, "ATH", &session->tpm,
                      &session->caller, session->key.buffer, HASH_SIZE);
    if (!ok)
        tpm_raise(prov, TPM_R_CRYPTO, "cannot make the key of a session");
out:
    OPENSSL_cleanse(&salt, sizeof salt);
    return ok;
}

int
session_start(struct session *session, struct tpm *tpm, TPM2_HANDLE salt_key,
              const TPM2B_PUBLIC *area)
{
    const struct tpm_start how = { TPM2_SE_HMAC, HASH, salt_key };

    return start(session, tpm, &how, area);
}

int
session_start_policy(struct session *session, struct tpm *tpm, TPM2_ALG_ID hash,
                     TPM2_HANDLE salt_key, const TPM2B_PUBLIC *area)
{
    const struct tpm_start how = { TPM2_SE_POLICY, hash, salt_key };

    if (area == NULL || hash == HASH)
        return start(session, tpm, &how, area);
    tpm_raise(tpm_provider(tpm), TPM_R_NOT_SUPPORTED,
              "a policy together with a password, or to decrypt, works only "
              "for keys whose name algorithm is SHA-256");
    return 0;
}

int
session_renew(struct session *session)
{
    session->caller.size = NONCE_SIZE;
    return RAND_bytes_ex(session->prov->libctx, session->caller.buffer,
                         NONCE_SIZE, 0) > 0;
}

/* AES-128-CFB, key and vector by KDFa "CFB" (Part 1 §21.3). */
CHECKED static int
crypt_parameter(const struct session *session, const TPM2B_AUTH *value,
                int is_command, unsigned char *data, size_t len)
{
    const TPM2B_NONCE *newer = is_command ? &session->caller : &session->tpm;
    const TPM2B_NONCE *older = is_command ? &session->tpm : &session->caller;
    unsigned char secret[2 * AES_KEY_SIZE];
    EVP_CIPHER_CTX *ctx = NULL;
    struct hmac_key key;
    int out_len = 0;
    int ok = 0;

    make_key(session, value, &key);
    ctx = EVP_CIPHER_CTX_new();
    ok = ctx != NULL && len <= UINT16_MAX &&
         session_kdfa(session->prov, key.bytes, key.len, "CFB", newer, older,
                      secret, sizeof secret) &&
         EVP_CipherInit_ex2(ctx, session->prov->cipher, secret,
                            secret + AES_KEY_SIZE, is_command, NULL) &&
         EVP_CipherUpdate(ctx, data, &out_len, data, (int)len);
    EVP_CIPHER_CTX_free(ctx);
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(&key, sizeof key);
    return ok;
}

int
session_encrypt(const struct session *session, const TPM2B_AUTH *value,
                unsigned char *data, size_t len)
{
    return crypt_parameter(session, value, 1, data, len);
}

int
session_decrypt(const struct session *session, const TPM2B_AUTH *value,
                unsigned char *data, size_t len)
{
    return crypt_parameter(session, value, 0, data, len);
}

/* cpHash or rpHash (Part 1 §16.7, §16.8): an answer has a response code of
 * zero in front and no names. */
CHECKED static int
message_hash(const struct session *session,
             const struct session_message *message, int is_answer,
             unsigned char out[HASH_SIZE])
{
    unsigned char success[4] = { 0 };
    unsigned char command[4];
    struct piece pieces[5];
    size_t count = 0;

    put_uint32(command, message->command);
    if (is_answer)
        pieces[count++] = (struct piece){ success, sizeof success };
    pieces[count++] = (struct piece){ command, sizeof command };
    for (int i = 0; !is_answer && i < 2 && message->names[i] != NULL; i++)
        pieces[count++] =
            (struct piece){ message->names[i]->name, message->names[i]->size };
    pieces[count++] = (struct piece){ message->parameters, message->len };
    return hash(provider_digest(session->prov, HASH), pieces, count, out);
}

/* Part 1 §19.6.5 */
CHECKED static int
message_hmac(const struct session *session, const TPM2B_AUTH *value,
             const unsigned char digest[HASH_SIZE], const TPM2B_NONCE *newer,
             const TPM2B_NONCE *older, TPMA_SESSION attributes,
             unsigned char out[HASH_SIZE])
{
    unsigned char byte = (unsigned char)attributes;
    struct hmac_key key;
    int ok = 0;
    const struct piece pieces[] = {
        { digest, HASH_SIZE },
        { newer->buffer, newer->size },
        { older->buffer, older->size },
        { &byte, 1 },
    };

    /* Part 1 §19.6.5: a policy's password counts only when it is asked for */
    make_key(session,
             session->is_policy && !session->needs_value ? NULL : value, &key);
    ok = hmac(session->prov, key.bytes, key.len, pieces, 4, out);
    OPENSSL_cleanse(&key, sizeof key);
    return ok;
}

/* A policy session without a salt and without a password has nothing to make
 * an HMAC with, and the TPM wants none (Part 1 §19.6.13). */
static int
is_bare(const struct session *session)
{
    return session->is_policy && session->key.size == 0;
}

/* Takes over what an answer says of the session. */
static void
take_answer(struct session *session, const TPMS_AUTH_RESPONSE *auth)
{
    session->tpm = auth->nonce;
    if ((auth->sessionAttributes & TPMA_SESSION_CONTINUESESSION) == 0)
        session->handle = 0;
}

int
session_authorize(const struct session *session, const TPM2B_AUTH *value,
                  const struct session_message *message,
                  TPMS_AUTH_COMMAND *auth)
{
    unsigned char digest[HASH_SIZE];

    auth->sessionHandle = session->handle;
    auth->nonce = session->caller;
    auth->sessionAttributes = session->attributes;
    auth->hmac.size = is_bare(session) ? 0 : HASH_SIZE;
    if (is_bare(session))
        return 1;
    return message_hash(session, message, 0, digest) &&
           message_hmac(session, value, digest, &session->caller, &session->tpm,
                        session->attributes, auth->hmac.buffer);
}

int
session_check(struct session *session, const TPM2B_AUTH *value,
              const struct session_message *message,
              const TPMS_AUTH_RESPONSE *auth)
{
    unsigned char digest[HASH_SIZE];
    unsigned char expected[HASH_SIZE];

    if (is_bare(session) && auth->hmac.size == 0) {
        take_answer(session, auth);
        return 1;
    }
    if (is_bare(session) || !message_hash(session, message, 1, digest) ||
        !message_hmac(session, value, digest, &auth->nonce, &session->caller,
                      auth->sessionAttributes, expected) ||
        auth->hmac.size != HASH_SIZE ||
        CRYPTO_memcmp(expected, auth->hmac.buffer, HASH_SIZE) != 0)
        return 0;
    take_answer(session, auth);
    return 1;
}

void
session_wipe(struct session *session)
{
    OPENSSL_cleanse(session, sizeof *session);
}
