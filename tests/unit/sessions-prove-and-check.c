// SPDX-License-Identifier: Apache-2.0
/*
 * A session's numbers are those that a second implementation computes
 * (OpenSSL's KBKDF and HMAC), and an answer that differs in one bit is not
 * believed (TPM 2.0 Part 1 §11.4.10, §16, §19.6).
 */
#include "check.h"
#include "instance.h"
#include "session.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <string.h>

enum { SIZE = 32 };

/* SP 800-108 in counter mode, which KDFa is. */
static bool CHECKED
kbkdf(const unsigned char *key, size_t key_len, const char *label,
      const TPM2B_NONCE *u, const TPM2B_NONCE *v, unsigned char *out,
      size_t len)
{
    unsigned char context[2 * sizeof(TPMU_HA)];
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KBKDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    bool ok = false;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("mac", (char *)"HMAC", 0),
        OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string("key", (void *)(uintptr_t)key,
                                          key_len),
        OSSL_PARAM_construct_octet_string("salt", (void *)(uintptr_t)label,
                                          strlen(label)),
        OSSL_PARAM_construct_octet_string("info", context,
                                          (size_t)u->size + v->size),
        OSSL_PARAM_construct_end(),
    };

    memcpy(context, u->buffer, u->size);
    memcpy(context + u->size, v->buffer, v->size);
    ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return ok;
}

static void
fill(unsigned char *out, size_t len, unsigned char seed)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)(seed + 7 * i);
}

static struct session
make_session(struct provider *prov)
{
    struct session session = { .prov = prov, .handle = 0x02000000 };

    session.key.size = SIZE;
    fill(session.key.buffer, SIZE, 1);
    session.caller.size = SIZE;
    fill(session.caller.buffer, SIZE, 2);
    session.tpm.size = SIZE;
    fill(session.tpm.buffer, SIZE, 3);
    session.attributes = TPMA_SESSION_CONTINUESESSION;
    return session;
}

static void
keys_are_derived_as_the_standard_says(struct provider *prov)
{
    struct session s = make_session(prov);
    unsigned char ours[SIZE];
    unsigned char theirs[SIZE];

    for (size_t len = 16; len <= SIZE; len += 16) {
        CHECK(session_kdfa(prov, s.key.buffer, s.key.size, "ATH", &s.tpm,
                           &s.caller, ours, len));
        CHECK(kbkdf(s.key.buffer, s.key.size, "ATH", &s.tpm, &s.caller, theirs,
                    len));
        CHECK(memcmp(ours, theirs, len) == 0);
    }
    CHECK(!session_kdfa(prov, s.key.buffer, s.key.size, "ATH", &s.tpm,
                        &s.caller, ours, SIZE + 1));
}

/* The HMAC of a message, by the one-shot functions. */
static void
expect_hmac(const struct session *s, const char *password, const void *message,
            size_t len, const TPM2B_NONCE *newer, const TPM2B_NONCE *older,
            unsigned char attributes, unsigned char out[SIZE])
{
    unsigned char key[2 * SIZE];
    unsigned char data[4 * SIZE];
    size_t out_len = 0;
    size_t size = SIZE;

    CHECK(EVP_Q_digest(NULL, "SHA256", NULL, message, len, data, NULL) == 1);
    memcpy(data + size, newer->buffer, newer->size);
    size += newer->size;
    memcpy(data + size, older->buffer, older->size);
    size += older->size;
    data[size++] = attributes;
    memcpy(key, s->key.buffer, SIZE);
    memcpy(key + SIZE, password, strlen(password));
    CHECK(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key,
                    SIZE + strlen(password), data, size, out, SIZE,
                    &out_len) != NULL);
}

static void
commands_are_authorized(struct provider *prov)
{
    struct session s = make_session(prov);
    /* zeros at the end of a password do not count, Part 1 §19.6.4 */
    const TPM2B_AUTH value = { .size = 8, .buffer = "secret\0" };
    const TPM2B_NAME name = { .size = 4, .name = "NAME" };
    const struct session_message message = {
        TPM2_CC_Sign, { &name, NULL }, (const unsigned char *)"params", 6
    };
    TPMS_AUTH_COMMAND auth = { 0 };
    unsigned char expected[SIZE];

    CHECK(session_authorize(&s, &value, &message, &auth));
    expect_hmac(&s, "secret", "\0\0\1\x5dNAMEparams", 14, &s.caller, &s.tpm, 1,
                expected);
    CHECK(auth.sessionHandle == s.handle && auth.hmac.size == SIZE);
    CHECK(memcmp(auth.hmac.buffer, expected, SIZE) == 0);
}

static void
answers_are_checked(struct provider *prov)
{
    const TPM2B_AUTH value = { .size = 6, .buffer = "secret" };
    const TPM2B_AUTH other = { .size = 6, .buffer = "Secret" };
    struct session_message message = {
        TPM2_CC_Sign, { NULL, NULL }, (const unsigned char *)"answer", 6
    };
    struct session s = make_session(prov);
    TPMS_AUTH_RESPONSE auth = { .sessionAttributes = 0 };
    struct session copy;

    auth.nonce.size = SIZE;
    fill(auth.nonce.buffer, SIZE, 9);
    auth.hmac.size = SIZE;
    expect_hmac(&s, "secret",
                "\0\0\0\0\0\0\1\x5d"
                "answer",
                14, &auth.nonce, &s.caller, 0, auth.hmac.buffer);
    for (size_t bit = 0; bit < 8 * SIZE; bit += 5) {
        copy = s;
        auth.hmac.buffer[bit / 8] ^= (BYTE)(1 << bit % 8);
        CHECK(!session_check(&copy, &value, &message, &auth));
        auth.hmac.buffer[bit / 8] ^= (BYTE)(1 << bit % 8);
    }
    copy = s;
    CHECK(!session_check(&copy, &other, &message, &auth));
    message.parameters = (const unsigned char *)"answes";
    CHECK(!session_check(&copy, &value, &message, &auth));
    message.parameters = (const unsigned char *)"answer";
    auth.hmac.size = 0;
    CHECK(!session_check(&copy, &value, &message, &auth));
    auth.hmac.size = SIZE;
    CHECK(session_check(&copy, &value, &message, &auth)); /* the control */
    CHECK(copy.handle == 0); /* the TPM has ended it */
    CHECK(memcmp(copy.tpm.buffer, auth.nonce.buffer, SIZE) == 0);
}

static void
parameters_are_encrypted(struct provider *prov)
{
    const TPM2B_AUTH value = { .size = 6, .buffer = "secret" };
    struct session s = make_session(prov);
    unsigned char key[SIZE + 6];
    unsigned char secret[SIZE];
    unsigned char data[] = "a password of a new key";
    unsigned char plain[sizeof data];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;

    CHECK(session_encrypt(&s, &value, data, sizeof data));
    memcpy(key, s.key.buffer, SIZE);
    memcpy(key + SIZE, "secret", 6);
    CHECK(kbkdf(key, sizeof key, "CFB", &s.caller, &s.tpm, secret, SIZE));
    CHECK(EVP_DecryptInit_ex2(ctx, prov->cipher, secret, secret + 16, NULL) ==
          1);
    CHECK(EVP_DecryptUpdate(ctx, plain, &len, data, sizeof data) == 1);
    CHECK(strcmp((char *)plain, "a password of a new key") == 0);
    EVP_CIPHER_CTX_free(ctx);
}

int
main(void)
{
    struct provider prov;

    if (CHECK(instance_make(&prov))) {
        keys_are_derived_as_the_standard_says(&prov);
        commands_are_authorized(&prov);
        answers_are_checked(&prov);
        parameters_are_encrypted(&prov);
    }
    instance_free(&prov);
    return check_end();
}
