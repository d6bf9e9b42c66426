// SPDX-License-Identifier: Apache-2.0
/*
 * From a key URI to a key, through OSSL_STORE: nothing here knows what a TPM
 * is, only that the provider tpm2 does.  Each key has a library context of its
 * own, so that loading the provider changes nothing for the rest of the
 * program, its TLS above all.
 */
#include "key.h"

#include "file.h"
#include "log.h"

#include <errno.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 65536, SENTENCE_MOST = 1024, URI_MOST = 4096 };

/* What OpenSSL's queue held: its most telling entry. */
struct reason {
    int rank;
    unsigned long code;
    char text[SENTENCE_MOST];
};

/* Is it an entry of a provider that was loaded, and not of OpenSSL's own? */
static bool
is_of_provider(unsigned long code)
{
    return !ERR_SYSTEM_ERROR(code) && ERR_GET_LIB(code) >= ERR_LIB_USER;
}

/* The provider's own word is the best; then whatever comes with details; the
 * earlier of two is nearer to the cause. */
static int
rank_of(unsigned long code, const char *data)
{
    return (is_of_provider(code) ? 4 : 0) + (*data != '\0' ? 2 : 0) + 1;
}

static const char *
reason_of(unsigned long code)
{
    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    if (ERR_GET_REASON(code) == ERR_R_UNSUPPORTED)
        return "cut short, or of no kind that is understood";
    return ERR_reason_error_string(code);
}

static void
empty_queue(struct reason *best)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long code;

    while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        const char *reason = reason_of(code);

        if (!(flags & ERR_TXT_STRING))
            data = "";
        if (rank_of(code, data) <= best->rank)
            continue;
        best->rank = rank_of(code, data);
        best->code = code;
        snprintf(best->text, sizeof best->text, "%s%s%s",
                 reason == NULL ? "" : reason,
                 reason == NULL || *data == '\0' ? "" : ": ", data);
    }
}

/* The reasons of the provider tpm2 that are about what it was given, and not
 * about the TPM: there is nothing that a TPM could have refused. */
static const char *const not_of_the_tpm[] = {
    "not a key file that can be used",
    "not a key URI",
    "out of memory",
    "parameter refused",
};

static enum exit_code
code_of(const struct reason *reason)
{
    if (!is_of_provider(reason->code))
        return EXIT_CODE_FAILED;
    for (size_t i = 0; i < sizeof not_of_the_tpm / sizeof *not_of_the_tpm; i++)
        if (strncmp(reason->text, not_of_the_tpm[i],
                    strlen(not_of_the_tpm[i])) == 0)
            return EXIT_CODE_FAILED;
    return EXIT_CODE_TPM;
}

enum exit_code
key_failed(const char *format, ...)
{
    struct reason reason = { 0, 0, "no reason was given" };
    char what[URI_MOST + 64];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    empty_queue(&reason);
    log_error("%s: %s", what, reason.text);
    return code_of(&reason);
}

/* Loads OPENSSL_CONF, or the system's own configuration, into LIBCTX. */
static bool
load_configuration(OSSL_LIB_CTX *libctx, enum exit_code *code)
{
    char *path = CONF_get1_default_config_file();
    bool ok = path == NULL || *path == '\0' ||
              (access(path, F_OK) != 0 && getenv("OPENSSL_CONF") == NULL) ||
              OSSL_LIB_CTX_load_config(libctx, path);

    if (!ok)
        *code = key_failed("cannot use OpenSSL's configuration %s", path);
    OPENSSL_free(path);
    return ok;
}

/* Loads the provider tpm2, wherever it is, beside the default one. */
static bool
load_provider(struct key *key, enum exit_code *code)
{
    if (!load_configuration(key->libctx, code))
        return false;
    if (OSSL_PROVIDER_available(key->libctx, "tpm2"))
        return true;
    /* a path set here would be stronger than the user's own */
    if ((getenv("OPENSSL_MODULES") != NULL ||
         OSSL_PROVIDER_set_default_search_path(key->libctx, PROVIDER_FOLDER)) &&
        (key->fallback = OSSL_PROVIDER_load(key->libctx, "default")) != NULL &&
        (key->tpm2 = OSSL_PROVIDER_load(key->libctx, "tpm2")) != NULL)
        return true;
    *code = key_failed("cannot load the OpenSSL provider tpm2; OPENSSL_MODULES "
                       "may name its folder");
    return false;
}

/* Takes the first private key out of STORE, which it closes. */
static EVP_PKEY *
key_of_store(OSSL_STORE_CTX *store)
{
    EVP_PKEY *pkey = NULL;

    if (store == NULL || !OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY))
        goto out;
    while (pkey == NULL && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);

        if (info != NULL &&
            OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
            pkey = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
        if (OSSL_STORE_error(store))
            break;
    }
out:
    OSSL_STORE_close(store);
    return pkey;
}

/* How the files of the provider begin: what stands around them in PEM, and the
 * first member in DER, which is the object identifier 2.23.133.10.1.3 of a
 * TSS2 PRIVATE KEY, or the URI of a TPM2 KEY REFERENCE. */
static const struct {
    const char *label;
    const char *member;
    size_t skip; /* bytes of the member that say how long it is */
} tpm_files[] = {
    { "-----BEGIN TSS2 PRIVATE KEY-----", "\x06\x06\x67\x81\x05\x0A\x01\x03",
      0 },
    { "-----BEGIN TPM2 KEY REFERENCE-----", "handle:0x", 2 },
};

static bool
is_in_tpm(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof tpm_files / sizeof *tpm_files; i++) {
        size_t size = strlen(tpm_files[i].member);

        if (strstr(text, tpm_files[i].label) != NULL)
            return true;
        for (size_t at = 2 + tpm_files[i].skip;
             at < 8 + tpm_files[i].skip && at + size <= length; at++)
            if (memcmp(text + at, tpm_files[i].member, size) == 0)
                return true;
    }
    return false;
}

static EVP_PKEY *
key_of_file(const char *path, struct key *key, enum exit_code *code)
{
    char *text = NULL;
    size_t length = 0;
    BIO *bio = NULL;
    EVP_PKEY *pkey = NULL;

    *code = EXIT_CODE_FAILED;
    if (!file_read(path, FILE_MOST, &text, &length) ||
        (is_in_tpm(text, length) && !load_provider(key, code)))
        goto out;
    bio = BIO_new_mem_buf(text, (int)length);
    if (bio != NULL)
        pkey = key_of_store(OSSL_STORE_attach(bio, "file", key->libctx, NULL,
                                              UI_get_default_method(), NULL,
                                              NULL, NULL, NULL));
    if (pkey == NULL)
        *code = key_failed("no private key can be read from %s", path);
out:
    BIO_free(bio);
    file_free(&text, length);
    return pkey;
}

static EVP_PKEY *
key_of_uri(const char *uri, struct key *key, enum exit_code *code)
{
    EVP_PKEY *pkey = NULL;

    if (!load_provider(key, code))
        return NULL;
    pkey = key_of_store(OSSL_STORE_open_ex(uri, key->libctx, NULL,
                                           UI_get_default_method(), NULL, NULL,
                                           NULL, NULL));
    if (pkey == NULL)
        *code = key_failed("cannot use the key %s", uri);
    return pkey;
}

/* Does the file that an object:FILE names exist?  The provider opens it. */
static bool
has_object_file(const char *uri, enum exit_code *code)
{
    const char *file = uri + strlen("object:");
    char path[URI_MOST];

    snprintf(path, sizeof path, "%.*s", (int)strcspn(file, "?"), file);
    if (access(path, R_OK) == 0)
        return true;
    log_error("cannot open %s: %s", path, strerror(errno));
    *code = EXIT_CODE_FAILED;
    return false;
}

/* handle:, up to eight hexadecimal digits, or ten decimal ones without 0x, and
 * perhaps "?pass": what the provider understands. */
static bool
is_handle(const char *uri, enum exit_code *code)
{
    const char *digits = uri + strlen("handle:");
    bool has_prefix = strncmp(digits, "0x", strlen("0x")) == 0;
    size_t decimal = strspn(digits, "0123456789");
    size_t count = 0;

    if (has_prefix)
        digits += strlen("0x");
    count = strspn(digits, "0123456789abcdefABCDEF");
    if (((count >= 1 && count <= 8) ||
         (!has_prefix && count <= 10 && decimal == count)) &&
        (digits[count] == '\0' || digits[count] == '?'))
        return true;
    log_error("%s is no handle: it must read handle:0x81000001", uri);
    *code = EXIT_CODE_MISUSED;
    return false;
}

/* A handle without its scheme, and not the name of a file that is there. */
static bool
is_bare_handle(const char *uri)
{
    size_t digits = strspn(uri, "0123456789abcdefABCDEFx");

    return strncmp(uri, "0x8", strlen("0x8")) == 0 &&
           (uri[digits] == '\0' || uri[digits] == '?') &&
           access(uri, F_OK) != 0;
}

/* "?pass" behind a path is understood too: it is asked for as needed anyway. */
static EVP_PKEY *
key_of_path(const char *uri, struct key *key, enum exit_code *code)
{
    size_t length = strlen(uri);
    size_t tail = strlen("?pass");
    char path[URI_MOST];

    if (length > tail && strcmp(uri + length - tail, "?pass") == 0 &&
        access(uri, F_OK) != 0)
        length -= tail;
    snprintf(path, sizeof path, "%.*s", (int)length, uri);
    return key_of_file(path, key, code);
}

static EVP_PKEY *
key_find(const char *uri, struct key *key, enum exit_code *code)
{
    if (strncmp(uri, "handle:", strlen("handle:")) == 0)
        return is_handle(uri, code) ? key_of_uri(uri, key, code) : NULL;
    if (strncmp(uri, "object:", strlen("object:")) == 0)
        return has_object_file(uri, code) ? key_of_uri(uri, key, code) : NULL;
    if (!is_bare_handle(uri))
        return key_of_path(uri, key, code);
    log_error("there is no file %s; a handle is written handle:%s", uri, uri);
    *code = EXIT_CODE_MISUSED;
    return NULL;
}

/* A key of which there is the library context and nothing else. */
static struct key *
key_new(enum exit_code *code)
{
    struct key *key = calloc(1, sizeof *key);

    ERR_clear_error();
    *code = EXIT_CODE_FAILED;
    if (key == NULL || (key->libctx = OSSL_LIB_CTX_new()) == NULL) {
        log_error("out of memory opening a key");
        key_close(&key);
    }
    return key;
}

struct key *
key_open(const char *uri, enum exit_code *code)
{
    struct key *key = NULL;

    *code = EXIT_CODE_MISUSED;
    if (*uri == '\0' || strlen(uri) >= URI_MOST) {
        log_error("a key is a %s", KEY_URI_HELP);
        return NULL;
    }
    key = key_new(code);
    if (key == NULL)
        return NULL;
    key->pkey = key_find(uri, key, code);
    if (key->pkey == NULL)
        key_close(&key);
    return key;
}

struct key *
key_prepare(enum exit_code *code)
{
    struct key *key = key_new(code);

    if (key != NULL && !load_provider(key, code))
        key_close(&key);
    return key;
}

void
key_be_alone(void)
{
    /* OpenSSL would do it at the first digest; if it cannot be stopped, the
     * only loss is time */
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

void
key_close(struct key **key)
{
    if (key == NULL || *key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey);
    /* the context alone would not let go of what was loaded by hand */
    if ((*key)->tpm2 != NULL)
        OSSL_PROVIDER_unload((*key)->tpm2);
    if ((*key)->fallback != NULL)
        OSSL_PROVIDER_unload((*key)->fallback);
    OSSL_LIB_CTX_free((*key)->libctx);
    free(*key);
    *key = NULL;
}
