// SPDX-License-Identifier: Apache-2.0
/*
 * Keys in: PEM to the DER of a TSS2 PRIVATE KEY, and that DER to a key of one
 * type, given away by reference. What the DER means is keyfile.c's; what is
 * not ours is left to others without a word (provider-decoder(7)).
 */
#include "decode.h"

#include "dispatch.h"
#include "error.h"
#include "key.h"
#include "keyfile.h"
#include "object.h"
#include "provider.h"
#include "reference.h"

#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* Base64 and its line ends make 4/3 of a key file and a little more; what
 * people put in front of it is a certificate in words, at most a few of them.
 */
enum { PEM_MAX = 2 * TPM_KEYFILE_SIZE_MAX, PREAMBLE_MAX = 256 * 1024 };

static OSSL_FUNC_decoder_newctx_fn decoder_new;
static OSSL_FUNC_decoder_freectx_fn decoder_free;
static OSSL_FUNC_decoder_decode_fn decode_pem;
static OSSL_FUNC_decoder_decode_fn decode_rsa;
static OSSL_FUNC_decoder_decode_fn decode_rsa_pss;
static OSSL_FUNC_decoder_decode_fn decode_ec;

/* A decoder has nothing to remember: its context is the provider. */
static void *
decoder_new(void *context)
{
    return context;
}

static void
decoder_free(void *context)
{
    (void)context;
}

/* Copies the next PEM block to `out` and reads no byte further, as there may
 * be more behind it. 0 when it is not ours, or there is none. */
CHECKED static int
pem_copy(BIO *in, BIO *out)
{
    static const char *const begins[] = {
        "-----BEGIN " TPM_KEYFILE_PEM_NAME "-----",
        "-----BEGIN " TPM_REFERENCE_PEM_NAME "-----",
    };
    static const char end[] = "-----END ";
    char line[256];
    int inside = 0;
    int size = 0;
    int got;

    while (size < (inside ? PEM_MAX : PREAMBLE_MAX) &&
           (got = BIO_gets(in, line, sizeof line)) > 0) {
        if (!inside && strncmp(line, "-----BEGIN ", 11) == 0) {
            if (strncmp(line, begins[0], strlen(begins[0])) != 0 &&
                strncmp(line, begins[1], strlen(begins[1])) != 0)
                return 0;
            inside = 1;
            size = 0;
        }
        size += got;
        if (!inside)
            continue;
        if (BIO_write(out, line, got) != got)
            return 0;
        if (strncmp(line, end, sizeof end - 1) == 0)
            break;
    }
    return inside;
}

CHECKED static int
pem_give(unsigned char *der, long length, OSSL_CALLBACK *callback, void *arg)
{
    int type = OSSL_OBJECT_PKEY;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
        OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE,
                                         (char *)"TSS2", 0),
        OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, der,
                                          (size_t)length),
        OSSL_PARAM_construct_end(),
    };

    return callback(params, arg);
}

/* Broken files are refused here already, in words that reach the user: what
 * fails in the next step, OSSL_STORE replaces by "unsupported". */
CHECKED static int
pem_check(const struct provider *prov, const unsigned char *der, long length)
{
    const char *why = NULL;
    struct tpm_keyfile *file = NULL;
    struct tpm_reference reference = { .file = NULL };
    int ok = 0;

    if (tpm_reference_is(der, (size_t)length))
        ok = tpm_reference_parse(der, (size_t)length, &reference, &why);
    else
        ok = (file = tpm_keyfile_parse(der, (size_t)length, &why)) != NULL;
    if (!ok)
        tpm_raise(prov, TPM_R_BAD_KEY_FILE, "%s", why);
    tpm_keyfile_free(&file);
    tpm_keyfile_free(&reference.file);
    return ok;
}

/* All there is up to one byte more than the longest file may have, or NULL. */
static unsigned char *
der_read(BIO *in, size_t *length)
{
    const size_t room = TPM_REFERENCE_SIZE_MAX + 1;
    unsigned char *der = OPENSSL_malloc(room);
    size_t got = 0;

    *length = 0;
    while (der != NULL && *length < room &&
           BIO_read_ex(in, der + *length, room - *length, &got))
        *length += got;
    return der;
}

/* A broken file in DER is refused here for the same reason; a good one, and
 * what is not ours, is left to who takes it. BIO stays where it was. */
static int
is_broken_der(struct provider *prov, BIO *in)
{
    unsigned char *der = NULL;
    size_t length = 0;
    int at = (int)BIO_tell(in);
    int is = 0;

    if (at < 0)
        return 0;
    der = der_read(in, &length);
    is = der != NULL &&
         (tpm_keyfile_is(der, length) || tpm_reference_is(der, length)) &&
         !pem_check(prov, der, (long)length);
    OPENSSL_free(der);
    return is || BIO_seek(in, at) < 0;
}

static int
decode_pem(void *context, OSSL_CORE_BIO *core_in, int selection,
           OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask,
           void *ask_arg)
{
    struct provider *prov = context;
    BIO *in = BIO_new_from_core_bio(prov->libctx, core_in);
    BIO *block = BIO_new(BIO_s_mem());
    char *name = NULL, *header = NULL;
    unsigned char *der = NULL;
    long length = 0;
    int ok = 0;

    (void)selection;
    (void)ask;
    (void)ask_arg;
    if (in == NULL || block == NULL || is_broken_der(prov, in))
        goto out;
    if (!pem_copy(in, block)) {
        ok = 1; /* not ours: that is no error */
        goto out;
    }
    ERR_set_mark();
    ok = PEM_read_bio(block, &name, &header, &der, &length);
    ERR_pop_to_mark();
    if (!ok) {
        tpm_raise(prov, TPM_R_BAD_KEY_FILE,
                  "the PEM of the key file is cut short, corrupt or too long");
        goto out;
    }
    ok = pem_check(prov, der, length) && pem_give(der, length, callback, arg);
out:
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(block);
    BIO_free(in);
    return ok;
}

/* What a key without its file could not be used, or written, with. */
static int
has_more(const struct tpm_keyfile *file)
{
    return file->policy.count > 0 || file->alternative_count > 0 ||
           file->secret != NULL || file->rsa_parent ||
           file->description != NULL;
}

static struct tpm_key *
key_refer(struct provider *prov, const unsigned char *der, size_t length)
{
    const char *why = NULL;
    struct tpm_reference reference;
    struct tpm_key *key = NULL;

    if (!tpm_reference_parse(der, length, &reference, &why)) {
        tpm_raise(prov, TPM_R_BAD_KEY_FILE, "%s", why);
        return NULL;
    }
    key = tpm_key_new_from_reference(prov, reference.handle, &reference.area,
                                     !reference.has_password);
    if (key != NULL) {
        key->file = reference.file;
        reference.file = NULL;
    }
    tpm_keyfile_free(&reference.file);
    return key;
}

static struct tpm_key *
key_new(struct provider *prov, const unsigned char *der, size_t length)
{
    const char *why = NULL;
    struct tpm_key *key = NULL;
    struct tpm_keyfile *file = tpm_keyfile_parse(der, length, &why);

    if (file == NULL) {
        tpm_raise(prov, TPM_R_BAD_KEY_FILE, "%s", why);
        return NULL;
    }
    key = tpm_key_new_from_blob(prov, &file->public_area, &file->private_area,
                                file->parent, file->empty_auth);
    if (key != NULL && has_more(file)) {
        key->file = file;
        file = NULL;
    }
    tpm_keyfile_free(&file);
    return key;
}

CHECKED static int
decode_der(struct provider *prov, const char *type, OSSL_CORE_BIO *core_in,
           int selection, OSSL_CALLBACK *callback, void *arg,
           OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
    BIO *in = BIO_new_from_core_bio(prov->libctx, core_in);
    unsigned char *der = NULL;
    size_t length = 0;
    struct tpm_key *key = NULL;
    int is_reference = 0;
    int ok = 0;

    if (in == NULL || (der = der_read(in, &length)) == NULL)
        goto out;
    is_reference = tpm_reference_is(der, length);
    if (!is_reference && !tpm_keyfile_is(der, length)) {
        ok = 1;
        goto out;
    }
    key = is_reference ? key_refer(prov, der, length)
                       : key_new(prov, der, length);
    if (key == NULL)
        goto out;
    if (strcmp(tpm_key_type_name(key), type) != 0) {
        ok = 1; /* ours, and another decoder's of this file */
        goto out;
    }
    if (selection != 0 && (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0)
        ask = NULL; /* the public part needs no password */
    ok = tpm_object_ask(key, ask, ask_arg) &&
         tpm_object_give(&key, callback, arg);
out:
    tpm_key_free(&key);
    OPENSSL_free(der);
    BIO_free(in);
    return ok;
}

static int
decode_rsa(void *context, OSSL_CORE_BIO *in, int selection,
           OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask,
           void *ask_arg)
{
    return decode_der(context, "RSA", in, selection, callback, arg, ask,
                      ask_arg);
}

static int
decode_rsa_pss(void *context, OSSL_CORE_BIO *in, int selection,
               OSSL_CALLBACK *callback, void *arg,
               OSSL_PASSPHRASE_CALLBACK *ask, void *ask_arg)
{
    return decode_der(context, "RSA-PSS", in, selection, callback, arg, ask,
                      ask_arg);
}

static int
decode_ec(void *context, OSSL_CORE_BIO *in, int selection,
          OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask,
          void *ask_arg)
{
    return decode_der(context, "EC", in, selection, callback, arg, ask,
                      ask_arg);
}

/* No export_object: with one, OpenSSL would rather have the public part in
 * another provider than the key in this one. */
const OSSL_DISPATCH tpm_decode_pem_functions[] = {
    DISPATCH(OSSL_FUNC_DECODER_NEWCTX, decoder_new),
    DISPATCH(OSSL_FUNC_DECODER_FREECTX, decoder_free),
    DISPATCH(OSSL_FUNC_DECODER_DECODE, decode_pem),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_decode_rsa_functions[] = {
    DISPATCH(OSSL_FUNC_DECODER_NEWCTX, decoder_new),
    DISPATCH(OSSL_FUNC_DECODER_FREECTX, decoder_free),
    DISPATCH(OSSL_FUNC_DECODER_DECODE, decode_rsa),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_decode_rsa_pss_functions[] = {
    DISPATCH(OSSL_FUNC_DECODER_NEWCTX, decoder_new),
    DISPATCH(OSSL_FUNC_DECODER_FREECTX, decoder_free),
    DISPATCH(OSSL_FUNC_DECODER_DECODE, decode_rsa_pss),
    { 0, NULL },
};

const OSSL_DISPATCH tpm_decode_ec_functions[] = {
    DISPATCH(OSSL_FUNC_DECODER_NEWCTX, decoder_new),
    DISPATCH(OSSL_FUNC_DECODER_FREECTX, decoder_free),
    DISPATCH(OSSL_FUNC_DECODER_DECODE, decode_ec),
    { 0, NULL },
};
