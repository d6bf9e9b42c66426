// SPDX-License-Identifier: Apache-2.0
/*
 * A private key from its URI, for every program: in the TPM or, for a test
 * without one, in a file.  Making keys is iot-key's affair.
 */
#ifndef BASE_KEY_H
#define BASE_KEY_H

#include "checked.h"
#include "exit.h"

#include <openssl/types.h>

/* What a URI may be, in the words of --help. */
#define KEY_URI_HELP "key file, handle:0x81XXXXXX or object:FILE"

/* A key and the library context that it lives in, which is its own, with the
 * providers that were loaded for it. */
struct key {
    EVP_PKEY *pkey;
    OSSL_LIB_CTX *libctx;
    OSSL_PROVIDER *fallback; /* default, or NULL */
    OSSL_PROVIDER *tpm2;     /* NULL when the configuration loaded it */
};

/*
 * Opens the key of URI: a path (TSS2 PRIVATE KEY, or PEM or DER of a software
 * key), handle:0x81XXXXXX or object:FILE.  "?pass" behind it has the password
 * asked for on the terminal.  The provider tpm2 is loaded only for a key in the
 * TPM: as OpenSSL's configuration says, if that names it, or else from
 * OPENSSL_MODULES or the folder that it is installed in.
 *
 * NULL, having logged why; *CODE is then what to exit with.
 */
CHECKED struct key *
key_open(const char *uri, enum exit_code *code);

/*
 * A key that is still to be made: the provider tpm2 is loaded as key_open
 * would, and pkey, NULL, is the caller's to set.  NULL, having logged why;
 * *CODE is then what to exit with.
 */
CHECKED struct key *
key_prepare(enum exit_code *code);

/*
 * Empties OpenSSL's error queue after something could not be done with a key,
 * logs "WHAT: the reason", with WHAT made of FORMAT, and returns what to exit
 * with.
 */
enum exit_code
key_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * For a program that uses OpenSSL for its keys alone: its configuration is
 * not loaded a second time, for everybody, beside that of the key's own
 * context.  To be called before all else.
 */
void
key_be_alone(void);

/* Frees the key and its context; accepts NULL; clears the pointer. */
void
key_close(struct key **key);

#endif
