// SPDX-License-Identifier: Apache-2.0
/*
 * Each allocation in turn fails, in OpenSSL and in Jansson: every function
 * then fails as its header says, or does without; nothing is lost or broken.
 */
#include "check.h"
#include "tokens.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795287000, TURNS_MOST = 20000 };

static const struct iotjwt_claims claims = {
    .audience = "p1",
    .issued_at = NOW,
    .expires_at = NOW + 60,
    .subject = "s",
    .extra = "{\"x\":[1,\"two\"]}",
};

static EVP_PKEY *pkey;
static struct iotjwt_key *public;
static char *pem;
static char *good;

/* The allocation that fails, counted down; none while it is negative. */
static long until = -1;

static bool
is_turn(void)
{
    return until >= 0 && until-- == 0;
}

static void *
allocate(size_t size)
{
    return is_turn() ? NULL : malloc(size);
}

static void *
openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return allocate(size);
}

static void *
openssl_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return is_turn() ? NULL : realloc(memory, size);
}

static void
openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* Each takes one step of the library and says whether it was done. */
static bool
mint(struct iotjwt_error *error)
{
    char *token = iotjwt_mint(pkey, &claims, NULL, NULL, error);
    bool is_done = token != NULL;

    iotjwt_free(&token);
    return is_done;
}

static bool
verify(struct iotjwt_error *error)
{
    static const struct iotjwt_policy policy = { "p1", NOW, 0, 60 };
    struct iotjwt_claims *read =
        iotjwt_verify(good, strlen(good), public, &policy, error);
    bool is_done = read != NULL;

    iotjwt_claims_free(&read);
    return is_done;
}

static bool
decode(struct iotjwt_error *error)
{
    struct iotjwt_unverified *shown =
        iotjwt_decode_unverified(good, strlen(good), error);
    bool is_done = shown != NULL;

    iotjwt_unverified_free(&shown);
    return is_done;
}

static bool
make_key(struct iotjwt_error *error)
{
    struct iotjwt_key *key =
        iotjwt_key_new(IOTJWT_ES256, pem, strlen(pem), NULL, NULL, error);
    bool is_done = key != NULL;

    iotjwt_key_free(&key);
    return is_done;
}

static bool
use_source(struct iotjwt_error *error)
{
    struct iotjwt_source *source =
        iotjwt_source_new(pkey, "p1", 60, NULL, "?provider=default", error);
    char *token = NULL;
    bool is_done = false;

    if (source != NULL)
        token = iotjwt_source_get(source, NOW, NULL, error);
    is_done = token != NULL;
    iotjwt_free(&token);
    iotjwt_source_free(&source);
    return is_done;
}

static const struct step {
    const char *name;
    bool (*run)(struct iotjwt_error *error);
} steps[] = {
    { "mint", mint },
    { "verify", verify },
    { "decode", decode },
    { "make_key", make_key },
    { "use_source", use_source },
};

static void
check_step(const struct step *step)
{
    struct iotjwt_error error;
    long turn = 0;
    long failures = 0;

    until = -1;
    CHECK(step->run(&error) && error.code == IOTJWT_OK);
    for (; turn < TURNS_MOST; turn++) {
        bool is_done;

        until = turn;
        is_done = step->run(&error);
        ERR_clear_error();
        failures += !is_done;
        if (!CHECK(is_done == (error.code == IOTJWT_OK)) ||
            !CHECK(is_done == (error.text[0] == '\0')))
            fprintf(stderr, "  %s, allocation %ld\n", step->name, turn);
        if (until >= 0)
            break; /* there was no such allocation: all have had their turn */
    }
    until = -1;
    CHECK(turn < TURNS_MOST && failures > 0);
    CHECK(step->run(&error) && error.code == IOTJWT_OK);
    printf("%s: %ld allocations, %ld mattered\n", step->name, turn, failures);
}

int
main(void)
{
    if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
                                  openssl_free))
        return 77;
    json_set_alloc_funcs(allocate, free);
    pkey = tokens_key("EC", 0, "P-256");
    public = tokens_public(pkey, IOTJWT_ES256);
    pem = tokens_public_pem(pkey);
    good = iotjwt_mint(pkey, &claims, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        check_step(&steps[i]);
    iotjwt_free(&good);
    free(pem);
    iotjwt_key_free(&public);
    EVP_PKEY_free(pkey);
    return check_end();
}
