// SPDX-License-Identifier: Apache-2.0
/*
 * Sets TLS up for the server.  Old versions, renegotiation and compression are
 * off; who a device is its token says, so no client certificate is asked for.
 */
#include "tls.h"

#include "base/log.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdbool.h>
#include <stddef.h>

static bool
fail(const char *what, const char *file)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    log_error("%s %s: %s", what, file, reason != NULL ? reason : "unknown");
    return false;
}

static bool
set_up(SSL_CTX *context, const char *certificate, const char *key)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION))
        return fail("TLS 1.2 is not there for", certificate);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return fail("cannot use the certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return fail("cannot use the key", key);
    if (SSL_CTX_check_private_key(context) != 1)
        return fail("the certificate is for another key than", key);
    return true;
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
