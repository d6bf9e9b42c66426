// SPDX-License-Identifier: Apache-2.0
/*
 * Each reason to refuse a token, beside the token that differs in that alone
 * and is let in.
 */
#include "check.h"
#include "gate/judge.h"
#include "registry/registry.h"

#include <iotjwt.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdlib.h>
#include <string.h>

#define PROJECT "p-1"

enum { NOW = 1800000000, HOUR = 3600 };

enum { RSA_1, RSA_2, EC_1, EC_2, KEY_COUNT };

struct keys {
    EVP_PKEY *pkey[KEY_COUNT];
    unsigned char *spki[KEY_COUNT];
    int length[KEY_COUNT];
};

/* What the record holds, what is done with it, and what comes of it. */
struct row {
    const char *name;
    int registered[3]; /* keys, each plus one; 0 for none */
    int64_t key_expires;
    int signer;
    const char *audience;
    int64_t issued, expires; /* relative to NOW */
    const char *token;       /* instead of one that is minted */
    enum gate_reason reason;
    const char *text; /* in the refusal */
};

static const struct row rows[] = {
    { "rs256",
      { RSA_1 + 1 },
      0,
      RSA_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "es256",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "second of two",
      { RSA_1 + 1, RSA_2 + 1 },
      0,
      RSA_2,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "third of three kinds",
      { RSA_1 + 1, RSA_2 + 1, EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },

    { "no key",
      { 0 },
      0,
      RSA_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_CREDENTIAL,
      "no credentials" },
    { "key expired",
      { RSA_1 + 1 },
      NOW,
      RSA_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_CREDENTIAL_EXPIRED,
      "unexpired" },
    { "key expires later",
      { RSA_1 + 1 },
      NOW + 1,
      RSA_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "other algorithm",
      { EC_1 + 1 },
      0,
      RSA_1,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_ALGORITHM,
      "RS256" },
    { "stranger",
      { RSA_1 + 1 },
      0,
      RSA_2,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_SIGNATURE,
      "no key of the device: it has 1" },
    { "stranger to two kinds",
      { EC_1 + 1, RSA_1 + 1 },
      0,
      RSA_2,
      PROJECT,
      0,
      HOUR,
      NULL,
      GATE_SIGNATURE,
      "it has 2" },

    { "other audience",
      { EC_1 + 1 },
      0,
      EC_1,
      "p-2",
      0,
      HOUR,
      NULL,
      GATE_AUDIENCE,
      "p-2, not p-1" },
    { "at the skew",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      GATE_SKEW,
      HOUR,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "from the future",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      GATE_SKEW + 1,
      HOUR,
      NULL,
      GATE_ISSUED_IN_FUTURE,
      "issued 601 s in the future" },
    { "just over",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      -HOUR,
      -GATE_SKEW,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "long over",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      -HOUR,
      -GATE_SKEW - 1,
      NULL,
      GATE_EXPIRED,
      "expired 601 s ago" },
    { "longest",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      0,
      GATE_LONGEST + GATE_SKEW,
      NULL,
      GATE_NO_REASON,
      NULL },
    { "too long",
      { EC_1 + 1 },
      0,
      EC_1,
      PROJECT,
      0,
      GATE_LONGEST + GATE_SKEW + 1,
      NULL,
      GATE_LIFETIME,
      "87001 s" },

    { "a word",
      { EC_1 + 1 },
      0,
      0,
      NULL,
      0,
      0,
      "unused",
      GATE_NOT_A_TOKEN,
      "not a token" },
    { "two dots",
      { EC_1 + 1 },
      0,
      0,
      NULL,
      0,
      0,
      "..",
      GATE_NOT_A_TOKEN,
      "header" },
    { "no signature wanted",
      { EC_1 + 1 },
      0,
      0,
      NULL,
      0,
      0,
      "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhdWQiOiJwLTEifQ.",
      GATE_ALGORITHM,
      "none" },
    { "a shared secret",
      { RSA_1 + 1 },
      0,
      0,
      NULL,
      0,
      0,
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJwLTEifQ.AAAA",
      GATE_ALGORITHM,
      "HS256" },
};

static bool
keys_make(struct keys *keys)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        keys->pkey[i] = i < EC_1 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
        keys->length[i] = i2d_PUBKEY(keys->pkey[i], &keys->spki[i]);
        if (keys->length[i] <= 0)
            return false;
    }
    return true;
}

static void
keys_free(struct keys *keys)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        EVP_PKEY_free(keys->pkey[i]);
        OPENSSL_free(keys->spki[i]);
    }
}

static struct registry_admission
record_of(const struct row *row, const struct keys *keys)
{
    struct registry_admission admission = { .mqtt_enabled = true };

    for (size_t i = 0; i < 3 && row->registered[i] != 0; i++) {
        int key = row->registered[i] - 1;

        admission.keys[admission.key_count++] = (struct registry_key){
            .algorithm = key < EC_1 ? REGISTRY_RS256 : REGISTRY_ES256,
            .expires = row->key_expires,
            .spki = keys->spki[key],
            .spki_length = (size_t)keys->length[key],
        };
    }
    return admission;
}

static char *
token_of(const struct row *row, const struct keys *keys)
{
    struct iotjwt_claims claims = {
        .audience = row->audience,
        .issued_at = NOW + row->issued,
        .expires_at = NOW + row->expires,
    };

    if (row->token != NULL)
        return NULL;
    return iotjwt_mint(keys->pkey[row->signer], &claims, NULL, NULL, NULL);
}

static void
check_row(const struct row *row, const struct keys *keys)
{
    struct registry_admission admission = record_of(row, keys);
    char *minted = token_of(row, keys);
    const char *token = minted != NULL ? minted : row->token;
    struct gate_visitor visitor = {
        .token = token,
        .token_length = token != NULL ? strlen(token) : 0,
        .now = NOW,
        .skew = GATE_SKEW,
    };
    struct gate_refusal refusal = { GATE_NO_REASON, "" };
    struct gate_pass pass = { 0, 0 };
    bool in = CHECK(token != NULL) &&
              gate_judge_token(&admission, PROJECT, &visitor, &pass, &refusal);

    if (!CHECK(in == (row->reason == GATE_NO_REASON)) ||
        !CHECK(in || refusal.reason == row->reason) ||
        !CHECK(in || strstr(refusal.text, row->text) != NULL) ||
        !CHECK(!in || pass.expires_at == NOW + row->expires))
        fprintf(stderr, "  %s: %s\n", row->name, refusal.text);
    iotjwt_free(&minted);
}

/* What the record alone forbids. */
static void
check_records(void)
{
    struct registry_admission admission = { .mqtt_enabled = true };
    struct gate_refusal refusal;

    CHECK(gate_judge_record(&admission, GATE_DOOR_MQTT, &refusal));
    admission.blocked = true;
    CHECK(!gate_judge_record(&admission, GATE_DOOR_MQTT, &refusal));
    CHECK(refusal.reason == GATE_BLOCKED);
    admission.blocked = false;
    admission.mqtt_enabled = false;
    CHECK(!gate_judge_record(&admission, GATE_DOOR_MQTT, &refusal));
    CHECK(refusal.reason == GATE_MQTT_DISABLED);
}

int
main(void)
{
    struct keys keys = { 0 };

    if (CHECK(keys_make(&keys)))
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            check_row(&rows[i], &keys);
    check_records();
    keys_free(&keys);
    return check_end();
}
