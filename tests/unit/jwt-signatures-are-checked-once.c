// SPDX-License-Identifier: Apache-2.0
/*
 * A token whose signature was good is let in again without a look at that, and
 * nothing but the same token with the same key is; its claims are judged each
 * time.  That nobody looked is shown by taking the key away inside.
 */
#include "check.h"
#include "key.h"
#include "tokens.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, MANY = 64 };

static struct iotjwt_seen *seen;

static enum iotjwt_code
verify(struct iotjwt_seen *with, const char *token,
       const struct iotjwt_key *key, const char *audience, int64_t now)
{
    struct iotjwt_policy policy = {
        .audience = audience, .now = now, .skew = 0, .longest = 60
    };
    struct iotjwt_error error;
    struct iotjwt_claims *claims =
        iotjwt_verify_seen(with, token, strlen(token), key, &policy, &error);
    bool ok = claims != NULL;

    iotjwt_claims_free(&claims);
    return ok ? IOTJWT_OK : error.code;
}

static char *
mint(EVP_PKEY *key, const char *subject)
{
    struct iotjwt_claims claims = { .audience = "p1",
                                    .subject = subject,
                                    .issued_at = NOW,
                                    .expires_at = NOW + 60 };

    return iotjwt_mint(key, &claims, NULL, NULL, NULL);
}

/* With another key inside, which no signature here is of, a token that is let
 * in was remembered. */
static void
check_memory(const char *token, const char *other, struct iotjwt_key *key,
             EVP_PKEY *stranger)
{
    EVP_PKEY *own = key->pkey;
    char *changed = strdup(token);

    CHECK(verify(seen, token, key, "p1", NOW) == IOTJWT_OK);
    key->pkey = stranger;
    CHECK(verify(seen, token, key, "p1", NOW) == IOTJWT_OK);
    CHECK(verify(NULL, token, key, "p1", NOW) == IOTJWT_SIGNATURE);
    CHECK(verify(seen, other, key, "p1", NOW) == IOTJWT_SIGNATURE);
    CHECK(verify(seen, other, key, "p1", NOW) == IOTJWT_SIGNATURE);
    CHECK(verify(seen, token, key, "p2", NOW) == IOTJWT_AUDIENCE);
    CHECK(verify(seen, token, key, "p1", NOW + 61) == IOTJWT_EXPIRED);
    CHECK(verify(seen, token, key, "p1", NOW - 1) == IOTJWT_ISSUED_IN_FUTURE);
    for (size_t i = 0; changed != NULL && i < strlen(token); i++) {
        changed[i] = changed[i] == 'x' ? 'y' : 'x';
        CHECK(verify(seen, changed, key, "p1", NOW) != IOTJWT_OK);
        changed[i] = token[i];
    }
    CHECK(verify(seen, changed, key, "p1", NOW) == IOTJWT_OK);
    key->pkey = own;
    free(changed);
}

/* A good signature is remembered also when the claims were not good. */
static void
check_late(const char *token, struct iotjwt_key *key, EVP_PKEY *stranger)
{
    EVP_PKEY *own = key->pkey;

    CHECK(verify(seen, token, key, "p1", NOW + 61) == IOTJWT_EXPIRED);
    key->pkey = stranger;
    CHECK(verify(seen, token, key, "p1", NOW + 61) == IOTJWT_EXPIRED);
    key->pkey = own;
}

/* Of more than there is room for, some are forgotten and none is confused. */
static void
check_room(EVP_PKEY *pkey, struct iotjwt_key *key, EVP_PKEY *stranger)
{
    struct iotjwt_seen *small = iotjwt_seen_new(MANY / 4, NULL, NULL);
    char *tokens[MANY];
    EVP_PKEY *own = key->pkey;
    int remembered = 0;

    for (int i = 0; i < MANY; i++) {
        char subject[] = { (char)('0' + i), '\0' };

        tokens[i] = mint(pkey, subject);
        CHECK(verify(small, tokens[i], key, "p1", NOW) == IOTJWT_OK);
    }
    key->pkey = stranger;
    for (int i = 0; i < MANY; i++) {
        remembered += verify(small, tokens[i], key, "p1", NOW) == IOTJWT_OK;
        iotjwt_free(&tokens[i]);
    }
    key->pkey = own;
    CHECK(remembered > 0 && remembered <= MANY / 4);
    iotjwt_seen_free(&small);
    CHECK(small == NULL);
    iotjwt_seen_free(&small);
}

int
main(void)
{
    EVP_PKEY *one = tokens_key("EC", 0, "P-256");
    EVP_PKEY *two = tokens_key("EC", 0, "P-256");
    EVP_PKEY *stranger = tokens_key("EC", 0, "P-256");
    struct iotjwt_key *first = tokens_public(one, IOTJWT_ES256);
    struct iotjwt_key *second = tokens_public(two, IOTJWT_ES256);
    char *token = mint(one, "a");
    char *other = mint(one, "b");
    char *late = mint(two, "c");

    seen = iotjwt_seen_new(MANY, NULL, NULL);
    CHECK(seen != NULL);
    CHECK(iotjwt_seen_new(0, NULL, NULL) == NULL);
    CHECK(iotjwt_seen_new(1, NULL, "provider=none") == NULL);
    check_memory(token, other, first, stranger);
    CHECK(verify(seen, token, second, "p1", NOW) == IOTJWT_SIGNATURE);
    check_late(late, second, stranger);
    check_room(one, first, stranger);

    iotjwt_free(&token);
    iotjwt_free(&other);
    iotjwt_free(&late);
    iotjwt_key_free(&first);
    iotjwt_key_free(&second);
    iotjwt_seen_free(&seen);
    EVP_PKEY_free(one);
    EVP_PKEY_free(two);
    EVP_PKEY_free(stranger);
    return check_end();
}
