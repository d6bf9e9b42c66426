// SPDX-License-Identifier: Apache-2.0
/*
 * What is set by words: a line NAME=VALUE each.  The provider's section of
 * openssl.cnf either loads, and then the TPM is looked for where it says, or
 * is refused; the options of genpkey and of operations are taken or refused,
 * as text, as a number and as bytes.
 */
#include "provider.h"
#include "swtpm.h"
#include "tpm.h"
#include "work.h"

#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

OSSL_provider_init_fn OSSL_provider_init;

enum { LINES_MAX = 16 };

struct line {
    char *name;
    char *value;
};

static struct line lines[LINES_MAX];
static size_t count;
static struct within within;
static struct work_key key;
static OSSL_LIB_CTX *private;

static void
insist(int is_so)
{
    if (!is_so)
        abort();
}

/* In the place of OpenSSL's: a library context a try would take too long. */
OSSL_LIB_CTX *
OSSL_LIB_CTX_new_from_dispatch(const OSSL_CORE_HANDLE *handle,
                               const OSSL_DISPATCH *in)
{
    (void)handle;
    (void)in;
    return private;
}

void
OSSL_LIB_CTX_free(OSSL_LIB_CTX *libctx)
{
    (void)libctx;
}

/* Nor are there files. */
BIO *
BIO_new_file(const char *path, const char *mode)
{
    (void)path;
    (void)mode;
    return NULL;
}

/* Nor is there a network. */
int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
    (void)fd;
    (void)address;
    (void)len;
    return -1;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
            struct addrinfo **found)
{
    (void)host;
    (void)port;
    (void)hints;
    (void)found;
    return EAI_NONAME;
}

static char *
value_of(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(lines[i].name, name) == 0)
            return lines[i].value;
    return NULL;
}

/* The core's, of which the provider asks for strings alone. */
static int
get_settings(const OSSL_CORE_HANDLE *handle, OSSL_PARAM params[])
{
    (void)handle;
    for (; params->key != NULL; params++) {
        char *value = value_of(params->key);

        if (value != NULL)
            insist(OSSL_PARAM_set_utf8_ptr(params, value));
    }
    return 1;
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
    private = OSSL_LIB_CTX_new();
    insist(private != NULL);
    insist(OSSL_PROVIDER_load(private, "default") != NULL);
    insist(setenv("TPM2OPENSSL_TCTI", "fuzz:", 1) == 0);
    insist(within_open(&within));
    tpm_answers_always(answer, size);
    key = work_load(&within, "EC", "handle:0x81000010");
    insist(key.key != NULL);
    insist(unsetenv("TPM2OPENSSL_TCTI") == 0);
    return 0;
}

/* Where the TPM is looked for, if anybody says. */
static void
check_tcti(const struct provider *prov)
{
    static const size_t most = 1024; /* TCTI_MAX in provider.c */
    const char *wanted = value_of("tcti");
    size_t len = wanted == NULL ? 0 : strlen(wanted);

    insist(prov->tpm == NULL);
    insist((prov->tcti == NULL) == (wanted == NULL));
    insist(strlen(tpm_tried()) <= most);
    insist(wanted == NULL || swtpm_settings(wanted) != NULL ||
           strncmp(tpm_tried(), wanted, len < most ? len : most) == 0);
}

static const OSSL_DISPATCH *
of_provider(const OSSL_DISPATCH *functions, int id)
{
    while (functions->function_id != id) {
        insist(functions->function_id != 0);
        functions++;
    }
    return functions;
}

static void
try_configuration(void)
{
    static const OSSL_DISPATCH core[] = {
        { OSSL_FUNC_CORE_GET_PARAMS, (void (*)(void))get_settings },
        { 0, NULL },
    };
    const OSSL_DISPATCH *functions = NULL;
    void *context = NULL;
    char told[64];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string("tpm-parent", told, sizeof told),
        OSSL_PARAM_construct_end(),
    };
    struct provider *prov = NULL;

    if (!OSSL_provider_init(NULL, core, &functions, &context))
        return;
    prov = context;
    insist(prov->pin.handle == 0 || prov->pin.name.size > 2);
    tpm_is_absent(1);
    insist(!OSSL_FUNC_provider_get_params(of_provider(
        functions, OSSL_FUNC_PROVIDER_GET_PARAMS))(context, params));
    tpm_free(&(struct tpm *){ atomic_exchange(&prov->tpm, NULL) });
    check_tcti(prov);
    OSSL_FUNC_provider_teardown(
        of_provider(functions, OSSL_FUNC_PROVIDER_TEARDOWN))(context);
    tpm_is_absent(0);
}

/* The lines as parameters of one kind. */
static void
make_params(int kind, OSSL_PARAM params[LINES_MAX + 1],
            uint32_t numbers[LINES_MAX])
{
    for (size_t i = 0; i < count; i++) {
        char *value = lines[i].value;

        numbers[i] = (uint32_t)strtoul(value, NULL, 0);
        params[i] =
            kind == 0 ? OSSL_PARAM_construct_utf8_string(lines[i].name, value,
                                                         strlen(value))
            : kind == 1
                ? OSSL_PARAM_construct_uint32(lines[i].name, &numbers[i])
                : OSSL_PARAM_construct_octet_string(lines[i].name, value,
                                                    strlen(value));
    }
    params[count] = OSSL_PARAM_construct_end();
}

static void
try_generation(const char *type, const OSSL_PARAM params[])
{
    void *gen = OSSL_FUNC_keymgmt_gen_init(within_find(
        &within, OSSL_OP_KEYMGMT, type, NULL, OSSL_FUNC_KEYMGMT_GEN_INIT))(
        within.context, OSSL_KEYMGMT_SELECT_KEYPAIR, params);

    if (gen != NULL)
        OSSL_FUNC_keymgmt_gen_cleanup(
            within_find(&within, OSSL_OP_KEYMGMT, type, NULL,
                        OSSL_FUNC_KEYMGMT_GEN_CLEANUP))(gen);
}

static void
try_operations(const OSSL_PARAM params[])
{
    /* the answer to Sign is none: that one fails in any case */
    insist(!work_sign(&within, &key, false, params));
    (void)!work_agree(&within, &key, &key, params);
}

static void
read_lines(char *text)
{
    count = 0;
    while (text != NULL && count < LINES_MAX) {
        char *end = strchr(text, '\n');
        char *equals = NULL;

        if (end != NULL)
            *end++ = '\0';
        equals = strchr(text, '=');
        if (equals != NULL) {
            *equals = '\0';
            lines[count++] = (struct line){ text, equals + 1 };
        }
        text = end;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OSSL_PARAM params[LINES_MAX + 1];
    uint32_t numbers[LINES_MAX];
    char *text = calloc(1, size + 1);

    insist(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    read_lines(text);
    try_configuration();
    for (int kind = 0; kind < 3; kind++) {
        make_params(kind, params, numbers);
        try_generation("EC", params);
        try_generation("RSA", params);
        try_generation("RSA-PSS", params);
        try_operations(params);
    }
    ERR_clear_error();
    free(text);
    return 0;
}
