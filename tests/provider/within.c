// SPDX-License-Identifier: Apache-2.0
/*
 * Loads the provider that is linked with the program as a built-in one, and
 * finds its functions (provider(7), OSSL_PROVIDER(3)).
 */
#include "within.h"

#include "provider.h"

#include <err.h>
#include <openssl/bio.h>
#include <string.h>

enum { CORE_FUNCTIONS_MAX = 64 };

OSSL_provider_init_fn OSSL_provider_init;

void (*within_watch)(bool is_inside);

static int
read_bio(OSSL_CORE_BIO *bio, void *data, size_t len, size_t *done)
{
    return BIO_read_ex((BIO *)bio, data, len, done);
}

static int
write_bio(OSSL_CORE_BIO *bio, const void *data, size_t len, size_t *done)
{
    return BIO_write_ex((BIO *)bio, data, len, done);
}

static int
get_bio(OSSL_CORE_BIO *bio, char *line, int size)
{
    return BIO_gets((BIO *)bio, line, size);
}

static int
put_bio(OSSL_CORE_BIO *bio, const char *text)
{
    return BIO_puts((BIO *)bio, text);
}

static int
control_bio(OSSL_CORE_BIO *bio, int command, long number, void *arg)
{
    return (int)BIO_ctrl((BIO *)bio, command, number, arg);
}

static int
hold_bio(OSSL_CORE_BIO *bio)
{
    return BIO_up_ref((BIO *)bio);
}

static int
free_bio(OSSL_CORE_BIO *bio)
{
    return BIO_free((BIO *)bio);
}

static const OSSL_DISPATCH bios[] = {
    { OSSL_FUNC_BIO_READ_EX, (void (*)(void))read_bio },
    { OSSL_FUNC_BIO_WRITE_EX, (void (*)(void))write_bio },
    { OSSL_FUNC_BIO_GETS, (void (*)(void))get_bio },
    { OSSL_FUNC_BIO_PUTS, (void (*)(void))put_bio },
    { OSSL_FUNC_BIO_CTRL, (void (*)(void))control_bio },
    { OSSL_FUNC_BIO_UP_REF, (void (*)(void))hold_bio },
    { OSSL_FUNC_BIO_FREE, (void (*)(void))free_bio },
};

/* OpenSSL keeps what an OSSL_CORE_BIO is to itself. */
static OSSL_DISPATCH
with_our_bios(const OSSL_DISPATCH *row)
{
    for (size_t i = 0; i < sizeof bios / sizeof *bios; i++)
        if (bios[i].function_id == row->function_id)
            return bios[i];
    return *row;
}

static int
init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
     const OSSL_DISPATCH **out, void **context)
{
    OSSL_DISPATCH core[CORE_FUNCTIONS_MAX] = { { 0, NULL } };
    int ok = 0;

    for (size_t i = 0; in[i].function_id != 0; i++) {
        if (i + 1 == CORE_FUNCTIONS_MAX)
            return 0;
        core[i] = with_our_bios(&in[i]);
    }
    if (within_watch != NULL)
        within_watch(true);
    ok = OSSL_provider_init(handle, core, out, context);
    if (within_watch != NULL)
        within_watch(false);
    return ok;
}

bool
within_open(struct within *within)
{
    memset(within, 0, sizeof *within);
    within->libctx = OSSL_LIB_CTX_new();
    if (within->libctx == NULL ||
        !OSSL_PROVIDER_add_builtin(within->libctx, "tpm2", init))
        return false;
    within->provider = OSSL_PROVIDER_load(within->libctx, "tpm2");
    if (within->provider == NULL)
        return false;
    within->context = OSSL_PROVIDER_get0_provider_ctx(within->provider);
    return true;
}

void
within_close(struct within *within)
{
    if (within->provider != NULL)
        OSSL_PROVIDER_unload(within->provider);
    OSSL_LIB_CTX_free(within->libctx);
    memset(within, 0, sizeof *within);
}

void
within_forget(struct within *within)
{
    struct provider *prov = within->context;
    struct tpm *tpm = atomic_exchange(&prov->tpm, NULL);

    tpm_free(&tpm);
    atomic_store(&prov->chip, 0);
}

/* Names stand between colons. */
static bool
is_named(const OSSL_ALGORITHM *row, const char *name)
{
    size_t len = strlen(name);

    return strncmp(row->algorithm_names, name, len) == 0 &&
           (row->algorithm_names[len] == ':' ||
            row->algorithm_names[len] == '\0');
}

const OSSL_DISPATCH *
within_find(const struct within *within, int operation, const char *name,
            const char *property, int id)
{
    int no_cache = 0;
    const OSSL_ALGORITHM *row =
        OSSL_PROVIDER_query_operation(within->provider, operation, &no_cache);

    for (; row != NULL && row->algorithm_names != NULL; row++) {
        if (!is_named(row, name) ||
            (property != NULL &&
             strstr(row->property_definition, property) == NULL))
            continue;
        for (const OSSL_DISPATCH *f = row->implementation; f->function_id != 0;
             f++)
            if (f->function_id == id)
                return f;
    }
    errx(2, "no function %d of %s in operation %d", id, name, operation);
}
