// SPDX-License-Identifier: Apache-2.0
/*
 * Answers of a TPM: whatever they are, every piece of work ends, keeps to its
 * memory and gives it back. The first byte chooses the work; the second says
 * whether HMACs are taken for right, so that what is behind them is reached,
 * and whether the last answer is given for ever; the rest is the answers.
 */
#include "tpm.h"
#include "work.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct within within;
static struct work_key peer;
static int is_believed;

/* In the place of OpenSSL's, which says 0 when they are the same. */
int
CRYPTO_memcmp(const void *one, const void *other, size_t len)
{
    return is_believed ? 0 : memcmp(one, other, len);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    size_t size = 0;
    const uint8_t *answer = NULL;

    (void)argc;
    (void)argv;
    if (setenv("TSS2_LOG", "all+NONE", 1) != 0)
        abort();
    answer = tpm_public_answer(&size);
    if (setenv("TPM2OPENSSL_TCTI", "fuzz:", 1) != 0 || !within_open(&within))
        abort();
    tpm_answers_always(answer, size);
    peer = work_load(&within, "EC", "handle:0x81000002");
    if (peer.key == NULL)
        abort();
    return 0;
}

static OSSL_PARAM
text(const char *name, const char *value)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)value, 0);
}

static OSSL_PARAM
number(const char *name, const uint32_t *value)
{
    return OSSL_PARAM_construct_uint32(name, (uint32_t *)(uintptr_t)value);
}

static const uint32_t parent = 0x81000001, owner = 0x40000001;
static const uint32_t free_handle = 0x81000020;

/* All that is done with a key, and what has to hold of it. */
static void
use(struct work_key key)
{
    const OSSL_PARAM pss[] = { text("pad-mode", "pss"), text("saltlen", "max"),
                               OSSL_PARAM_construct_end() };
    static struct work_bytes out;

    if (key.key == NULL)
        return;
    (void)!work_encode(&within, &key, OSSL_KEYMGMT_SELECT_ALL, "output=text",
                       &out);
    (void)!work_encode(&within, &key, OSSL_KEYMGMT_SELECT_PUBLIC_KEY,
                       "output=der,structure=Subject", &out);
    if (work_encode(&within, &key, OSSL_KEYMGMT_SELECT_ALL,
                    "output=pem,structure=Private", &out)) {
        struct work_key again = work_decode(&within, key.type, &out);

        work_free(&within, &again);
    }
    (void)!work_sign(&within, &key, false, NULL);
    (void)!work_sign(&within, &key, true, NULL);
    if (strcmp(key.type, "RSA") == 0) {
        (void)!work_sign(&within, &key, true, pss);
        (void)!work_decrypt(&within, &key, NULL);
    } else {
        (void)!work_agree(&within, &key, &peer, NULL);
    }
    work_free(&within, &key);
}

static void
use_ec_at_handle(void)
{
    use(work_load(&within, "EC", "handle:0x81000010"));
}

static void
use_rsa_at_handle(void)
{
    use(work_load(&within, "RSA", "handle:0x81000010"));
}

static void
generate_plain(void)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  OSSL_PARAM_construct_end() };

    use(work_generate(&within, "EC", params, NULL));
}

static void
generate_under_owner(void)
{
    const OSSL_PARAM params[] = { number("parent", &owner),
                                  number("handle", &free_handle),
                                  OSSL_PARAM_construct_end() };

    use(work_generate(&within, "RSA", params, NULL));
}

static void
generate_with_password(void)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  text("user-auth", WORK_PASSWORD),
                                  OSSL_PARAM_construct_end() };

    use(work_generate(&within, "EC", params, NULL));
}

static void
generate_with_policy(void)
{
    const OSSL_PARAM params[] = { number("parent", &parent),
                                  text("policy-pcr", "sha256:0,7,23"),
                                  text("user-auth", WORK_PASSWORD),
                                  OSSL_PARAM_construct_end() };

    use(work_generate(&within, "EC", params, NULL));
}

static void
tell_state(void)
{
    char told[256] = "";
    int lockout = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("tpm-parent", told, sizeof told),
        OSSL_PARAM_construct_int("tpm-in-lockout", &lockout),
        OSSL_PARAM_construct_end(),
    };

    (void)OSSL_PROVIDER_get_params(within.provider, params);
}

static const OSSL_DISPATCH *
of_rand(int id)
{
    return within_find(&within, OSSL_OP_RAND, "TPM2-RAND", NULL, id);
}

static void
give_random_bytes(void)
{
    unsigned char bytes[100];
    void *ctx = OSSL_FUNC_rand_newctx(of_rand(OSSL_FUNC_RAND_NEWCTX))(
        within.context, NULL, NULL);

    if (ctx == NULL)
        return;
    if (OSSL_FUNC_rand_instantiate(of_rand(OSSL_FUNC_RAND_INSTANTIATE))(
            ctx, 0, 0, NULL, 0, NULL))
        (void)OSSL_FUNC_rand_generate(of_rand(OSSL_FUNC_RAND_GENERATE))(
            ctx, bytes, sizeof bytes, 0, 0, NULL, 0);
    OSSL_FUNC_rand_freectx(of_rand(OSSL_FUNC_RAND_FREECTX))(ctx);
}

static void (*const works[])(void) = {
    use_ec_at_handle,       use_rsa_at_handle,    generate_plain,
    generate_under_owner,   generate_with_policy, tell_state,
    generate_with_password, give_random_bytes,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    within_forget(&within);
    is_believed = data[1] & 1;
    tpm_answers(data + 2, size - 2, data[1] & 2);
    works[data[0] % (sizeof works / sizeof *works)]();
    ERR_clear_error();
    return 0;
}
