// SPDX-License-Identifier: Apache-2.0
/*
 * Sets TLS up for the server.  Old versions, renegotiation and compression are
 * off; who a device is its token says, so no client certificate is asked for.
 */
#include "tls.h"

#include "base/log.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What OpenSSL met first: what it says of that later is less to the point. */
static const char *
reason(void)
{
    unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);

    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    if (ERR_GET_REASON(code) == PEM_R_BAD_PASSWORD_READ ||
        ERR_GET_REASON(code) == ERR_R_INTERRUPTED_OR_CANCELLED)
        return "it has a password";
    if (ERR_GET_REASON(code) == PEM_R_NO_START_LINE ||
        ERR_GET_REASON(code) == ERR_R_UNSUPPORTED)
        return "there is none in it, as PEM";
    return text != NULL ? text : "unknown";
}

static bool
fail(const char *what, const char *file)
{
    log_event(LOG_CERTIFICATE_FAILED, &(struct log_facts){ .file = file },
              "%s %s: %s", what, file, reason());
    ERR_clear_error();
    return false;
}

/* Nobody is there to be asked. */
static int
no_password(char *buffer, int size, int is_new, void *data)
{
    (void)buffer, (void)size, (void)is_new, (void)data;
    return -1;
}

/* The key comes first: after the certificate, one that does not fit it would
 * be refused as if it were no key. */
static bool
set_up(SSL_CTX *context, const char *certificate, const char *key)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
        return fail("TLS 1.2 is not there for", certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return fail("cannot use the key", key);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return fail("cannot use the certificate", certificate);
    if (SSL_CTX_check_private_key(context) == 1)
        return true;
    ERR_clear_error();
    log_event(LOG_CERTIFICATE_FAILED, &(struct log_facts){ .file = key },
              "the certificate %s is for another key than %s", certificate,
              key);
    return false;
}

SSL_CTX *
http_tls_new(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    ERR_clear_error();
    if (context == NULL || !set_up(context, certificate, key)) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}
