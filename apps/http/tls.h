// SPDX-License-Identifier: Apache-2.0
/*
 * How the server speaks TLS.  Which connections do is the server's affair.
 */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/checked.h"

#include <openssl/types.h>

/*
 * A context for servers: TLS 1.2 or 1.3, with the certificate of the file
 * CERTIFICATE (PEM, its issuers behind it) and the key of KEY (PEM).  NULL,
 * having logged why.  SSL_CTX_free ends it.
 */
CHECKED SSL_CTX *
http_tls_new(const char *certificate, const char *key);

#endif
