// SPDX-License-Identifier: Apache-2.0
/*
 * Random bytes: what the TPM gives, encrypted on its way, and nothing kept.
 * Whose generator OpenSSL uses is openssl.cnf's affair; our own needs are met
 * by the default provider (provider-rand(7); TPM 2.0 Part 3 §16.1).
 */
#include "rand.h"

#include "dispatch.h"
#include "provider.h"
#include "use.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

struct generator {
    struct provider *prov;
    int state; /* EVP_RAND_STATE_* */
    int has_lock;
    pthread_mutex_t lock;
};

/* More goes over the bus in pieces; OpenSSL asks again for what is beyond. */
enum { REQUEST_MAX = 1 << 16, STRENGTH = 256 };

static OSSL_FUNC_rand_newctx_fn new_context;
static OSSL_FUNC_rand_freectx_fn free_context;
static OSSL_FUNC_rand_instantiate_fn instantiate;
static OSSL_FUNC_rand_uninstantiate_fn uninstantiate;
static OSSL_FUNC_rand_generate_fn generate;
static OSSL_FUNC_rand_enable_locking_fn enable_locking;
static OSSL_FUNC_rand_lock_fn lock;
static OSSL_FUNC_rand_unlock_fn unlock;
static OSSL_FUNC_rand_get_ctx_params_fn get_params;
static OSSL_FUNC_rand_gettable_ctx_params_fn gettable_params;

static void *
new_context(void *context, void *parent, const OSSL_DISPATCH *parent_functions)
{
    struct generator *generator = OPENSSL_zalloc(sizeof *generator);

    (void)parent; /* the TPM has its own source */
    (void)parent_functions;
    if (generator == NULL)
        return NULL;
    generator->prov = context;
    generator->state = EVP_RAND_STATE_UNINITIALISED;
    return generator;
}

static void
free_context(void *context)
{
    struct generator *generator = context;

    if (generator == NULL)
        return;
    if (generator->has_lock)
        pthread_mutex_destroy(&generator->lock);
    OPENSSL_free(generator);
}

static int
instantiate(void *context, unsigned int strength, int prediction_resistance,
            const unsigned char *text, size_t len, const OSSL_PARAM params[])
{
    struct generator *generator = context;

    (void)prediction_resistance;
    (void)text;
    (void)len;
    (void)params;
    if (strength > STRENGTH)
        return 0;
    generator->state = EVP_RAND_STATE_READY;
    return 1;
}

static int
uninstantiate(void *context)
{
    struct generator *generator = context;

    generator->state = EVP_RAND_STATE_UNINITIALISED;
    return 1;
}

struct fill_job {
    unsigned char *out;
    size_t len;
};

/* A TPM gives at most a digest at once, and may give less. */
static int
fill_work(struct tpm *tpm, void *arg)
{
    struct fill_job *job = arg;
    struct use use = { .tpm = NULL };
    struct tpm_auth auth = { &use.session, NULL };
    TPM2B_DIGEST bytes = { 0 };
    size_t done = 0;
    int ok = use_session(&use, tpm);

    while (ok && done < job->len) {
        size_t left = job->len - done;
        uint16_t len =
            (uint16_t)(left < sizeof bytes.buffer ? left : sizeof bytes.buffer);

        ok = tpm_get_random(tpm, &auth, &len, &bytes);
        if (ok) {
            memcpy(job->out + done, bytes.buffer, len);
            done += len;
        }
    }
    OPENSSL_cleanse(&bytes, sizeof bytes);
    use_end(&use);
    return ok;
}

static int
generate(void *context, unsigned char *out, size_t len, unsigned int strength,
         int prediction_resistance, const unsigned char *text, size_t text_len)
{
    const struct generator *generator = context;
    struct fill_job job = { out, len };

    (void)prediction_resistance; /* every byte is fresh */
    (void)text;
    (void)text_len;
    return generator->state == EVP_RAND_STATE_READY && strength <= STRENGTH &&
           len <= REQUEST_MAX &&
           tpm_transact(generator->prov, "random bytes", fill_work, &job);
}

static int
enable_locking(void *context)
{
    struct generator *generator = context;

    if (!generator->has_lock)
        generator->has_lock = pthread_mutex_init(&generator->lock, NULL) == 0;
    return generator->has_lock;
}

static int
lock(void *context)
{
    struct generator *generator = context;

    return !generator->has_lock || pthread_mutex_lock(&generator->lock) == 0;
}

static void
unlock(void *context)
{
    struct generator *generator = context;

    if (generator->has_lock)
        pthread_mutex_unlock(&generator->lock);
}

static int
get_params(void *context, OSSL_PARAM params[])
{
    const struct generator *generator = context;
    OSSL_PARAM *p = NULL;

    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
    if (p != NULL && !OSSL_PARAM_set_int(p, generator->state))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
    if (p != NULL && !OSSL_PARAM_set_uint(p, STRENGTH))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
    return p == NULL || OSSL_PARAM_set_size_t(p, REQUEST_MAX);
}

static const OSSL_PARAM *
gettable_params(void *context, void *prov)
{
    static const OSSL_PARAM params[] = {
        OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
        OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
        OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
        OSSL_PARAM_END,
    };

    (void)context;
    (void)prov;
    return params;
}

const OSSL_DISPATCH tpm_rand_functions[] = {
    DISPATCH(OSSL_FUNC_RAND_NEWCTX, new_context),
    DISPATCH(OSSL_FUNC_RAND_FREECTX, free_context),
    DISPATCH(OSSL_FUNC_RAND_INSTANTIATE, instantiate),
    DISPATCH(OSSL_FUNC_RAND_UNINSTANTIATE, uninstantiate),
    DISPATCH(OSSL_FUNC_RAND_GENERATE, generate),
    DISPATCH(OSSL_FUNC_RAND_ENABLE_LOCKING, enable_locking),
    DISPATCH(OSSL_FUNC_RAND_LOCK, lock),
    DISPATCH(OSSL_FUNC_RAND_UNLOCK, unlock),
    DISPATCH(OSSL_FUNC_RAND_GET_CTX_PARAMS, get_params),
    DISPATCH(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, gettable_params),
    { 0, NULL },
};
