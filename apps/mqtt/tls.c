// SPDX-License-Identifier: Apache-2.0
/*
 * An SSL_CTX for libmosquitto.  We make it ourselves because libmosquitto's
 * own neither says why a certificate was refused nor leaves the comparison of
 * names to OpenSSL (RFC 6125).
 */
#include "tls.h"

#include "base/log.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <stdlib.h>

struct tls {
    SSL_CTX *context;
    const char *refusal; /* a constant of OpenSSL's */
};

/* In place of the usual check, which it calls, so as to hear the result. */
static int
verify(X509_STORE_CTX *store, void *argument)
{
    struct tls *tls = argument;
    int is_good = X509_verify_cert(store) == 1;

    if (!is_good)
        tls->refusal =
            X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
    return is_good;
}

static bool
set_roots(SSL_CTX *context, const char *cafile)
{
    if (cafile == NULL)
        return SSL_CTX_set_default_verify_paths(context) == 1;
    return SSL_CTX_load_verify_file(context, cafile) == 1;
}

static bool
set_name(SSL_CTX *context, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);

    return X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
           (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ||
            X509_VERIFY_PARAM_set1_host(param, host, 0) == 1);
}

struct tls *
tls_new(const char *host, const char *cafile)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (tls != NULL)
        tls->context = SSL_CTX_new(TLS_client_method());
    if (tls == NULL || tls->context == NULL ||
        SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1 ||
        !set_name(tls->context, host)) {
        log_error("OpenSSL cannot be set up for TLS with %s", host);
        tls_free(&tls);
        return NULL;
    }
    if (!set_roots(tls->context, cafile)) {
        log_error("cannot read certificates to trust from %s",
                  cafile != NULL ? cafile : "the system");
        tls_free(&tls);
        return NULL;
    }
    ERR_clear_error();
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(tls->context, verify, tls);
    return tls;
}

void *
tls_context(struct tls *tls)
{
    return tls->context;
}

const char *
tls_refusal(const struct tls *tls)
{
    return tls->refusal;
}

void
tls_forget(struct tls *tls)
{
    tls->refusal = NULL;
    ERR_clear_error();
}

bool
tls_is_shaking_hands(void *ssl, bool *wants_to_write)
{
    *wants_to_write = false;
    if (ssl == NULL || SSL_is_init_finished(ssl))
        return false;
    *wants_to_write = SSL_want_write((SSL *)ssl);
    return true;
}

void
tls_free(struct tls **tls)
{
    if (*tls == NULL)
        return;
    SSL_CTX_free((*tls)->context);
    free(*tls);
    *tls = NULL;
}
