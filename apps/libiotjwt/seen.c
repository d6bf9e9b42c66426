// SPDX-License-Identifier: Apache-2.0
/*
 * A table in which each pair of key and token has one place, and the newest has
 * it.  SHA-256 over the key's own and the token says which, so nothing but the
 * same bytes is taken for what was verified, and no token is kept.
 */
#include "seen.h"

#include "key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

struct iotjwt_seen {
    EVP_MD *sha256;
    EVP_MD_CTX *context;
    size_t most;
    unsigned char (*places)[SEEN_DIGEST];
};

struct iotjwt_seen *
iotjwt_seen_new(size_t most, OSSL_LIB_CTX *libctx, const char *propquery)
{
    struct iotjwt_seen *seen = NULL;

    if (most == 0 || most > SIZE_MAX / SEEN_DIGEST)
        return NULL;
    ERR_set_mark();
    seen = OPENSSL_zalloc(sizeof *seen);
    if (seen != NULL) {
        seen->sha256 = EVP_MD_fetch(libctx, "SHA256", propquery);
        seen->context = EVP_MD_CTX_new();
        seen->most = most;
        seen->places = OPENSSL_zalloc(most * SEEN_DIGEST);
        if (seen->sha256 == NULL || seen->context == NULL ||
            seen->places == NULL)
            iotjwt_seen_free(&seen);
    }
    ERR_pop_to_mark();
    return seen;
}

void
iotjwt_seen_free(struct iotjwt_seen **seen)
{
    if (seen == NULL || *seen == NULL)
        return;
    EVP_MD_free((*seen)->sha256);
    EVP_MD_CTX_free((*seen)->context);
    OPENSSL_free((*seen)->places);
    OPENSSL_free(*seen);
    *seen = NULL;
}

static unsigned char *
place_of(const struct iotjwt_seen *seen, const struct seen_mark *mark)
{
    size_t number;

    memcpy(&number, mark->digest, sizeof number);
    return seen->places[number % seen->most];
}

bool
iotjwt_seen_has(struct iotjwt_seen *seen, const struct iotjwt_key *key,
                const char *token, size_t length, struct seen_mark *mark)
{
    mark->is_made =
        seen != NULL &&
        EVP_DigestInit_ex(seen->context, seen->sha256, NULL) == 1 &&
        EVP_DigestUpdate(seen->context, key->digest, sizeof key->digest) == 1 &&
        EVP_DigestUpdate(seen->context, token, length) == 1 &&
        EVP_DigestFinal_ex(seen->context, mark->digest, NULL) == 1;
    return mark->is_made &&
           memcmp(place_of(seen, mark), mark->digest, SEEN_DIGEST) == 0;
}

void
iotjwt_seen_add(struct iotjwt_seen *seen, const struct seen_mark *mark)
{
    if (mark->is_made)
        memcpy(place_of(seen, mark), mark->digest, SEEN_DIGEST);
}
