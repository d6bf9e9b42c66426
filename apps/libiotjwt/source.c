// SPDX-License-Identifier: Apache-2.0
/*
 * The token source: one token kept until four fifths of its life are over.
 * A lock is held while the key signs, so that threads which come together get
 * one signature and not one each: a TPM is slow.
 */
#include "algorithm.h"
#include "error.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

struct iotjwt_source {
    CRYPTO_RWLOCK *lock; /* over token, issued_at and expires_at */
    char *token;         /* NULL before the first one */
    int64_t issued_at, expires_at;
    int64_t lifetime;
    EVP_PKEY *key;
    char *audience;
    OSSL_LIB_CTX *libctx;
    char *propquery;
};

static bool
is_sane(EVP_PKEY *key, const char *audience, int64_t lifetime,
        struct iotjwt_error *error)
{
    if (key != NULL && audience != NULL && *audience != '\0' && lifetime >= 1 &&
        lifetime <= IOTJWT_LATEST)
        return iotjwt_row_for_key(key, error) != NULL;
    return iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                            "a token source needs a key, an audience and a "
                            "lifetime of 1 s or more");
}

/* A copy of TEXT, which may be NULL, in *COPY. */
static bool
copy_text(const char *text, char **copy)
{
    *copy = text == NULL ? NULL : OPENSSL_strdup(text);
    return text == NULL || *copy != NULL;
}

struct iotjwt_source *
iotjwt_source_new(EVP_PKEY *key, const char *audience, int64_t lifetime,
                  OSSL_LIB_CTX *libctx, const char *propquery,
                  struct iotjwt_error *error)
{
    struct iotjwt_source *source = NULL;
    bool ok = false;

    iotjwt_error_clear(error);
    ERR_set_mark();
    if (!is_sane(key, audience, lifetime, error))
        goto out;
    source = OPENSSL_zalloc(sizeof *source);
    if (source == NULL || !copy_text(audience, &source->audience) ||
        !copy_text(propquery, &source->propquery) ||
        (source->lock = CRYPTO_THREAD_lock_new()) == NULL ||
        !EVP_PKEY_up_ref(key)) {
        iotjwt_error_memory(error);
        goto out;
    }
    source->key = key;
    source->lifetime = lifetime;
    source->libctx = libctx;
    ok = true;
out:
    if (!ok)
        iotjwt_source_free(&source);
    ERR_pop_to_mark();
    return source;
}

static bool
is_fresh(const struct iotjwt_source *source, int64_t now)
{
    return source->token != NULL && now >= source->issued_at &&
           now - source->issued_at < source->lifetime * 4 / 5;
}

/* Could the one at hand still be used, if no other can be made? */
static bool
is_valid(const struct iotjwt_source *source, int64_t now)
{
    return source->token != NULL && now >= source->issued_at &&
           now < source->expires_at;
}

static bool
renew(struct iotjwt_source *source, int64_t now, struct iotjwt_error *error)
{
    struct iotjwt_claims claims = {
        .audience = source->audience,
        .issued_at = now,
        .expires_at = now + source->lifetime,
    };
    char *token = iotjwt_mint(source->key, &claims, source->libctx,
                              source->propquery, error);

    if (token == NULL)
        return false;
    iotjwt_free(&source->token);
    source->token = token;
    source->issued_at = claims.issued_at;
    source->expires_at = claims.expires_at;
    return true;
}

char *
iotjwt_source_get(struct iotjwt_source *source, int64_t now,
                  int64_t *expires_at, struct iotjwt_error *error)
{
    char *token = NULL;

    iotjwt_error_clear(error);
    if (source == NULL || now < 0 || now > IOTJWT_LATEST) {
        iotjwt_error_set(error, IOTJWT_BAD_ARGUMENT,
                         "a source and the time are needed");
        return NULL;
    }
    if (!CRYPTO_THREAD_write_lock(source->lock)) {
        iotjwt_error_memory(error);
        return NULL;
    }
    if (is_fresh(source, now) || renew(source, now, error) ||
        is_valid(source, now)) {
        token = OPENSSL_strdup(source->token);
        if (token == NULL)
            iotjwt_error_memory(error);
        else if (expires_at != NULL)
            *expires_at = source->expires_at;
    }
    CRYPTO_THREAD_unlock(source->lock);
    return token;
}

void
iotjwt_source_free(struct iotjwt_source **source)
{
    if (source == NULL || *source == NULL)
        return;
    iotjwt_free(&(*source)->token);
    EVP_PKEY_free((*source)->key);
    CRYPTO_THREAD_lock_free((*source)->lock);
    OPENSSL_free((*source)->audience);
    OPENSSL_free((*source)->propquery);
    OPENSSL_free(*source);
    *source = NULL;
}
